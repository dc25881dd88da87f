import { chestWallSide } from '../orientation.js';
import type { Implausibility, Sight } from './types.js';

/**
 * How far the head end exceeds the foot end, as log odds that the head is above; fitted on 378 real MLO views, digital
 * and film, of which none lay below -1.4, while 91 % of them upside down lie below the limit.
 */
const LOWEST = -2.2;
/** What is compared at both ends, over parts of the breast's height counted from its end. */
const COMPARED = [
  { what: 'brightness', from: 0, to: 0.1, weight: 1.84 },
  { what: 'brightness', from: 0.1, to: 0.25, weight: 1.72 },
  { what: 'brightness', from: 0.25, to: 0.45, weight: 2.05 },
  { what: 'breadth', from: 0, to: 0.05, weight: 2.65 },
  { what: 'breadth', from: 0.05, to: 0.2, weight: 2.3 },
  { what: 'breadth', from: 0.2, to: 0.4, weight: -3.85 },
] as const;
const TOUCH_WEIGHT = 1.31;
const CENTRE_WEIGHT = 6.7;
/** Of the breast's breadth, along the chest wall, where the muscle lies. */
const MUSCLE = 0.3;
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
export function headLead(sight: Sight): number {
  const side = chestWallSide(sight.mask);
  if (side === 'top' || side === 'bottom') return 0;
  const { bounds, rows } = sight.mask;
  const profile = alongChestWall(sight, side);
  const { length } = profile.breadth;
  const mean = (values: Float64Array, from: number, to: number) => {
    const part = values.subarray(Math.floor(from * length), Math.ceil(to * length));
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  };
  let lead = 0;
  for (const { what, from, to, weight } of COMPARED) {
    const values = profile[what];
    lead += weight * (mean(values, from, to) - mean(values, 1 - to, 1 - from));
  }
  const breadthAt = (row: number) =>
    row >= bounds.top && row < bounds.top + length ? profile.breadth[row - bounds.top]! : 0;
  lead += TOUCH_WEIGHT * (breadthAt(EDGE) - breadthAt(rows - 1 - EDGE));
  let [weight, moment] = [0, 0];
  for (const [row, breadth] of profile.breadth.entries()) {
    weight += breadth;
    moment += row * breadth;
  }
  return lead + CENTRE_WEIGHT * (0.5 - moment / weight / length);
}

/** Row by row of the breast's box: its breadth, of the box's, and how bright the muscle's part is, of its mean. */
function alongChestWall(
  { reduced, mask }: Sight,
  side: 'left' | 'right',
): Record<'breadth' | 'brightness', Float64Array> {
  const { left, top, width, height } = mask.bounds;
  const breadth = new Float64Array(height);
  const brightness = new Float64Array(height);
  const deep = Math.max(1, Math.round(width * MUSCLE));
  for (let y = 0; y < height; y++) {
    let [sum, count, covered] = [0, 0, 0];
    for (let x = 0; x < width; x++) {
      const at = (top + y) * mask.columns + left + (side === 'left' ? x : width - 1 - x);
      if (mask.pixels[at] === 0) continue;
      covered++;
      if (x >= deep) continue;
      count++;
      sum += reduced.means[at]! / 65535;
    }
    breadth[y] = covered / width;
    brightness[y] = count > 0 ? sum / count : 0;
  }
  // Dark images have small differences.
  const usual = Math.max(0.05, brightness.reduce((sum, value) => sum + value, 0) / height);
  return { breadth, brightness: brightness.map((value) => value / usual) };
}
