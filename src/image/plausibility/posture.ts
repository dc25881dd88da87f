import { chestWallSide } from '../orientation.js';
import type { Implausibility, Sight } from './types.js';

/**
 * Log odds that the head is above, below which an image is refused. Fitted on 1991 real MLO views, digital and film, by
 * logistic regression; on patients left out of the fit, in turn, 0.3 % of the views lay below it, and 97 % of them
 * turned upside down. The others get an answer as they lie.
 */
const LOWEST = -1.7;
/** The breast's height is parted into twice as many; each part is compared with its mirror image at the other end. */
const PARTS = 10;
/**
 * What speaks for the head above where the upper part has more of it, part by part from the ends to the middle:
 * breadth, as a share of the broadest, and brightness near the chest wall, where the muscle lies, in units of its mean.
 */
const BREADTH = [0.6, 2.5, 0.4, -0.6, -0.6, -0.5, -1.4, -8.5, -12.1, 4.4];
/** Over so much of the breast's breadth, from the chest wall. */
const BRIGHTNESS = [
  { depth: 0.15, weights: [1.0, 1.2, 0.6, 1.2, 2.1, 1.7, 1.5, 1.2, 3.4, 0.1] },
  { depth: 0.3, weights: [0.2, -0.1, 0, -0.1, 0.6, -1.4, -0.9, 0, 0.5, -1.9] },
  { depth: 0.5, weights: [-0.5, -0.4, -0.9, -1.6, -1.1, -1.8, 0.2, 0.2, 1.4, -0.6] },
];
/** Of the breadth at the image's upper edge less that at the lower one: the muscle reaches it. */
const TOUCH = 1.9;
/** Of how far the breast's centre of mass lies above the middle, as a share of its height. */
const CENTRE = 39.9;
/** Blocks that count as an image's edge. */
const EDGE = 2;

/**
 * An MLO view with its head below: the chest muscle is bright and the breast broad at the top, and both at the bottom
 * where the image is turned over.
 */
export function postureReason(sight: Sight): Implausibility | undefined {
  if (sight.view === undefined || !sight.view.endsWith('MLO')) return undefined;
  if (headLead(sight) >= LOWEST) return undefined;
  return {
    code: 'implausible-upside-down',
    reason: 'The image is upside down: the chest muscle of this MLO view lies below.',
  };
}

/** Log odds that the head is above; 0 where the chest wall lies above or below, so that it cannot be told. */
function headLead(sight: Sight): number {
  const side = chestWallSide(sight.mask);
  if (side === 'top' || side === 'bottom') return 0;
  const { bounds, rows } = sight.mask;
  const { breadth, brightness } = alongChestWall(sight, side);
  let lead = weighed(breadth, BREADTH);
  for (const [index, { weights }] of BRIGHTNESS.entries()) {
    const values = brightness[index]!;
    // Dark images have small differences.
    const usual = Math.max(0.05, values.reduce((sum, value) => sum + value, 0) / values.length);
    lead += weighed(values, weights) / usual;
  }
  const breadthAt = (row: number) => breadth[row - bounds.top] ?? 0;
  lead += TOUCH * (breadthAt(EDGE) - breadthAt(rows - 1 - EDGE));
  let [weight, moment] = [0, 0];
  for (const [row, value] of breadth.entries()) {
    weight += value;
    moment += row * value;
  }
  return lead + CENTRE * (0.5 - moment / weight / breadth.length);
}

/** How much more the upper parts have than the lower ones, each part with its weight. */
function weighed(values: Float64Array, weights: readonly number[]): number {
  const { length } = values;
  const mean = (from: number, to: number) => {
    const start = Math.floor(from * length);
    const part = values.subarray(start, Math.max(start + 1, Math.ceil(to * length)));
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  };
  return weights.reduce((sum, weight, part) => {
    const [from, to] = [part, part + 1].map((end) => end / (2 * PARTS)) as [number, number];
    return sum + weight * (mean(from, to) - mean(1 - to, 1 - from));
  }, 0);
}

/** Row by row of the breast's box: its breadth, as a share of the box's, and its mean brightness at each depth. */
function alongChestWall(
  { reduced, mask }: Sight,
  side: 'left' | 'right',
): { breadth: Float64Array; brightness: Float64Array[] } {
  const { left, top, width, height } = mask.bounds;
  const breadth = new Float64Array(height);
  const brightness = BRIGHTNESS.map(() => new Float64Array(height));
  for (let y = 0; y < height; y++) {
    const sums = BRIGHTNESS.map(() => ({ sum: 0, count: 0 }));
    let covered = 0;
    for (let x = 0; x < width; x++) {
      const at = (top + y) * mask.columns + left + (side === 'left' ? x : width - 1 - x);
      if (mask.pixels[at] === 0) continue;
      covered++;
      for (const [index, { depth }] of BRIGHTNESS.entries()) {
        if (x >= depth * width) continue;
        sums[index]!.sum += reduced.means[at]! / 65535;
        sums[index]!.count++;
      }
    }
    breadth[y] = covered / width;
    for (const [index, { sum, count }] of sums.entries()) brightness[index]![y] = count > 0 ? sum / count : 0;
  }
  return { breadth, brightness };
}
