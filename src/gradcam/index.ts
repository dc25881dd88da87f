/**
 * Why the network answered as it did: Grad-CAM and its kin, as mathematics only. Nothing is drawn here.
 *
 * A network's run gives the answer, the target layer's activations and the score's gradients with respect to them.
 * `gradCam.ts` makes a coarse map of these: channels weighted by their mean gradient, negative sums cut off (Selvaraju
 * et al. 2017). `integratedGradCam.ts` takes the mean of many such maps on the way from a black image to this one, and
 * measures how much of the answer they account for together.
 *
 * A `HeatMap` (`heatMap.ts`) has a few cells in the network's orientation. `heatField.ts` carries it back to the source
 * image, through crop and orientation, and interpolates it for any pixel. `attentionRegion.ts` says in source pixels
 * where the network looked: the strongest place, and the outline of its surroundings (`isoline.ts`), which goes into
 * the report and the picture alike. It shows attention; it is not the outline of a lesion. `attentionPlace.ts` tells
 * what lies in the breast from what does not.
 */
export { attentionPlace } from './attentionPlace.js';
export { attentionRegion } from './attentionRegion.js';
export { gradCam } from './gradCam.js';
export { alignToSource, HeatField } from './heatField.js';
export { type HeatMap, HeatMapError, heatStrength } from './heatMap.js';
export {
  blackLevel,
  type Completeness,
  type IntegratedGradCam,
  integratedGradCam,
} from './integratedGradCam.js';
export { occlusionMap } from './occlusion.js';
