import type { Implausibility, Sight } from './types.js';

/** Rows that are looked at, and every how many pixels along them. */
const ROWS = 128;
const STRIDE = 3;
/** Blocks. */
const FROM_OUTLINE = 3;
/** Between directions, along an axis and across it, at the finest; images squeezed to a square reach 2.8. */
const MOST_ALONG_AXES = 4;
/** Between the two diagonals, which squeezing treats alike, at any; real ones reach 1.7. */
const MOST_ALONG_DIAGONALS = 2.5;
/** Wavelengths of about two, four and eight pixels. Scanned film differs along its axes at all but the finest. */
const STEPS = [1, 2, 4] as const;

/** Fine structure that is there across a direction and not along it, by the spectrum at a few wavelengths. */
export function smearReason(sight: Sight): Implausibility | undefined {
  const inner = innerBreast(sight);
  const smeared = STEPS.some((step) => {
    const { across, down, falling, rising } = fineStructure(sight, inner, step);
    if (step === 1 && ratio(across, down) > MOST_ALONG_AXES) return true;
    return ratio(falling, rising) > MOST_ALONG_DIAGONALS;
  });
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

/** 1 for the blocks of the breast away from its outline and from the image's edge, where film has straight borders. */
function innerBreast({ mask: { pixels, rows, columns } }: Sight): Uint8Array {
  const inner = new Uint8Array(pixels.length);
  const [top, left] = [Math.max(FROM_OUTLINE, rows >> 4), Math.max(FROM_OUTLINE, columns >> 4)];
  for (let y = top; y < rows - top; y++)
    for (let x = left; x < columns - left; x++) {
      const at = y * columns + x;
      const within =
        pixels[at - FROM_OUTLINE]! &
        pixels[at + FROM_OUTLINE]! &
        pixels[at - FROM_OUTLINE * columns]! &
        pixels[at + FROM_OUTLINE * columns]!;
      inner[at] = pixels[at]! & within;
    }
  return inner;
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
