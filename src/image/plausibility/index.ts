/**
 * Is this a mammogram at all? A network answers whatever it is shown; of a black image, a phantom or a chest its
 * probability says nothing, and somebody would read it.
 *
 * Each file judges one thing and returns a reason or nothing. All but one look at the image reduced to 256 blocks along
 * its longer side and at the breast's mask, which the preparation needs anyway. Their limits were set on real
 * mammograms, digital and film, so that fewer than one in a hundred of them is refused: that is an exam without its
 * answer. docs/reading-results.md has the figures, and scripts/measureRefusals.mjs measures them. What these cannot
 * tell, the distance of the network's features from those of training may.
 *
 * An upside-down view is told where the chest muscle shows it, in most MLO views and in no CC view: turned over, that
 * is its own mirror image. Where it is not told it gets an answer as it lies.
 */

import { outlineReason } from './breastOutline.js';
import { chestWallReason } from './chestWall.js';
import { contentReason } from './content.js';
import { fineStructureReason } from './fineStructure.js';
import { patternReason } from './pattern.js';
import { polarityReason } from './polarity.js';
import { postureReason } from './posture.js';
import { structureReason } from './structure.js';
import { IMPLAUSIBILITIES, type Implausibility, type Sight } from './types.js';

export type { Implausibility, ImplausibilityCode } from './types.js';

/** In this order, because each takes for granted what those before it have made sure of. */
const JUDGES: readonly ((sight: Sight) => Implausibility | undefined)[] = [
  contentReason,
  patternReason,
  polarityReason,
  outlineReason,
  chestWallReason,
  postureReason,
  structureReason,
  fineStructureReason,
];

/** Why an image is no plausible mammogram; undefined where nothing speaks against it. */
export function implausibility(sight: Sight): Implausibility | undefined {
  for (const judge of JUDGES) {
    const reason = judge(sight);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

/** Whether a code says that an image could be read and is no plausible mammogram. */
export function isImplausibility(code: string): boolean {
  return (IMPLAUSIBILITIES as readonly string[]).includes(code);
}
