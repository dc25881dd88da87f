import type { Random } from './random.js';

export interface ImageSize {
  rows: number;
  columns: number;
  channels: number;
}

/** How far an image is changed for training; 0 turns a change off. */
export interface AugmentationRange {
  /** Fraction of images that are brought to any of the eight orientations; the others are only flipped up-down. */
  anyOrientation: number;
  /** Degrees either way, on top of the orientation. */
  rotation: number;
  /** Enlarged or reduced by up to this factor less 1. */
  zoom: number;
  /** Moved by up to this fraction of its size. */
  shift: number;
  /** Contrast changed by up to this factor less 1. */
  contrast: number;
}

export const AUGMENTATION: AugmentationRange = {
  anyOrientation: 0.15,
  rotation: 8,
  zoom: 0.08,
  shift: 0.04,
  contrast: 0.1,
};

/**
 * One image changed at random: its orientation, then a small rotation, zoom, shift and change of contrast. Bilinear;
 * beyond the edge lies the darkest value of the image, as air does.
 *
 * Images come with the chest wall on the left, but head up or down depends on how the file was turned before, and in
 * the DDSM set used here that gives the label away. So up and down are exchanged at random, whatever the label; and
 * some images take any of the eight orientations, for exams whose chest wall is not found.
 *
 * @param out where the result goes, as long as `input`
 */
export function augment(
  input: Float32Array,
  size: ImageSize,
  range: AugmentationRange,
  random: Random,
  out: Float32Array,
): void {
  const { rows, columns, channels } = size;
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

  // From a place in the result to one in the input, both from -1 to 1 across the image.
  const [xx, xy] = [(Math.cos(angle) / zoom) * flip, (-Math.sin(angle) / zoom) * flip];
  const [yx, yy] = [Math.sin(angle) / zoom, Math.cos(angle) / zoom];
  let at = 0;
  for (let row = 0; row < rows; row++) {
    const v = ((row + 0.5) / rows) * 2 - 1 + shiftY;
    for (let column = 0; column < columns; column++) {
      const u = ((column + 0.5) / columns) * 2 - 1 + shiftX;
      const x = ((xx * u + xy * v + 1) / 2) * columns - 0.5;
      const y = ((yx * u + yy * v + 1) / 2) * rows - 0.5;
      const left = Math.floor(x);
      const top = Math.floor(y);
      const [right, down] = [x - left, y - top];
      for (let channel = 0; channel < channels; channel++) {
        const read = (r: number, c: number) =>
          r < 0 || c < 0 || r >= rows || c >= columns ? dark : input[(r * columns + c) * channels + channel]!;
        const above = read(top, left) * (1 - right) + read(top, left + 1) * right;
        const below = read(top + 1, left) * (1 - right) + read(top + 1, left + 1) * right;
        out[at++] = dark + (above * (1 - down) + below * down - dark) * contrast;
      }
    }
  }
}
