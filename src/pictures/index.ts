/** What is drawn: a mammogram with its heat map and caption, and the Secondary Capture that holds it. */
export type { Caption } from './caption.js';
export { drawOverlay, type OverlayInput } from './overlay.js';
export { OverlayError, OverlayPool } from './overlayPool.js';
export { type CaptureDetails, draw as drawInThread } from './overlayWorker.js';
export { overlayPng } from './png.js';
export type { RgbImage } from './rgbImage.js';
export { type SecondaryCaptureInput, secondaryCapture } from './secondaryCapture.js';
