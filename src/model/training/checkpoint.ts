import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../tensorflow-runtime.js';

/** All that training needs to go on after an epoch. `Notes` is plain data. */
export interface Checkpoint<Notes> {
  notes: Notes;
  tensors: Tensor[];
}

interface Header<Notes> {
  /** Names the training: another one must not go on from here. */
  fingerprint: string;
  notes: Notes;
  shapes: number[][];
}

/** A file beside the bundle that is being made: a line of JSON, then the tensors' values. Replaced whole, after each epoch. */
export class CheckpointFile<Notes> {
  constructor(
    readonly path: string,
    private readonly fingerprint: string,
  ) {}

  async write({ notes, tensors }: Checkpoint<Notes>): Promise<void> {
    const shapes = tensors.map((tensor) => tensor.shape);
    const header: Header<Notes> = { fingerprint: this.fingerprint, notes, shapes };
    const values = tensors.map((tensor) => {
      const data = tensor.dataSync<'float32'>();
      return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    });
    const draft = `${this.path}.new`;
    await writeFile(draft, Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), ...values]));
    await rename(draft, this.path);
  }

  /** What was written last by this same training; undefined where there is nothing or another's. */
  async read(tf: TensorFlow): Promise<Checkpoint<Notes> | undefined> {
    let bytes: Buffer;
    try {
      bytes = await readFile(this.path);
    } catch {
      return undefined;
    }
    const end = bytes.indexOf('\n');
    const header = JSON.parse(bytes.subarray(0, end).toString()) as Header<Notes>;
    if (header.fingerprint !== this.fingerprint) return undefined;
    // A copy, because the values must begin on a multiple of four bytes.
    const values = new Float32Array(new Uint8Array(bytes.subarray(end + 1)).buffer);
    let at = 0;
    const tensors = header.shapes.map((shape) => {
      const size = shape.reduce((product, length) => product * length, 1);
      at += size;
      return tf.tensor(values.slice(at - size, at), shape);
    });
    return { notes: header.notes, tensors };
  }

  async remove(): Promise<void> {
    await rm(this.path, { force: true });
  }
}
