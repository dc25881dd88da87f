import { createHash } from 'node:crypto';
import { type GreyImage, ORIENTATIONS, oriented, resizeArea } from '../../image/index.js';

/** What a copy of an image has in common with it, however it is turned or flipped. Plain data: crosses threads. */
export interface Fingerprint {
  /** The same for two images exactly when one is the other, turned or flipped. */
  exact: string;
  /** The fine structure in the eight orientations, each with mean 0 and length 1; none for a flat image. */
  structure: Float32Array[];
}

const SIDE = 32;

export function fingerprintOf(image: GreyImage): Fingerprint {
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
    structure: turned.map(({ rows, columns, pixels }) => fineStructure(pixels, rows, columns)),
  };
}

/** How alike two images are at their most alike orientation: 1 for copies, also where CLAHE or scaling changed one. */
export function likeness(a: Fingerprint, b: Fingerprint): number {
  const own = a.structure[0]!;
  return Math.max(...b.structure.map((other) => product(own, other)));
}

function product(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** Without what all breasts have in common: each pixel of a small image less the mean of its surroundings. */
function fineStructure(pixels: Uint16Array, rows: number, columns: number): Float32Array {
  const small = resizeArea(pixels, rows, columns, SIDE, SIDE);
  const out = new Float32Array(small.length);
  let length = 0;
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++) {
      let [sum, count] = [0, 0];
      for (let v = Math.max(0, y - 2); v <= Math.min(SIDE - 1, y + 2); v++)
        for (let u = Math.max(0, x - 2); u <= Math.min(SIDE - 1, x + 2); u++, count++)
          sum += small[v * SIDE + u]!;
      const value = small[y * SIDE + x]! - sum / count;
      out[y * SIDE + x] = value;
      length += value * value;
    }
  if (length > 0) for (let i = 0; i < out.length; i++) out[i] = out[i]! / Math.sqrt(length);
  return out;
}
