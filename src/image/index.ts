/**
 * From stored pixels to what a radiologist sees, and from there to what the network sees.
 *
 * The way of one instance is told in `prepareInstance.ts`. `codecs/` gives the stored words, whatever the transfer
 * syntax. `modality.ts`, `voi.ts` and `presentation.ts` make of them the grey image of 16 bits that a display would
 * show (PS3.4 N.2), as one table over all stored values (`lookupTable.ts`, `wordTable.ts`). `breast.ts` finds the
 * breast in it.
 *
 * Then come the bundle's preparation steps, in its order (`prepare.ts`; a step is a file in `steps/` and a row in
 * `steps/index.ts`): cut to the breast, turn (`orientation.ts`), CLAHE (`clahe.ts`), window, resize (`resize.ts`),
 * normalise. Training and serving run this same code. What was cut and turned is kept as an `InputGeometry`, by which
 * heat maps find their way back to the source (`geometry.ts`).
 *
 * `packBits.ts` packs pictures that go back (RLE Lossless).
 *
 * An image has 8 to 17 million pixels. Loops over all of them are WebAssembly (`kernels/`); cutting and turning change
 * start, stride and direction of a `Plane` and copy nothing. Work runs in threads (`preparationPool.ts`; what they
 * do, `preparationTasks.ts`); memory of
 * that size is used again instead of being left to the garbage collector (`fileMemory.ts`).
 */
export { breastMask } from './breast.js';
export { type ClaheOptions, clahe } from './clahe.js';
export { decodePixels, type StoredPixels } from './codecs/index.js';
export { ImageError, type ImageErrorCode } from './errors.js';
export { fromSource } from './geometry.js';
export {
  chestWallSide,
  composeOrientations,
  ORIENTATIONS,
  orientationToHeavierAbove,
  orientationToLeft,
  oriented,
  type Side,
} from './orientation.js';
export { type InterleavedSamples, packPlanes } from './packBits.js';
export {
  type Implausibility,
  type ImplausibilityCode,
  implausibility,
  isImplausibility,
} from './plausibility/index.js';
export { PreparationPool, type PreparationPoolOptions } from './preparationPool.js';
export {
  identify as identifyInThread,
  type PreparationTasks,
  prepare as prepareInThread,
} from './preparationTasks.js';
export { type PreparedGrey, prepareGrey } from './prepare.js';
export {
  type InstanceIdentity,
  type PreparationResult,
  type PreparationTask,
  prepareInstance,
} from './prepareInstance.js';
export { presentationImage } from './presentation.js';
export { type ReducedImage, reducedImage } from './reducedImage.js';
export { displayImage, resizeArea } from './resize.js';
export {
  contradictionIn,
  does,
  normalisationOf,
  type PreparationStep,
  preparationStepSchema,
} from './steps/index.js';
export type {
  Box,
  BreastMask,
  DisplayImage,
  GreyImage,
  InputGeometry,
  Orientation,
  PreparedImage,
} from './types.js';
