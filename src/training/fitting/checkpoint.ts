import { existsSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { countText, numberText } from '../../countText.js';
import { makeFolder } from '../../folder.js';
import { ModelError } from '../../model/index.js';
import { TrainingError } from '../errors.js';
import { curveFile, type EpochReport, learningCurve } from './learningCurve.js';

/** Everything that a training needs to go on as if it had never stopped. */
export interface Checkpoint {
  /** What decides the course of the training; another one cannot go on from here. */
  training: string;
  /** Position in the sequence of random numbers. */
  random: number;
  /** Steps of optimizer and average so far. */
  steps: number;
  reports: EpochReport[];
  /** The epoch whose averaged weights were the best, and how good they were; epoch 0: none yet. */
  best: { epoch: number; auc: number };
  vectors: Record<(typeof VECTORS)[number], Float32Array>;
}

/** The model's weights in their order, each set as one vector. */
const VECTORS = ['weights', 'average', 'first', 'second', 'best'] as const;

const CHECKPOINT_FILE = 'checkpoint.bin';
const HEADER = 4;

/** The folder beside a bundle that is being made: the last checkpoint and the learning curve so far. */
export class CheckpointFolder {
  readonly path: string;

  readonly #curve: string;

  /**
   * @param out where the bundle will be
   * @param network from 0; the first one's folder holds those of the others
   */
  constructor(out: string, network = 0) {
    const folder = `${out.replace(/[/\\]+$/, '')}.partial`;
    this.path = network === 0 ? folder : join(folder, `network-${network + 1}`);
    this.#curve = curveFile(network);
  }

  get holdsCheckpoint(): boolean {
    return existsSync(join(this.path, CHECKPOINT_FILE));
  }

  /**
   * Makes the folder, so that a long training is not refused it at its first checkpoint.
   *
   * @param going goes on from the checkpoint that is there
   * @throws TrainingError `checkpoint-in-the-way` where there is one and it is not to be gone on from
   * @throws ModelError `bundle-place-taken`
   */
  async begin(going: boolean): Promise<void> {
    if (!going && this.holdsCheckpoint)
      throw new TrainingError(
        'checkpoint-in-the-way',
        `${this.path} holds the checkpoint of a training that stopped`,
        {
          remedy: 'Go on from it with --resume, or delete that folder to begin from the start.',
        },
      );
    try {
      await makeFolder(this.path);
    } catch (cause) {
      throw new ModelError(
        'bundle-place-taken',
        `${this.path}, where checkpoints go, cannot be made: ${(cause as Error).message}`,
        { cause, remedy: 'Name a folder that can be written to with --out.' },
      );
    }
  }

  /** After a training that failed: a folder without a checkpoint is of no use. */
  async leave(): Promise<void> {
    if (!this.holdsCheckpoint) await this.remove();
  }

  /**
   * Replaces the last one; a kill at any time leaves the one or the other whole.
   *
   * @throws TrainingError `checkpoint-unwritable`, with the last one as it was
   */
  async write(checkpoint: Checkpoint): Promise<void> {
    await makeFolder(this.path);
    const { vectors, ...rest } = checkpoint;
    const lengths = VECTORS.map((name) => vectors[name].length);
    const header = Buffer.from(JSON.stringify({ ...rest, lengths }));
    const size = Buffer.alloc(HEADER);
    size.writeUInt32LE(header.length);
    const bodies = VECTORS.map((name) => bytesOf(vectors[name]));
    await this.#replace(CHECKPOINT_FILE, Buffer.concat([size, header, ...bodies]));
    await this.#replace(this.#curve, Buffer.from(learningCurve(checkpoint.reports)));
  }

  /**
   * The last checkpoint of the same training.
   *
   * @throws TrainingError `checkpoint-missing`, `checkpoint-other-training`, `checkpoint-malformed`
   */
  async read(training: string): Promise<Checkpoint> {
    let bytes: Buffer;
    try {
      bytes = await readFile(join(this.path, CHECKPOINT_FILE));
    } catch (cause) {
      throw new TrainingError('checkpoint-missing', `there is no checkpoint in ${this.path}`, {
        cause,
        remedy: 'Name the same --out as the training that stopped, or train without --resume.',
      });
    }
    const checkpoint = decode(bytes, this.path);
    if (checkpoint.training !== training) throw this.#ofAnother('other options');
    return checkpoint;
  }

  /**
   * Another version of Mamori may build another network under the same name.
   *
   * @param weights that the network has now
   * @throws TrainingError `checkpoint-other-training`
   */
  checkSize({ vectors }: Checkpoint, weights: number): void {
    if (vectors.weights.length !== weights)
      throw this.#ofAnother(
        `${countText(vectors.weights.length, 'weight')} in place of ${numberText(weights)}`,
      );
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }

  #ofAnother(what: string): TrainingError {
    return new TrainingError('checkpoint-other-training', `${this.path} is of a training with ${what}`, {
      remedy:
        'Give the same data, labels, positive class, network, epochs, batch size, learning rate and seed, or delete ' +
        'that folder to begin from the start.',
    });
  }

  async #replace(name: string, bytes: Uint8Array): Promise<void> {
    const draft = join(this.path, `.${name}`);
    try {
      await writeFile(draft, bytes);
      await rename(draft, join(this.path, name));
    } catch (cause) {
      // On a full disk half a file would keep it full.
      await rm(draft, { force: true });
      const { code = 'unknown' } = cause as NodeJS.ErrnoException;
      throw new TrainingError(
        'checkpoint-unwritable',
        `${join(this.path, name)} cannot be written (${code})`,
        {
          cause,
          remedy:
            'Make room on that disk, or mend its rights, and go on with --resume from the checkpoint before.',
        },
      );
    }
  }
}

function decode(bytes: Buffer, folder: string): Checkpoint {
  try {
    const start = HEADER + bytes.readUInt32LE();
    const { lengths, ...rest } = JSON.parse(bytes.toString('utf8', HEADER, start)) as Omit<
      Checkpoint,
      'vectors'
    > & { lengths: number[] };
    const vectors = {} as Checkpoint['vectors'];
    let at = start;
    for (const [index, name] of VECTORS.entries()) {
      const end = at + lengths[index]! * 4;
      if (!(end <= bytes.length)) throw new RangeError('it ends too early');
      // A copy, because the numbers may not lie on a place that four divides.
      vectors[name] = new Float32Array(new Uint8Array(bytes.subarray(at, end)).buffer);
      at = end;
    }
    return { ...rest, vectors };
  } catch (cause) {
    throw new TrainingError('checkpoint-malformed', `the checkpoint in ${folder} cannot be read`, {
      cause,
      remedy: 'Delete that folder, and train without --resume.',
    });
  }
}

function bytesOf(vector: Float32Array): Buffer {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
}
