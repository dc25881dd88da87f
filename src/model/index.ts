/**
 * What answering takes: a checked bundle, the engine that runs it, and the calibration of its answers. TensorFlow is
 * loaded only where it is asked for: by training, or inside the thread of its engine.
 */
export { loadBundle } from './bundle.js';
export {
  type BundleDescription,
  checkDescription,
  checkPlaceForBundle,
  writeBundle,
} from './bundleWriter.js';
export { calibrate, logit, sigmoid } from './calibration.js';
export { type EngineChoice, openEngine } from './engines/openEngine.js';
export { ModelError } from './errors.js';
export { blobFilters, DIRECTIONS, morletWavelets, PHASES } from './filterBank.js';
export { channelsOf, GivenLayers, type Symbolic } from './givenLayers.js';
export { type Inspection, inspectModel } from './inspection.js';
export {
  KnownFeatures,
  placeSummary,
  readKnownFeatures,
} from './knownFeatures.js';
export { encodeLayersModel, roundToHalves } from './layersFile.js';
export { LOG_SUM_EXP, logSumExpLayer } from './logSumExp.js';
export { SCORE_LAYER } from './networkOutputs.js';
export {
  ATTRIBUTE,
  type AttributeProto,
  encodeModel,
  FLOAT,
  INT64,
  type NodeProto,
  TARGET_LAYER_KEY,
  type TensorProto,
  type ValueInfoProto,
} from './onnxSchema.js';
export { anyTensorflow, type TensorFlow, type TensorFlowRuntime } from './tensorflowRuntime.js';
export type * from './types.js';
