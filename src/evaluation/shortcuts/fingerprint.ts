import { createHash } from 'node:crypto';
import {
  type BreastMask,
  breastMask,
  type GreyImage,
  ORIENTATIONS,
  type Orientation,
  oriented,
  resizeArea,
} from '../../image/index.js';

/** What a copy of an image has in common with it, however it is turned or flipped. Plain data: crosses threads. */
export interface Fingerprint {
  /** The same for two images exactly when one is the other, turned or flipped. */
  exact: string;
  /** As the image lies, then in its other orientations if asked for. */
  structure: FineStructure[];
}

/** Each of length 1, all 0 if flat. */
export interface FineStructure {
  whole: Float32Array;
  /** 0 outside the breast and along its outline. */
  breast: Float32Array;
}

const SIDE = 40;

/** @param structures `eight` for one of the two images that are to be compared, `one` is enough for the other */
export function fingerprintOf(image: GreyImage, structures: 'eight' | 'one' = 'eight'): Fingerprint {
  const turned = ORIENTATIONS.map((orientation) =>
    oriented(image.pixels, image.rows, image.columns, orientation),
  );
  const inside = insideBreast(breastMask(image));
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
      .map(({ rows, columns, pixels }, index) => {
        const small = resizeArea(pixels, rows, columns, SIDE, SIDE);
        return {
          whole: fineStructure(small, EVERYWHERE),
          breast: fineStructure(small, turnedGrid(inside, ORIENTATIONS[index]!)),
        };
      }),
  };
}

const EVERYWHERE = new Uint8Array(SIDE * SIDE).fill(1);

/**
 * 1 for the cells that lie in the breast with all their neighbours, away from the image's edge; for all where no breast
 * is found.
 */
function insideBreast({ found, pixels, rows, columns }: BreastMask): Uint8Array {
  if (!found) return EVERYWHERE;
  const shares = resizeArea(Uint16Array.from(pixels), rows, columns, SIDE, SIDE);
  const inside = new Uint8Array(SIDE * SIDE);
  for (let y = 2; y < SIDE - 2; y++)
    for (let x = 2; x < SIDE - 2; x++) {
      let whole = true;
      for (let v = y - 1; v <= y + 1; v++)
        for (let u = x - 1; u <= x + 1; u++) whole &&= shares[v * SIDE + u]! > 0.999;
      inside[y * SIDE + x] = whole ? 1 : 0;
    }
  return inside;
}

function turnedGrid(cells: Uint8Array, orientation: Orientation): Uint8Array {
  return Uint8Array.from(oriented(Uint16Array.from(cells), SIDE, SIDE, orientation).pixels);
}

/**
 * How alike two images are at their most alike orientation: 1 for copies, hardly less where CLAHE or scaling changed
 * one, around 0 for others. Films of two women have borders and lead letters in common, and other breasts.
 */
export interface Likeness {
  whole: number;
  /** Of the breasts alone; 0 where the whole pictures are far from alike. */
  breast: number;
}

/** @param a in eight orientations */
export function likeness(a: Fingerprint, b: Fingerprint): Likeness {
  const own = b.structure[0]!;
  let most: Likeness = { whole: -1, breast: 0 };
  for (const other of a.structure) {
    // A quarter of the values tells nearly all pairs apart.
    const estimate = LAYERS * product(own.whole, other.whole, own.whole.length / LAYERS);
    const whole = estimate < HOPELESS ? estimate : product(own.whole, other.whole, own.whole.length);
    if (whole <= most.whole) continue;
    const breast = estimate < HOPELESS ? 0 : product(own.breast, other.breast, own.breast.length);
    most = { whole, breast };
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
 *
 * @param cells 1 for those that count
 */
function fineStructure(small: Float32Array, cells: Uint8Array): Float32Array {
  const out = new Float32Array(small.length);
  const spread = new Float32Array(small.length);
  let [sum, count] = [0, 0];
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++) {
      const at = y * SIDE + x;
      const { mean, deviation } = around(small, x, y);
      out[at] = small[at]! - mean;
      spread[at] = deviation;
      if (cells[at] === 0) continue;
      sum += deviation;
      count++;
    }
  const meanSpread = count > 0 ? sum / count : 0;
  let squares = 0;
  for (let i = 0; i < out.length; i++) {
    const value = cells[i] === 1 && meanSpread > 0 ? out[i]! / (spread[i]! + QUIET * meanSpread) : 0;
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
