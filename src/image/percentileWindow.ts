import { fromSource } from './geometry.js';
import type { BreastMask, InputGeometry } from './types.js';

/**
 * Values of a resized image under the breast: one for each place of the mask that came to lie inside.
 *
 * @param pixels row-major, `geometry.inputRows * geometry.inputColumns` long
 * @returns in ascending order
 */
export function breastValues(
  pixels: ArrayLike<number>,
  geometry: InputGeometry,
  mask: BreastMask,
): Float32Array {
  const { inputRows, inputColumns } = geometry;
  const { block } = mask;
  // The way to the input is linear: three places tell it.
  const origin = fromSource(geometry, { x: block / 2, y: block / 2 });
  const right = fromSource(geometry, { x: block * 1.5, y: block / 2 });
  const below = fromSource(geometry, { x: block / 2, y: block * 1.5 });
  const across = { x: right.x - origin.x, y: right.y - origin.y };
  const down = { x: below.x - origin.x, y: below.y - origin.y };
  const values = new Float32Array(mask.pixels.length);
  let count = 0;
  for (let row = 0; row < mask.rows; row++)
    for (let column = 0; column < mask.columns; column++) {
      if (mask.pixels[row * mask.columns + column] === 0) continue;
      const x = Math.floor(origin.x + column * across.x + row * down.x);
      const y = Math.floor(origin.y + column * across.y + row * down.y);
      if (x < 0 || y < 0 || x >= inputColumns || y >= inputRows) continue;
      values[count++] = pixels[y * inputColumns + x]!;
    }
  return values.subarray(0, count).sort();
}

/**
 * Grey values stretched so that two percentiles of the breast become black and white; what lies beyond is cut off.
 *
 * @param sorted as `breastValues` gives it
 * @param low, high percentiles, 0 to 100
 * @returns 0 to 65535
 */
export function percentileWindow(
  pixels: ArrayLike<number>,
  sorted: Float32Array,
  low: number,
  high: number,
): Float32Array {
  const at = (percent: number) => sorted[Math.round((percent / 100) * (sorted.length - 1))] ?? 0;
  const black = at(low);
  // An image of one value stays black.
  const scale = 65535 / Math.max(1, at(high) - black);
  const out = new Float32Array(pixels.length);
  for (let i = 0; i < out.length; i++) out[i] = Math.min(65535, Math.max(0, (pixels[i]! - black) * scale));
  return out;
}
