import { readFile } from 'node:fs/promises';
import { TrainingError } from '../errors.js';

/** One array of a safetensors file. */
export interface StoredTensor {
  shape: number[];
  /** Row-major. */
  values: Float32Array;
}

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [from: number, to: number];
}

const LENGTH_BYTES = 8;
/** No header of a network is longer; a longer one is another kind of file. */
const LONGEST_HEADER = 100e6;

/**
 * All arrays of a safetensors file: eight bytes with the header's length, the header in JSON, the numbers.
 *
 * @throws TrainingError `start-unreadable` where it cannot be read or ends too early, `start-malformed` where it is
 *   another kind of file
 */
export async function readSafetensors(path: string): Promise<Map<string, StoredTensor>> {
  const bytes = await read(path);
  if (bytes.length < LENGTH_BYTES) throw malformed(path, 'it is shorter than its own header');
  const length = Number(bytes.readBigUInt64LE());
  if (length > LONGEST_HEADER) throw malformed(path, 'it does not begin with the length of a header');
  const start = LENGTH_BYTES + length;
  if (start > bytes.length) throw cutShort(path, start, bytes.length);
  let header: Record<string, Entry>;
  try {
    header = JSON.parse(bytes.toString('utf8', LENGTH_BYTES, start)) as Record<string, Entry>;
  } catch (cause) {
    throw malformed(path, 'its header is not JSON', cause);
  }
  const tensors = new Map<string, StoredTensor>();
  for (const [name, entry] of Object.entries(header))
    if (name !== '__metadata__') tensors.set(name, readTensor(path, bytes, start, name, entry));
  return tensors;
}

function readTensor(path: string, bytes: Buffer, start: number, name: string, entry: Entry): StoredTensor {
  const { dtype, shape, data_offsets: offsets } = entry ?? {};
  if (!Array.isArray(shape) || !Array.isArray(offsets))
    throw malformed(path, `${name} has no shape or place`);
  if (dtype !== 'F32') throw malformed(path, `${name} is kept as ${dtype}, not as F32`);
  const [from, to] = offsets.map((offset) => start + offset) as [number, number];
  const size = shape.reduce((product, length) => product * length, 1);
  if (to - from !== size * 4) throw malformed(path, `${name} does not fill its place`);
  if (to > bytes.length) throw cutShort(path, to, bytes.length);
  // A copy, because the numbers may not lie on a place that four divides.
  return { shape, values: new Float32Array(new Uint8Array(bytes.subarray(from, to)).buffer) };
}

async function read(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new TrainingError('start-unreadable', `${path} cannot be read: ${(cause as Error).message}`, {
      cause,
      remedy: 'Name a safetensors file with --start; scripts/makeSafetensors.py makes one.',
    });
  }
}

function cutShort(path: string, wanted: number, length: number): TrainingError {
  return new TrainingError(
    'start-unreadable',
    `${path} ends after ${length} bytes; ${wanted} and more are needed`,
    {
      remedy:
        'It was cut short on its way: fetch it again, or make it again with scripts/makeSafetensors.py.',
    },
  );
}

function malformed(path: string, what: string, cause?: unknown): TrainingError {
  return new TrainingError('start-malformed', `${path} is no safetensors file of float32: ${what}`, {
    cause,
    remedy: 'Make the file with scripts/makeSafetensors.py.',
  });
}
