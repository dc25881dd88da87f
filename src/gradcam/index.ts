/** Why the network answered as it did: Grad-CAM and its kin, as mathematics only. Nothing is drawn here. */
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
