/**
 * The networks that `mamori train --arch` knows. Each has three files that begin with its name, so that a number is
 * found by what it belongs to:
 *
 * | | `paper` | `lesion-map` |
 * |---|---|---|
 * | layers | `paper.ts` | `lesionMap.ts`, on `efficientNetLite.ts` |
 * | from the image to the input: crop, CLAHE, windows, size | `paperPreparation.ts` | `lesionPreparation.ts` |
 * | how it is fitted: rates, epochs, augmentation | `paperRecipe.ts` | `lesionRecipe.ts` |
 *
 * The preparation goes into the bundle as it stands here, and the service follows the bundle: a number changed here
 * changes what is trained next, and nothing that was trained before.
 *
 * `jointLesionMap.ts` makes one network of several that were fitted to map lesions.
 *
 * `architectures.ts` joins the three for networks that begin from nothing and are fitted in one way; a further one is a
 * row there. `lesionPlan.ts` joins them for the network that maps lesions, which begins from pretrained filters and has
 * a fit of its own.
 */
export { ARCHITECTURES, type Architecture, architecture } from './architectures.js';
export type { KernelRates } from './efficientNetLite.js';
export { jointDescription, jointLesionMap } from './jointLesionMap.js';
export {
  FROZEN_OUTPUT_LAYER,
  LESION_DESCRIPTION,
  LESION_MAP_LAYER,
  LESION_STRIDE,
  LESION_TARGET_LAYER,
  type LesionNetwork,
  lesionMapNetwork,
} from './lesionMap.js';
export { type LesionInput, type LesionPlan, lesionPlan } from './lesionPlan.js';
export type { LesionChannels, LesionSize } from './lesionPreparation.js';
export type { LesionAugmentation, LesionRecipe } from './lesionRecipe.js';
export type { Augmentation, Recipe } from './paperRecipe.js';
