/**
 * What is drawn: a mammogram with its heat map and caption, and the Secondary Capture that holds it.
 *
 * `overlay.ts` is the picture as a function of its inputs: the mammogram reduced and grey, the heat in colours that
 * cannot be mistaken for grey levels (`colourMap.ts`), the outline where the answer is positive, and below it a band
 * with the caption and the colour scale (`captionBand.ts`). A picture that stands alone has its notice along the upper
 * edge as well (`singlePicture.ts`). What the caption says is put together in `caption.ts`.
 * Letters are outlines from a typeface in the package (`typeface.ts`), filled by `rasteriser.ts`, so that the same
 * exam gives the same bytes on every machine, with or without fonts.
 *
 * `presentationState.ts` marks the region on the original pixels, in a layer that can be switched off, without a
 * picture of its own.
 *
 * `overview.ts` puts an exam's pictures side by side.
 *
 * `secondaryCapture.ts` makes a DICOM object of a picture, compressed without loss, and `capturePicture.ts`
 * gets the picture out again; `png.ts` a preview for people. `overlayPool.ts` draws in
 * worker threads (`overlayTask.ts`): a picture takes tens of milliseconds, in which the service must not stand still.
 */

export type { Caption } from './caption.js';
export { capturePicture } from './capturePicture.js';
export { drawOverlay, type OverlayInput } from './overlay.js';
export { OverlayError, OverlayPool } from './overlayPool.js';
export { type CaptureDetails, draw as drawInThread } from './overlayTask.js';
export { drawOverview, OVERVIEW_TILE, type OverviewTiles } from './overview.js';
export { overlayPng } from './png.js';
export { type PresentationStateInput, presentationState } from './presentationState.js';
export type { RgbImage } from './rgbImage.js';
export { overviewCapture, type SecondaryCaptureInput, secondaryCapture } from './secondaryCapture.js';
export { drawSinglePicture } from './singlePicture.js';
