import { fromSource } from '../geometry.js';
import {
  chestWallSide,
  composeOrientations,
  orientationToHeavierAbove,
  orientationToLeft,
  type Side,
} from '../orientation.js';
import { turned } from '../plane.js';
import { rowSums } from '../rowSums.js';
import type { Orientation } from '../types.js';
import { stepOf } from './step.js';
import { geometryOf, maskOf, type WorkingImage } from './workingImage.js';

/** Turn and flip so that the chest wall lies on the left, judged from the image alone. */
export const orientChestWallLeft = stepOf({
  name: 'orient-chest-wall-left',
  does: 'turns',
  schema: (z) => z.strictObject({ step: z.literal('orient-chest-wall-left') }),
  run: (work) => turn(work, orientationToLeft(chestWallSideOf(work))),
});

/**
 * As `orient-chest-wall-left`, and then flipped so that the brighter half lies above: one and the same orientation
 * whatever way the source was turned or flipped. The head may come to lie below.
 */
export const orientCanonical = stepOf({
  name: 'orient-canonical',
  does: 'turns',
  schema: (z) => z.strictObject({ step: z.literal('orient-canonical') }),
  run: (work) => {
    turn(work, orientationToLeft(chestWallSideOf(work)));
    turn(work, orientationToHeavierAbove(rowSums(work.channels[0]!)));
  },
});

/** The chest wall's side in the frame that the image is in now. */
function chestWallSideOf(work: WorkingImage): Side {
  const side = chestWallSide(maskOf(work));
  const middle = { x: work.source.columns / 2, y: work.source.rows / 2 };
  const edge = {
    left: { x: 0, y: middle.y },
    right: { x: work.source.columns, y: middle.y },
    top: { x: middle.x, y: 0 },
    bottom: { x: middle.x, y: work.source.rows },
  }[side];
  const frame = geometryOf(work);
  const from = fromSource(frame, middle);
  const to = fromSource(frame, edge);
  if (Math.abs(to.x - from.x) > Math.abs(to.y - from.y)) return to.x < from.x ? 'left' : 'right';
  return to.y < from.y ? 'top' : 'bottom';
}

function turn(work: WorkingImage, orientation: Orientation): void {
  work.channels = work.channels.map((channel) => turned(channel, orientation));
  [work.rows, work.columns] = [work.channels[0]!.rows, work.channels[0]!.columns];
  work.orientation = composeOrientations(work.orientation, orientation);
}
