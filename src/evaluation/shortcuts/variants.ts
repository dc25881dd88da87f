import {
  type BreastMask,
  chestWallSide,
  does,
  type GreyImage,
  type InputGeometry,
  orientationToLeft,
  oriented,
  type PreparationStep,
  prepareGrey,
} from '../../image/index.js';
import { orderStatistics } from '../statistics/index.js';

/** Whether a step brings images to one orientation. */
export const turns = does('turns');
const cuts = does('cuts');

/** The network's input from the image as it lies in its file: prepared without the steps that turn it. */
export function asItLies(image: GreyImage, steps: PreparationStep[]): Float32Array {
  return prepareGrey(
    image,
    steps.filter((step) => !turns(step)),
  ).input;
}

/**
 * The network's input from the image in one orientation for all: by the bundle's own steps, or the chest wall on the
 * left.
 */
export function canonical(image: GreyImage, steps: PreparationStep[], mask: BreastMask): Float32Array {
  if (steps.some(turns)) return prepareGrey(image, steps).input;
  const side = chestWallSide(mask);
  const { rows, columns, pixels } = oriented(
    image.pixels,
    image.rows,
    image.columns,
    orientationToLeft(side),
  );
  return prepareGrey({ rows, columns, pixels }, steps).input;
}

/** The breast's rim stays out, too: its shape would be left to see. Of the mask's longer side. */
const RIM = 0.02;

/**
 * The network's input from the same part of the image, in the same orientation, with the breast painted over with the
 * background's own median: what is left is background, labels and film edges. All black where no background was found.
 */
export function withoutBreast(
  image: GreyImage,
  mask: BreastMask,
  steps: PreparationStep[],
  geometry: InputGeometry,
): Float32Array {
  const { crop, orientation } = geometry;
  const erased = erase(image, mask, 'breast');
  const part = new Uint16Array(crop.width * crop.height);
  for (let row = 0; row < crop.height; row++) {
    const from = (crop.top + row) * image.columns + crop.left;
    part.set(erased.subarray(from, from + crop.width), row * crop.width);
  }
  const turned = oriented(part, crop.height, crop.width, orientation);
  return prepareGrey(
    turned,
    steps.filter((step) => !turns(step) && !cuts(step)),
  ).input;
}

/**
 * The network's input with all outside the breast and its rim painted over with the background's own median: letters,
 * film borders and noise are gone. As it is where no background was found.
 */
export function withoutBackground(
  image: GreyImage,
  mask: BreastMask,
  steps: PreparationStep[],
): Float32Array {
  const pixels = mask.found ? erase(image, mask, 'background') : image.pixels;
  return prepareGrey({ rows: image.rows, columns: image.columns, pixels }, steps).input;
}

/** What is painted over, the breast or the rest; all black where the breast is to go and no background was found. */
function erase(image: GreyImage, mask: BreastMask, what: 'breast' | 'background'): Uint16Array {
  if (!mask.found) return new Uint16Array(image.pixels.length);
  const rim = Math.max(1, Math.round(RIM * Math.max(mask.rows, mask.columns)));
  const covered = widened(
    widened(mask.pixels, mask.rows, mask.columns, rim, 1),
    mask.rows,
    mask.columns,
    rim,
    mask.columns,
  );
  const isCovered = (row: number, column: number) =>
    covered[Math.floor(row / mask.block) * mask.columns + Math.floor(column / mask.block)] === 1;
  const outside = new Uint16Array(image.pixels.length);
  let count = 0;
  for (let row = 0; row < image.rows; row++)
    for (let column = 0; column < image.columns; column++)
      if (!isCovered(row, column)) outside[count++] = image.pixels[row * image.columns + column]!;
  const paint = count === 0 ? 0 : orderStatistics(outside.subarray(0, count), [count >> 1])[0]!;
  const out = image.pixels.slice();
  for (let row = 0; row < image.rows; row++)
    for (let column = 0; column < image.columns; column++)
      if (isCovered(row, column) === (what === 'breast')) out[row * image.columns + column] = paint;
  return out;
}

/** Set where a set pixel lies within `reach` along one direction: 1 for along rows, the number of columns for down. */
function widened(
  pixels: Uint8Array,
  rows: number,
  columns: number,
  reach: number,
  stride: number,
): Uint8Array {
  const out = new Uint8Array(pixels.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      if (pixels[row * columns + column] === 0) continue;
      const place = stride === 1 ? column : row;
      const last = (stride === 1 ? columns : rows) - 1;
      const at = row * columns + column;
      for (let step = Math.max(-reach, -place); step <= Math.min(reach, last - place); step++)
        out[at + step * stride] = 1;
    }
  return out;
}
