import type { Random } from '../src/random.js';

/** Numbers at which readers go wrong: ends of ranges, signs, undefined lengths. */
const TELLING = [
  0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff,
];
/** Most changes of one input. Few leave most of it readable, so that what lies behind the header is reached. */
const MOST_CHANGES = 6;
/** What is cut out, doubled or moved is this long at the most. */
const LONGEST_PIECE = 256;
/** Where most of what steers a reader stands. */
const HEADER = 2048;

type Change = (bytes: Buffer, random: Random) => Buffer;

/** Changes that know nothing of the format, and leave everything in its place. */
const IN_PLACE: readonly Change[] = [
  (bytes, random) => {
    const at = placeIn(bytes, random);
    bytes[at] = bytes[at]! ^ (1 << random.below(8));
    return bytes;
  },
  (bytes, random) => {
    bytes[placeIn(bytes, random)] = random.below(256);
    return bytes;
  },
  writeNumber,
];

/** Changes of the length: a format that counts its bytes is broken by them at once. */
const MOVING: readonly Change[] = [
  (bytes, random) => {
    const [from, to] = pieceOf(bytes, random);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  (bytes, random) => {
    const [from, to] = pieceOf(bytes, random);
    return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
  },
  (bytes, random) => {
    const [from, to] = pieceOf(bytes, random);
    const at = placeIn(bytes, random);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(from, to), bytes.subarray(at)]);
  },
  (bytes, random) => bytes.subarray(0, placeIn(bytes, random) + 1),
];

/** A changed copy, two in three of the same length; the same random numbers make the same changes. */
export function mutated(bytes: Uint8Array, random: Random): Uint8Array {
  let result: Buffer = Buffer.from(bytes);
  const kinds = random.next() < 2 / 3 ? IN_PLACE : [...IN_PLACE, ...MOVING];
  const changes = 1 + random.below(MOST_CHANGES);
  for (let change = 0; change < changes && result.length > 0; change++)
    result = kinds[random.below(kinds.length)]!(result, random);
  return Uint8Array.from(result);
}

function writeNumber(bytes: Buffer, random: Random): Buffer {
  const size = [1, 2, 4][random.below(3)]!;
  const value = TELLING[random.below(TELLING.length)]!;
  const at = Math.min(placeIn(bytes, random), bytes.length - size);
  if (at < 0) return bytes;
  if (random.next() < 0.5) bytes.writeUIntLE(value % 2 ** (8 * size), at, size);
  else bytes.writeUIntBE(value % 2 ** (8 * size), at, size);
  return bytes;
}

/** Half of them in the header. */
function placeIn(bytes: Buffer, random: Random): number {
  return random.below(random.next() < 1 / 2 ? Math.min(bytes.length, HEADER) : bytes.length);
}

function pieceOf(bytes: Buffer, random: Random): [from: number, to: number] {
  const from = placeIn(bytes, random);
  return [from, Math.min(bytes.length, from + 1 + random.below(LONGEST_PIECE))];
}
