export { type BreastMask, breastMask } from './breast.js';
export { type ClaheOptions, clahe } from './clahe.js';
export { decodePixels, type StoredPixels } from './codecs/index.js';
export { ImageError, type ImageErrorCode } from './errors.js';
export { fromSource, type Place } from './geometry.js';
export {
  chestWallSide,
  composeOrientations,
  ORIENTATIONS,
  orientationToHeavierAbove,
  orientationToLeft,
  oriented,
  type Side,
} from './orientation.js';
export { PreparationPool, type PreparationPoolOptions } from './pool.js';
export { type PreparedGrey, prepareGrey } from './prepare.js';
export {
  type InstanceLeftAlone,
  type PreparationResult,
  type PreparationTask,
  prepareInstance,
} from './prepareInstance.js';
export { presentationImage } from './presentation.js';
export { displayImage, resizeArea } from './resize.js';
export { threadMemory } from './threadMemory.js';
export type * from './types.js';
export { prepare as prepareInThread } from './worker.js';
