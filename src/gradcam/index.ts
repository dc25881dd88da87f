export { attentionRegion } from './attentionRegion.js';
export type { Caption } from './caption.js';
export { gradCam } from './gradCam.js';
export { type HeatMap, HeatMapError, heatStrength } from './heatMap.js';
export {
  blackLevel,
  type Completeness,
  type IntegratedGradCam,
  integratedGradCam,
} from './integratedGradCam.js';
export { drawOverlay, type OverlayInput } from './overlay.js';
export { OverlayError, OverlayPool } from './overlayPool.js';
export { type CaptureDetails, draw as drawInThread } from './overlayWorker.js';
export { overlayPng } from './png.js';
export type { RgbImage } from './rgbImage.js';
export { type SecondaryCaptureInput, secondaryCapture } from './secondaryCapture.js';
