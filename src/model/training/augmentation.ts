import type { Random } from './random.js';

export interface ImageSize {
  rows: number;
  columns: number;
  channels: number;
}

/** Standard deviations of the changes that an image goes through for training; 0 turns a change off. */
export interface AugmentationSpread {
  /** Degrees. */
  rotation: number;
  /** Of the logarithm of the scale, across and down on their own. */
  scale: number;
  /** As a fraction of the image's size, across and down. */
  shift: number;
  /** Of the logarithm of the gain, each channel on its own. */
  gain: number;
  /** Added to each channel, in units of the prepared image. */
  offset: number;
}

export const AUGMENTATION: AugmentationSpread = {
  rotation: 12,
  scale: 0.1,
  shift: 0.05,
  gain: 0.12,
  offset: 0.12,
};

/**
 * One image changed at random: up and down exchanged or not, then a small rotation, scale, shift and change of
 * brightness. Bilinear; beyond the edge the image goes on as it ends.
 *
 * Images come with the chest wall on the left, but head up or down depends on how the file was turned before, and in
 * the DDSM set used here that gives the label away. So up and down are exchanged at random, whatever the label.
 *
 * @param out where the result goes, as long as `input`
 */
export function augment(
  input: Float32Array,
  size: ImageSize,
  spread: AugmentationSpread,
  random: Random,
  out: Float32Array,
): void {
  const { rows, columns, channels } = size;
  const upDown = random.next() < 0.5 ? -1 : 1;
  const angle = (random.normal(spread.rotation) * Math.PI) / 180;
  const [scaleX, scaleY] = [Math.exp(random.normal(spread.scale)), Math.exp(random.normal(spread.scale))];
  const [shiftX, shiftY] = [random.normal(2 * spread.shift), random.normal(2 * spread.shift)];
  const gains = Array.from({ length: channels }, () => Math.exp(random.normal(spread.gain)));
  const offsets = Array.from({ length: channels }, () => random.normal(spread.offset));

  // From a place in the result to one in the input, both from -1 to 1 across the image.
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  let at = 0;
  for (let row = 0; row < rows; row++) {
    const v = (((row + 0.5) / rows) * 2 - 1) * upDown + shiftY;
    for (let column = 0; column < columns; column++) {
      const u = ((column + 0.5) / columns) * 2 - 1 + shiftX;
      const x = clamp((((cos * u - sin * v) / scaleX + 1) / 2) * columns - 0.5, columns - 1);
      const y = clamp((((sin * u + cos * v) / scaleY + 1) / 2) * rows - 0.5, rows - 1);
      const [left, top] = [Math.floor(x), Math.floor(y)];
      const [right, bottom] = [Math.min(left + 1, columns - 1), Math.min(top + 1, rows - 1)];
      const [acrossPart, downPart] = [x - left, y - top];
      const topLeft = (top * columns + left) * channels;
      const topRight = (top * columns + right) * channels;
      const bottomLeft = (bottom * columns + left) * channels;
      const bottomRight = (bottom * columns + right) * channels;
      for (let channel = 0; channel < channels; channel++) {
        const above = input[topLeft + channel]! * (1 - acrossPart) + input[topRight + channel]! * acrossPart;
        const below =
          input[bottomLeft + channel]! * (1 - acrossPart) + input[bottomRight + channel]! * acrossPart;
        out[at++] = (above * (1 - downPart) + below * downPart) * gains[channel]! + offsets[channel]!;
      }
    }
  }
}

function clamp(value: number, highest: number): number {
  return Math.max(0, Math.min(highest, value));
}
