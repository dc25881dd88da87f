/**
 * What answering takes: a checked bundle, the engine that runs it, and the calibration of its answers. How a network
 * comes to be is the affair of `training/`.
 *
 * A bundle is a folder. `bundle.ts` opens it: every file is held against its hash, `bundle.json` against its schema
 * (`bundleSchema.ts`), and what must not run on patients is refused. `bundleWriter.ts` makes one, whole or not at all.
 * `knownFeatures.ts` says how far an image is from all that the model was made from.
 *
 * An engine (`engines/`) takes the inputs of one exam together and gives for each the probability, the target layer's
 * activations and the gradients that explain it. It runs in a thread of its own, so that the service goes on
 * meanwhile. `engineTable.ts` names the engines, the file that each runs, and on what; what a new one takes is said
 * there. Which engine and which device is chosen in `engines/openEngine.ts`, with a reason that the log shows.
 * `calibration.ts` turns the network's probability into one that means what it says.
 *
 * TensorFlow is loaded only where it is asked for: by training, or inside the thread of its engine
 * (`tensorflowRuntime.ts`). ONNX files are read and written by `onnxSchema.ts`, layers models by `layersFile.ts`.
 */
export { loadBundle, sha256 } from './bundle.js';
export {
  type BundleDescription,
  checkDescription,
  checkPlaceForBundle,
  recordHeatMaps,
  writeBundle,
} from './bundleWriter.js';
export { calibrate, exactLogit, logit, sigmoid } from './calibration.js';
export { loadOnnxRuntime, openEngine, sessionOptions } from './engines/index.js';
export { DEVICE_CHOICES, ENGINE_CHOICES, type EngineChoice, type EngineName } from './engineTable.js';
export { ModelError, type ModelErrorCode } from './errors.js';
export { halfBits, halfValue, nearestHalf } from './halfFloat.js';
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
  decodeModel,
  encodeModel,
  FLOAT,
  FLOAT16,
  type GraphProto,
  INT64,
  type ModelProto,
  type NodeProto,
  TARGET_LAYER_KEY,
  type TensorProto,
  type ValueInfoProto,
} from './onnxSchema.js';
export {
  anyTensorflow,
  type Symbolic,
  type TensorFlow,
  type TensorFlowRuntime,
} from './tensorflowRuntime.js';
export type {
  Aggregation,
  Bundle,
  Calibration,
  Engine,
  Inference,
  Measurement,
  TrainingRecord,
} from './types.js';
