import { innerBreast } from './innerBreast.js';
import { surroundings } from './surroundings.js';
import type { Implausibility, Sight } from './types.js';

/** Blocks between which brightness is compared: about a millimetre, and four. */
const FINE = 1;
const COARSE = 4;
/** Second difference at the coarse step, of the step from background to breast; real mammograms have 0.07 and more. */
const LEAST_STRUCTURE = 0.03;
/** Second difference at the fine step, of that at the coarse one; real mammograms have 0.157 and more. */
const LEAST_SHARPNESS = 0.13;

/** Whether anything is to be seen within the breast, and whether it is sharp; at the scale of blocks. */
export function structureReason(sight: Sight): Implausibility | undefined {
  const within = COARSE + 1;
  const inner = innerBreast(sight.mask, within, { rows: within, columns: within });
  if (!inner.includes(1)) return undefined;
  const { breast, background } = surroundings(sight);
  const coarse = secondDifference(sight, inner, COARSE);
  if (coarse < LEAST_STRUCTURE * 256 * (breast.median - background.median))
    return {
      code: 'implausible-featureless',
      reason: 'The breast is featureless: it has one shade, or shades that run evenly into each other.',
    };
  if (secondDifference(sight, inner, FINE) < LEAST_SHARPNESS * coarse)
    return {
      code: 'implausible-blurred',
      reason: 'The image is blurred: nothing in the breast is as fine as a few millimetres.',
    };
  return undefined;
}

/** Root mean square over the inner breast, between blocks that are `step` apart. */
function secondDifference({ reduced: { means, columns } }: Sight, inner: Uint8Array, step: number): number {
  let [sum, count] = [0, 0];
  for (let at = 0; at < inner.length; at++) {
    if (inner[at] === 0) continue;
    const around =
      means[at - step]! + means[at + step]! + means[at - step * columns]! + means[at + step * columns]!;
    sum += (around - 4 * means[at]!) ** 2;
    count++;
  }
  return Math.sqrt(sum / count);
}
