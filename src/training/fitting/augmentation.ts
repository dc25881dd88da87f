import type { ImageSize, Random } from '../../dataset/index.js';
import type { Augmentation } from '../networks/index.js';

/** From a place in the result to one in the input, both from -1 to 1 across the image. */
interface Mapping {
  xx: number;
  xy: number;
  yx: number;
  yy: number;
  shiftX: number;
  shiftY: number;
}

/**
 * Orientation, then a small rotation, zoom, shift and change of contrast. Bilinear; beyond the edge lies the darkest
 * value of the image, as air does.
 *
 * Images come with the chest wall on the left, but head up or down depends on how the file was turned before, and in
 * the DDSM set used here that gives the label away. So up and down are exchanged at random, whatever the label.
 *
 * @returns a new image of the same size
 */
export function augment(
  input: Float32Array,
  size: ImageSize,
  range: Augmentation,
  random: Random,
): Float32Array {
  const flip = random.next() < 0.5 ? -1 : 1;
  // With an even number of quarter turns a left-right flip and one more half turn make an up-down flip.
  const quarterTurns = random.next() < range.anyOrientation ? random.below(4) : flip < 0 ? 2 : 0;
  const angle =
    (quarterTurns * Math.PI) / 2 + (random.between(-range.rotation, range.rotation) * Math.PI) / 180;
  const zoom = 1 + random.between(-range.zoom, range.zoom);
  const [shiftX, shiftY] = [
    random.between(-range.shift, range.shift),
    random.between(-range.shift, range.shift),
  ];
  const contrast = 1 + random.between(-range.contrast, range.contrast);
  let dark = Number.POSITIVE_INFINITY;
  for (const value of input) if (value < dark) dark = value;
  const [cos, sin] = [Math.cos(angle) / zoom, Math.sin(angle) / zoom];
  const mapping = { xx: cos * flip, xy: -sin * flip, yx: sin, yy: cos, shiftX, shiftY };
  const out = resampled(input, size, mapping, dark);
  for (let i = 0; i < out.length; i++) out[i] = dark + (out[i]! - dark) * contrast;
  return out;
}

/** @param beyond what lies beyond the edge */
function resampled(
  input: Float32Array,
  { rows, columns, channels }: ImageSize,
  { xx, xy, yx, yy, shiftX, shiftY }: Mapping,
  beyond: number,
): Float32Array {
  const out = new Float32Array(input.length);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    const v = ((row + 0.5) / rows) * 2 - 1 + shiftY;
    for (let column = 0; column < columns; column++) {
      const u = ((column + 0.5) / columns) * 2 - 1 + shiftX;
      const x = ((xx * u + xy * v + 1) / 2) * columns - 0.5;
      const y = ((yx * u + yy * v + 1) / 2) * rows - 0.5;
      const left = Math.floor(x);
      const top = Math.floor(y);
      const right = x - left;
      const down = y - top;
      const inside = left >= 0 && top >= 0 && left < columns - 1 && top < rows - 1;
      if (inside) {
        let from = (top * columns + left) * channels;
        for (let channel = 0; channel < channels; channel++, from++) {
          const above = input[from]! * (1 - right) + input[from + channels]! * right;
          const lower = from + columns * channels;
          const below = input[lower]! * (1 - right) + input[lower + channels]! * right;
          out[at++] = above * (1 - down) + below * down;
        }
        continue;
      }
      for (let channel = 0; channel < channels; channel++) {
        const read = (r: number, c: number) => {
          const outside = r < 0 || c < 0 || r >= rows || c >= columns;
          return outside ? beyond : input[(r * columns + c) * channels + channel]!;
        };
        const above = read(top, left) * (1 - right) + read(top, left + 1) * right;
        const below = read(top + 1, left) * (1 - right) + read(top + 1, left + 1) * right;
        out[at++] = above * (1 - down) + below * down;
      }
    }
  }
  return out;
}
