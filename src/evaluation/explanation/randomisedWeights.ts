import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import protobuf from 'protobufjs/light.js';
import { Random } from '../../dataset/index.js';
import type { Bundle } from '../../model/index.js';

/** A stretch of floats in a file: the values of one kernel. */
interface Kernel {
  offset: number;
  count: number;
  /** Bytes of each value. */
  width: 2 | 4;
}

/**
 * Calls `use` with the bundle's network after the values of every kernel (every weight tensor of two or more
 * dimensions) have been shuffled among themselves, and removes it afterwards.
 *
 * The file's bytes are changed in place, so the network's form, its biases and the distribution of its weights stay as
 * they are, and so does the way in which its backward pass uses the same tensors.
 *
 * @returns undefined when no kernel was found in the files
 */
export async function withShuffledWeights<Result>(
  bundle: Bundle,
  seed: number,
  use: (shuffled: Bundle) => Promise<Result>,
): Promise<Result | undefined> {
  const files = await networkFiles(bundle);
  const random = new Random(seed);
  let found = 0;
  for (const { bytes, kernels } of files)
    for (const kernel of kernels) {
      shuffle(bytes, kernel, random);
      found++;
    }
  if (found === 0) return undefined;
  const directory = await mkdtemp(join(tmpdir(), 'mamori-shuffled-'));
  try {
    for (const { name, bytes } of files) await writeFile(join(directory, name), bytes);
    return await use({ ...bundle, directory });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

interface NetworkFile {
  name: string;
  bytes: Buffer;
  kernels: Kernel[];
}

async function networkFiles(bundle: Bundle): Promise<NetworkFile[]> {
  const read = (name: string) => readFile(join(bundle.directory, name));
  const files: NetworkFile[] = [];
  if ('model.onnx' in bundle.files) {
    const bytes = await read('model.onnx');
    files.push({ name: 'model.onnx', bytes, kernels: kernelsOfOnnx(bytes) });
  }
  if ('model.json' in bundle.files) {
    const model = await read('model.json');
    files.push({ name: 'model.json', bytes: model, kernels: [] });
    for (const { paths, weights } of (JSON.parse(model.toString('utf8')) as LayersFile).weightsManifest) {
      // Weights that go on from one file to the next are left as they are.
      const whole = paths.length === 1;
      for (const name of paths)
        files.push({ name, bytes: await read(name), kernels: whole ? kernelsOfLayers(weights) : [] });
    }
  }
  return files;
}

interface LayersWeight {
  shape: number[];
  dtype: string;
  quantization?: { dtype: string };
}

interface LayersFile {
  weightsManifest: { paths: string[]; weights: LayersWeight[] }[];
}

const BYTES: Record<string, number> = { float32: 4, float16: 2, uint16: 2, int32: 4, bool: 1, uint8: 1 };

function kernelsOfLayers(weights: LayersWeight[]): Kernel[] {
  let offset = 0;
  return weights.flatMap(({ shape, dtype, quantization }) => {
    const count = shape.reduce((product, size) => product * size, 1);
    const at = offset;
    const width = BYTES[quantization?.dtype ?? dtype] ?? 4;
    offset += count * width;
    // Values of other kinds, and of 8 bits, are left as they are.
    if (dtype !== 'float32' || shape.length < 2 || (width !== 2 && width !== 4)) return [];
    return [{ offset: at, count, width }];
  });
}

/** Field numbers of onnx.proto. */
const MODEL_GRAPH = 7;
const GRAPH_INITIALIZER = 5;
const TENSOR = { dims: 1, dataType: 2, floatData: 4, rawData: 9 };
/** TensorProto.DataType of numbers of 32 and of 16 bits, and their bytes. */
const WIDTHS: Record<number, Kernel['width']> = { 1: 4, 10: 2 };

/** Kernels among a graph's initializers. Read field by field: other tools' files hold more than ours. */
function kernelsOfOnnx(bytes: Uint8Array): Kernel[] {
  const reader = protobuf.Reader.create(bytes);
  const kernels: Kernel[] = [];
  fields(reader, reader.len, (model) => {
    if (model !== MODEL_GRAPH) return false;
    fields(reader, reader.uint32() + reader.pos, (graph) => {
      if (graph !== GRAPH_INITIALIZER) return false;
      const kernel = readTensor(reader);
      if (kernel !== undefined) kernels.push(kernel);
      return true;
    });
    return true;
  });
  return kernels;
}

function readTensor(reader: protobuf.Reader): Kernel | undefined {
  let [rank, dataType] = [0, 0];
  let values: { offset: number; size: number } | undefined;
  const length = reader.uint32();
  fields(reader, length + reader.pos, (field, packed) => {
    if (field === TENSOR.dims) {
      const end = packed ? reader.uint32() + reader.pos : reader.pos + 1;
      while (reader.pos < end) {
        reader.int64();
        rank++;
      }
    } else if (field === TENSOR.dataType) dataType = reader.int32();
    else if (field === TENSOR.rawData || (field === TENSOR.floatData && packed)) {
      const size = reader.uint32();
      values = { offset: reader.pos, size };
      reader.skip(size);
    } else return false;
    return true;
  });
  const width = WIDTHS[dataType];
  if (values === undefined || width === undefined || rank < 2) return undefined;
  return { offset: values.offset, count: values.size / width, width };
}

/** Every field up to `end`; one that `take` does not take is skipped. */
function fields(
  reader: protobuf.Reader,
  end: number,
  take: (field: number, packed: boolean) => boolean,
): void {
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (!take(tag >>> 3, (tag & 7) === 2)) reader.skipType(tag & 7);
  }
}

function shuffle(bytes: Buffer, { offset, count, width }: Kernel, random: Random): void {
  for (let last = count - 1; last > 0; last--) {
    const other = random.below(last + 1);
    const [a, b] = [offset + last * width, offset + other * width];
    const kept = bytes.readUIntLE(a, width);
    bytes.writeUIntLE(bytes.readUIntLE(b, width), a, width);
    bytes.writeUIntLE(kept, b, width);
  }
}
