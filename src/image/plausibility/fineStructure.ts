import { innerBreast } from './innerBreast.js';
import { surroundings } from './surroundings.js';
import type { Implausibility, Sight } from './types.js';

/** Rows that are looked at, and every how many pixels along them. */
const ROWS = 128;
const STRIDE = 3;
/** Blocks from the breast's outline. */
const FROM_OUTLINE = 3;
/** Of the image, from its edge, where film has straight borders. */
const FROM_EDGE = 1 / 16;
/** Second difference of neighbouring pixels, of the step from background to breast; real mammograms reach 0.39. */
const MOST_GRAIN = 0.8;
/** Between directions, along an axis and across it, at the finest; images squeezed to a square reach 2.8. */
const MOST_ALONG_AXES = 4;
/** Between the two diagonals, which squeezing treats alike, at any; real ones reach 1.7. */
const MOST_ALONG_DIAGONALS = 2.5;
/** Wavelengths of about two, four and eight pixels. Scanned film differs along its axes at all but the finest. */
const STEPS = [1, 2, 4] as const;

/**
 * Noise on every pixel, as of two bytes exchanged, and fine structure that is there across a direction and not along
 * it, by the spectrum at a few wavelengths.
 */
export function fineStructureReason(sight: Sight): Implausibility | undefined {
  const { rows, columns } = sight.mask;
  const inner = innerBreast(sight.mask, FROM_OUTLINE, {
    rows: Math.max(FROM_OUTLINE, Math.floor(rows * FROM_EDGE)),
    columns: Math.max(FROM_OUTLINE, Math.floor(columns * FROM_EDGE)),
  });
  const [finest, ...coarser] = STEPS.map((step) => fineStructure(sight, inner, step));
  const { breast, background } = surroundings(sight);
  if (Math.min(finest!.across, finest!.down) > MOST_GRAIN * 256 * (breast.median - background.median))
    return {
      code: 'implausible-noise',
      reason: 'The image is noise: neighbouring pixels differ by more than the breast and the background do.',
    };
  const smeared =
    ratio(finest!.across, finest!.down) > MOST_ALONG_AXES ||
    [finest!, ...coarser].some(({ falling, rising }) => ratio(falling, rising) > MOST_ALONG_DIAGONALS);
  if (!smeared) return undefined;
  return {
    code: 'implausible-smear',
    reason: 'The image is smeared along one direction: the breast moved, or the reading failed.',
  };
}

function ratio(a: number, b: number): number {
  const most = Math.max(a, b);
  return most > 0 ? most / Math.max(Math.min(a, b), most * 1e-6) : 1;
}

/** Root mean square of the second difference over `step` pixels within the breast, in four directions. */
function fineStructure(
  { image: { pixels, rows, columns }, mask }: Sight,
  inner: Uint8Array,
  step: number,
): Record<'across' | 'down' | 'falling' | 'rising', number> {
  let [across, down, falling, rising, count] = [0, 0, 0, 0, 0];
  const reach = step * columns;
  const every = Math.max(1, Math.floor(rows / ROWS));
  for (let y = step; y < rows - step; y += every) {
    const maskRow = Math.floor(y / mask.block) * mask.columns;
    for (let x = step; x < columns - step; x += STRIDE) {
      if (inner[maskRow + Math.floor(x / mask.block)] === 0) continue;
      const at = y * columns + x;
      const middle = 2 * pixels[at]!;
      across += (pixels[at - step]! - middle + pixels[at + step]!) ** 2;
      down += (pixels[at - reach]! - middle + pixels[at + reach]!) ** 2;
      falling += (pixels[at - reach - step]! - middle + pixels[at + reach + step]!) ** 2;
      rising += (pixels[at - reach + step]! - middle + pixels[at + reach - step]!) ** 2;
      count++;
    }
  }
  const root = (sum: number) => Math.sqrt(sum / Math.max(1, count));
  return { across: root(across), down: root(down), falling: root(falling), rising: root(rising) };
}
