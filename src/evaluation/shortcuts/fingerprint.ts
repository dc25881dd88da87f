import { createHash } from 'node:crypto';
import { type GreyImage, ORIENTATIONS, oriented, resizeArea } from '../../image/index.js';

/** What a copy of an image has in common with it, however it is turned or flipped. Plain data: crosses threads. */
export interface Fingerprint {
  /** The same for two images exactly when one is the other, turned or flipped. */
  exact: string;
  /** The fine structure as the image lies, then in its other orientations if asked for; of length 1, all 0 if flat. */
  structure: Float32Array[];
}

const SIDE = 40;

/** @param structures `eight` for one of the two images that are to be compared, `one` is enough for the other */
export function fingerprintOf(image: GreyImage, structures: 'eight' | 'one' = 'eight'): Fingerprint {
  const turned = ORIENTATIONS.map((orientation) =>
    oriented(image.pixels, image.rows, image.columns, orientation),
  );
  const hashes = turned.map(({ rows, columns, pixels }) =>
    createHash('sha256')
      .update(`${rows} ${columns} `)
      .update(new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength))
      .digest('hex'),
  );
  return {
    exact: hashes.sort()[0]!,
    structure: turned
      .slice(0, structures === 'eight' ? undefined : 1)
      .map(({ rows, columns, pixels }) => fineStructure(pixels, rows, columns)),
  };
}

/**
 * How alike two images are at their most alike orientation: 1 for copies, hardly less where CLAHE or scaling changed
 * one, around 0 for others.
 *
 * @param a in eight orientations
 */
export function likeness(a: Fingerprint, b: Fingerprint): number {
  const own = b.structure[0]!;
  let most = -1;
  for (const other of a.structure) {
    // A quarter of the values tells nearly all pairs apart.
    const length = own.length / LAYERS;
    const estimate = LAYERS * product(own, other, length);
    most = Math.max(most, estimate < HOPELESS ? estimate : product(own, other, own.length));
  }
  return most;
}

/** The values lie in so many layers, each spread over the whole image. */
const LAYERS = 4;
/** Far below what makes a copy, by more than a quarter of the values can be wrong. */
const HOPELESS = 0.4;

function product(a: Float32Array, b: Float32Array, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** Of the mean spread: where hardly anything is to be seen, noise stays small. */
const QUIET = 0.3;

/**
 * What is left of a small image when each pixel is held against its eight neighbours: less their mean, and in units of
 * their spread. Breasts have their large forms in common but not this, and CLAHE changes large forms but hardly this.
 */
function fineStructure(pixels: Uint16Array, rows: number, columns: number): Float32Array {
  const small = resizeArea(pixels, rows, columns, SIDE, SIDE);
  const out = new Float32Array(small.length);
  const spread = new Float32Array(small.length);
  let meanSpread = 0;
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++) {
      const { mean, deviation } = around(small, x, y);
      out[y * SIDE + x] = small[y * SIDE + x]! - mean;
      spread[y * SIDE + x] = deviation;
      meanSpread += deviation / small.length;
    }
  let squares = 0;
  for (let i = 0; i < out.length; i++) {
    const value = meanSpread > 0 ? out[i]! / (spread[i]! + QUIET * meanSpread) : 0;
    out[i] = value;
    squares += value * value;
  }
  const length = Math.sqrt(squares) || 1;
  const layer = out.length / LAYERS;
  return out.map((_, i) => out[(i % layer) * LAYERS + Math.floor(i / layer)]! / length);
}

function around(small: Float32Array, x: number, y: number): { mean: number; deviation: number } {
  let [sum, squares, count] = [0, 0, 0];
  for (let v = Math.max(0, y - 1); v <= Math.min(SIDE - 1, y + 1); v++)
    for (let u = Math.max(0, x - 1); u <= Math.min(SIDE - 1, x + 1); u++, count++) {
      const value = small[v * SIDE + u]!;
      sum += value;
      squares += value * value;
    }
  const mean = sum / count;
  return { mean, deviation: Math.sqrt(Math.max(0, squares / count - mean * mean)) };
}
