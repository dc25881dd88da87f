import { type ReducedImage, reducedImage } from './reducedImage.js';
import type { Box, BreastMask, GreyImage } from './types.js';

const LEVELS = 256;

/**
 * Finds the breast: the largest connected region that stands out from the background.
 *
 * Works on digital images (background of one value), on film scans (noisy, with labels and bright borders) and with
 * the background bright instead of dark. Looks at the reduced image, which is made where it is not given.
 */
export function breastMask(image: GreyImage, reduced: ReducedImage = reducedImage(image)): BreastMask {
  const { rows, columns, block } = reduced;
  const levels = stretched(reduced.means);
  const histogram = histogramOf(levels ?? []);
  if (levels && backgroundIsBright(levels, histogram, rows, columns)) {
    for (let i = 0; i < levels.length; i++) levels[i] = 255 - levels[i]!;
    histogram.reverse();
  }

  for (const threshold of levels ? thresholds(histogram) : []) {
    const pixels = largestRegion(opened(levels!, threshold, rows, columns), rows, columns);
    let area = 0;
    for (let i = 0; i < pixels.length; i++) area += pixels[i]!;
    // Hardly anything, or nearly everything: this threshold lay within the background or below it.
    if (area < 0.02 * pixels.length || area > 0.97 * pixels.length) continue;
    const bounds = boundsOf(pixels, rows, columns);
    return { rows, columns, block, pixels, bounds, box: sourceBox(bounds, block, image), found: true };
  }
  const bounds = { left: 0, top: 0, width: columns, height: rows };
  const pixels = new Uint8Array(rows * columns).fill(1);
  return { rows, columns, block, pixels, bounds, box: sourceBox(bounds, block, image), found: false };
}

function sourceBox(bounds: Box, block: number, image: GreyImage): Box {
  const left = bounds.left * block;
  const top = bounds.top * block;
  return {
    left,
    top,
    width: Math.min(image.columns, (bounds.left + bounds.width) * block) - left,
    height: Math.min(image.rows, (bounds.top + bounds.height) * block) - top,
  };
}

/** Levels 0 to 255 between the 0.1 and 99.5 percentiles, so that labels do not set the scale; none if all is flat. */
function stretched(pixels: Float64Array): Uint8Array | undefined {
  const last = pixels.length - 1;
  const parted = pixels.slice();
  const low = nthSmallest(parted, Math.floor(0.001 * last));
  const high = nthSmallest(parted, Math.ceil(0.995 * last));
  if (!(high > low)) return undefined;
  const levels = new Uint8Array(pixels.length);
  for (let i = 0; i < pixels.length; i++) {
    levels[i] = Math.min(255, Math.max(0, ((pixels[i]! - low) / (high - low)) * 255));
  }
  return levels;
}

function histogramOf(levels: ArrayLike<number>): Float64Array {
  const histogram = new Float64Array(LEVELS);
  for (let i = 0; i < levels.length; i++) histogram[levels[i]!]!++;
  return histogram;
}

/**
 * What would stand at `place` if the values were sorted, without sorting the rest (Hoare's quickselect). Changes their
 * order.
 */
function nthSmallest(values: Float64Array, place: number): number {
  let [from, to] = [0, values.length - 1];
  while (from < to) {
    const pivot = values[(from + to) >> 1]!;
    let [left, right] = [from, to];
    while (left <= right) {
      while (values[left]! < pivot) left++;
      while (values[right]! > pivot) right--;
      if (left > right) break;
      const kept = values[left]!;
      values[left++] = values[right]!;
      values[right--] = kept;
    }
    // What lies between `right` and `left` is the pivot.
    if (place <= right) to = right;
    else if (place >= left) from = left;
    else break;
  }
  return values[place]!;
}

/**
 * Two corners lie away from the chest wall and are background in every view: are two of them as bright as anything,
 * and more of the image that bright than dark, then the background is bright.
 */
function backgroundIsBright(
  levels: Uint8Array,
  histogram: Float64Array,
  rows: number,
  columns: number,
): boolean {
  const height = Math.max(1, Math.floor(rows / 16));
  const width = Math.max(1, Math.floor(columns / 16));
  const corner = (top: number, left: number) => {
    const values: number[] = [];
    for (let y = top; y < top + height; y++) {
      for (let x = left; x < left + width; x++) values.push(levels[y * columns + x]!);
    }
    return values.sort((a, b) => a - b)[values.length >> 1]!;
  };
  const corners = [
    corner(0, 0),
    corner(0, columns - width),
    corner(rows - height, 0),
    corner(rows - height, columns - width),
  ].sort((a, b) => a - b);
  let bright = 0;
  let dark = 0;
  for (let level = 0; level < LEVELS; level++) {
    if (level >= 0.9 * (LEVELS - 1)) bright += histogram[level]!;
    if (level <= 0.1 * (LEVELS - 1)) dark += histogram[level]!;
  }
  return corners[2]! >= 0.9 * (LEVELS - 1) && bright > dark;
}

/**
 * Levels to try, the most likely first: a little above the background's peak in the histogram, as far as its noise
 * reaches, but not above Otsu's threshold, which by itself would cut off fatty tissue near the skin.
 */
function thresholds(histogram: Float64Array): number[] {
  const otsu = otsuThreshold(histogram);
  const margin = 0.02 * (LEVELS - 1);
  const above = (peak: number) => {
    let count = 0;
    let spread = 0;
    for (let level = 0; level <= peak; level++) {
      count += histogram[level]!;
      spread += histogram[level]! * (peak - level) ** 2;
    }
    return Math.min(otsu, peak + Math.max(margin, 4 * Math.sqrt(spread / Math.max(1, count))));
  };
  const peaks = backgroundPeaks(histogram, otsu);
  return [...peaks.map(above), otsu];
}

/** Peaks below `limit` that hold at least 3 % of the image within ± 4 levels, the highest first. */
function backgroundPeaks(histogram: Float64Array, limit: number): number[] {
  const total = histogram.reduce((sum, count) => sum + count, 0);
  const near = (level: number) =>
    histogram.subarray(Math.max(0, level - 4), level + 5).reduce((sum, count) => sum + count, 0);
  const mass = Float64Array.from({ length: LEVELS }, (_, level) => near(level));
  const peaks: number[] = [];
  for (let level = 0; level <= limit; level++) {
    const around = histogram.subarray(Math.max(0, level - 4), level + 5);
    if (histogram[level]! < Math.max(...around) || mass[level]! < 0.03 * total) continue;
    peaks.push(level);
  }
  return peaks.sort((a, b) => mass[b]! - mass[a]!).slice(0, 4);
}

/** The level that best parts a histogram in two (Otsu, IEEE Trans. SMC 9:62, 1979). */
function otsuThreshold(histogram: Float64Array): number {
  let total = 0;
  let moment = 0;
  histogram.forEach((count, level) => {
    total += count;
    moment += count * level;
  });
  let below = 0;
  let momentBelow = 0;
  let best = 0;
  let threshold = 0;
  for (let level = 0; level < LEVELS - 1; level++) {
    below += histogram[level]!;
    momentBelow += histogram[level]! * level;
    const above = total - below;
    if (below === 0 || above === 0) continue;
    const variance = below * above * (momentBelow / below - (moment - momentBelow) / above) ** 2;
    if (variance > best) {
      best = variance;
      threshold = level;
    }
  }
  return threshold;
}

/** Levels above the threshold, opened by a 3 × 3 square: parts labels and scratches from the breast. */
function opened(levels: Uint8Array, threshold: number, rows: number, columns: number): Uint8Array {
  const above = new Uint8Array(levels.length);
  for (let i = 0; i < above.length; i++) if (levels[i]! > threshold) above[i] = 1;
  // Tiny images have nothing to spare.
  if (rows < 16 || columns < 16) return above;
  return neighbourhood(neighbourhood(above, rows, columns, 9), rows, columns, 1);
}

/** 1 where at least `needed` of the 3 × 3 pixels are set; beyond the edge the image goes on as it is. */
function neighbourhood(pixels: Uint8Array, rows: number, columns: number, needed: number): Uint8Array {
  const acrossSums = new Uint8Array(pixels.length);
  for (let y = 0; y < rows; y++) {
    const at = y * columns;
    for (let x = 0; x < columns; x++) {
      const left = Math.max(0, x - 1);
      const right = Math.min(columns - 1, x + 1);
      acrossSums[at + x] = pixels[at + left]! + pixels[at + x]! + pixels[at + right]!;
    }
  }
  const out = new Uint8Array(pixels.length);
  for (let y = 0; y < rows; y++) {
    const above = Math.max(0, y - 1) * columns;
    const below = Math.min(rows - 1, y + 1) * columns;
    for (let x = 0; x < columns; x++) {
      const at = y * columns + x;
      if (acrossSums[above + x]! + acrossSums[at]! + acrossSums[below + x]! >= needed) out[at] = 1;
    }
  }
  return out;
}

/** Keeps the largest 4-connected region. */
function largestRegion(pixels: Uint8Array, rows: number, columns: number): Uint8Array {
  const label = new Int32Array(pixels.length);
  const stack = new Int32Array(pixels.length);
  let best = 0;
  let bestSize = 0;
  let next = 0;
  let depth = 0;
  const visit = (neighbour: number, inside: boolean) => {
    if (!inside || pixels[neighbour] === 0 || label[neighbour] !== 0) return;
    label[neighbour] = next;
    stack[depth++] = neighbour;
  };
  for (let seed = 0; seed < pixels.length; seed++) {
    if (pixels[seed] === 0 || label[seed] !== 0) continue;
    next++;
    let size = 0;
    stack[depth++] = seed;
    label[seed] = next;
    while (depth > 0) {
      const at = stack[--depth]!;
      size++;
      const x = at % columns;
      visit(at - 1, x > 0);
      visit(at + 1, x < columns - 1);
      visit(at - columns, at >= columns);
      visit(at + columns, at < (rows - 1) * columns);
    }
    if (size > bestSize) {
      bestSize = size;
      best = next;
    }
  }
  const largest = new Uint8Array(pixels.length);
  for (let i = 0; i < largest.length; i++) if (label[i] !== 0 && label[i] === best) largest[i] = 1;
  return largest;
}

function boundsOf(pixels: Uint8Array, rows: number, columns: number): Box {
  let [left, right, top, bottom] = [columns, -1, rows, -1];
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      if (pixels[y * columns + x] === 0) continue;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      bottom = y;
    }
  return { left, top, width: right - left + 1, height: bottom - top + 1 };
}
