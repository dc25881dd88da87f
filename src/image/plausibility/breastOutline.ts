import { chestWallSide, type Side } from '../orientation.js';
import { surroundings } from './surroundings.js';
import { isSymmetrical } from './symmetry.js';
import type { Implausibility, Sight } from './types.js';

/** Of the image; the smallest breast had 0.05. */
const SMALLEST_BREAST = 0.03;
/** Of its bounding box; film with its bright borders had 0.16, a frame without a breast has less. */
const LEAST_FILLED = 0.1;
/** Of the breast's own bounding box; a breast is round, and none of 730 filled more than 0.91. */
const MOST_FILLED = 0.94;
/** Of the side across from the chest wall that the breast touches. */
const MOST_TOUCHED = 0.9;
/** Between the quarters of the background's blocks, of the step from it to the breast: a background is even. */
const MOST_UNEVEN = 0.15;
/** Part of the image in which the straight borders of scanned film lie. */
const EDGE = 1 / 16;

/** Whether the one thing that stands out has the shape of a breast, and is there whole. */
export function outlineReason(sight: Sight): Implausibility | undefined {
  const { mask } = sight;
  const area = mask.pixels.reduce((sum, pixel) => sum + pixel, 0);
  const filled = area / (mask.bounds.width * mask.bounds.height);
  if (!mask.found || area < SMALLEST_BREAST * mask.pixels.length || filled < LEAST_FILLED)
    return {
      code: 'implausible-breast-missing',
      reason: 'No breast was found in the image: nothing of its size stands out from a background.',
    };
  if (isSymmetrical(sight))
    return {
      code: 'implausible-symmetry',
      reason: 'The image is symmetrical, as a picture of the chest is, or of a breast that lies on its side.',
    };
  if (filled > MOST_FILLED)
    return {
      code: 'implausible-shape',
      reason: 'What stands out in the image is a rectangle, such as a phantom or a plate, and not a breast.',
    };
  if (touched(sight, opposite(chestWallSide(mask))) > MOST_TOUCHED)
    return {
      code: 'implausible-breast-cut-off',
      reason: 'The breast is cut off: it reaches the edge of the image across from the chest wall too.',
    };
  const { breast, background } = surroundings(sight);
  if (background.high - background.low > MOST_UNEVEN * (breast.median - background.median))
    return {
      code: 'implausible-breast-cut-off',
      reason: 'The breast is cut off: there is no even background around it, as if it filled the image.',
    };
  return undefined;
}

function opposite(side: Side): Side {
  const across: Record<Side, Side> = { left: 'right', right: 'left', top: 'bottom', bottom: 'top' };
  return across[side];
}

/** Share of a side of the image along which the breast reaches it, 0 to 1. */
function touched({ mask: { pixels, rows, columns } }: Sight, side: Side): number {
  const upright = side === 'left' || side === 'right';
  const length = upright ? rows : columns;
  const depth = Math.floor(EDGE * (upright ? columns : rows));
  let count = 0;
  for (let along = 0; along < length; along++) {
    const x = upright ? (side === 'left' ? depth : columns - 1 - depth) : along;
    const y = upright ? along : side === 'top' ? depth : rows - 1 - depth;
    count += pixels[y * columns + x]!;
  }
  return count / length;
}
