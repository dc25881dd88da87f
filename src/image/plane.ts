import { oriented } from './orientation.js';
import type { Box, GreyImage, Orientation } from './types.js';

/**
 * One channel of an image on its way to the network: a rectangle of pixels that may be cut out of a larger image and
 * read in mirror writing. Cutting and mirroring copy nothing; at full resolution a copy takes as long as a resize.
 *
 * Pixel (row, column) is `pixels[start + row * stride + column * step]`; words mean 0 to 65535, bytes 0 to 255.
 */
export interface Plane {
  pixels: Uint16Array | Uint8Array;
  rows: number;
  columns: number;
  start: number;
  /** From a row to the next. */
  stride: number;
  /** From a column to the next. */
  step: 1 | -1;
}

/** White at 16 bits over white at 8: 65535 is 255 × 257. */
const WORD_PER_BYTE = 257;

export function planeOf({
  pixels,
  rows,
  columns,
}: Pick<GreyImage, 'rows' | 'columns'> & Pick<Plane, 'pixels'>): Plane {
  return { pixels, rows, columns, start: 0, stride: columns, step: 1 };
}

export function cutOut(plane: Plane, box: Box): Plane {
  const start = plane.start + box.top * plane.stride + box.left * plane.step;
  return { ...plane, start, rows: box.height, columns: box.width };
}

/** Flipped and turned; a quarter turn copies, because reading down columns is slower than a copy in squares. */
export function turned(plane: Plane, orientation: Orientation): Plane {
  const { flip, quarterTurns } = orientation;
  if (quarterTurns % 2 === 1) return planeOf(oriented(words(plane), plane.rows, plane.columns, orientation));
  const upsideDown = quarterTurns === 2;
  const start = upsideDown ? plane.start + (plane.rows - 1) * plane.stride : plane.start;
  const stride = upsideDown ? -plane.stride : plane.stride;
  // Half a turn is upside down and mirrored.
  if (flip === upsideDown) return { ...plane, start, stride };
  return {
    ...plane,
    start: start + (plane.columns - 1) * plane.step,
    stride,
    step: plane.step === 1 ? -1 : 1,
  };
}

/** Copies one row into the front of `line`, as the plane's own kind of numbers. */
export function readRow(plane: Plane, row: number, line: Uint16Array): void {
  const { pixels, columns, step } = plane;
  const start = plane.start + row * plane.stride;
  if (step === 1) {
    line.set(pixels.subarray(start, start + columns));
    return;
  }
  line.set(pixels.subarray(start - columns + 1, start + 1));
  line.subarray(0, columns).reverse();
}

/** What a number of the plane is worth at 16 bits. */
export function wordsPerUnit(plane: Plane): number {
  return plane.pixels instanceof Uint8Array ? WORD_PER_BYTE : 1;
}

/** The pixels one after the other at 16 bits: the plane's own where they stand so already. */
export function words(plane: Plane): Uint16Array {
  const { pixels, rows, columns } = plane;
  const whole = plane.step === 1 && plane.stride === columns && plane.start === 0;
  if (whole && pixels instanceof Uint16Array && pixels.length === rows * columns) return pixels;
  const out = new Uint16Array(rows * columns);
  for (let row = 0; row < rows; row++) readRow(plane, row, out.subarray(row * columns));
  if (pixels instanceof Uint8Array) for (let i = 0; i < out.length; i++) out[i] = out[i]! * WORD_PER_BYTE;
  return out;
}

/** The pixels one after the other at 8 bits, rounded. */
export function bytes(plane: Plane): Uint8Array {
  const { pixels, rows, columns } = plane;
  const out = new Uint8Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const start = plane.start + row * plane.stride;
    if (pixels instanceof Uint16Array) roundRow(pixels, start, plane.step, out, row * columns, columns);
    else for (let x = 0; x < columns; x++) out[row * columns + x] = pixels[start + x * plane.step]!;
  }
  return out;
}

function roundRow(
  words: Uint16Array,
  start: number,
  step: number,
  out: Uint8Array,
  at: number,
  columns: number,
): void {
  let from = start;
  for (let x = 0; x < columns; x++) {
    // (word + 128) / 257 without a division: 65281 is 2²⁴ / 257 rounded up, exact for every word.
    out[at + x] = Math.imul(words[from]! + 128, 65281) >>> 24;
    from += step;
  }
}
