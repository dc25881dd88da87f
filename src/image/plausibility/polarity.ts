import { surroundings } from './surroundings.js';
import type { Implausibility, Sight } from './types.js';

/**
 * Black and white exchanged: what stands out from the background stands out darker. On all real mammograms the breast's
 * median lies at least 0.13 of white above the background's, with bright borders of film too.
 */
export function polarityReason(sight: Sight): Implausibility | undefined {
  if (!sight.mask.found) return undefined;
  const { breast, background } = surroundings(sight);
  if (breast.median >= background.median) return undefined;
  return {
    code: 'implausible-inverted',
    reason: 'The image is inverted: the breast is darker than the background around it.',
  };
}
