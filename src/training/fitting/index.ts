/**
 * How weights are found. Two fits share the same parts, and each goes its own way with them:
 *
 * - `fit.ts` for networks from scratch (`paper`): `examples.ts` reads and prepares all images into memory,
 *   `augmentation.ts` changes them at random, `batch.ts` makes a step's input of them. `orientationSpread.ts` tries the
 *   outcome on images turned and flipped.
 * - `lesionFit.ts` for the network that maps lesions: `preparedImages.ts` keeps all images in a file,
 *   `lesionExamples.ts` brings their boxes along, `lesionBatch.ts` changes both at random, `lesionLearner.ts` takes one
 *   step over the layers that learn, and `lesionAnswers.ts` asks the network about images as they are.
 *
 * Shared: `optimizer.ts` (AdamW), `schedule.ts` (the rate), `weightAverage.ts` (what is measured and shipped),
 * `weights.ts`, `nativeConvolutions.ts` (TensorFlow's own kernels), `slowBackend.ts` (what there is to train with), and
 * `checkpoint.ts` with `learningCurve.ts`: a fit that was stopped goes on to the same weights.
 */
export type { FitRecipe } from './batch.js';
export { type Checkpoint, CheckpointFolder } from './checkpoint.js';
export { type Example, readExamples } from './examples.js';
export { type FitOptions, fitWeights, predict, score } from './fit.js';
export { curveFile, type EpochReport, learningCurve } from './learningCurve.js';
export { answerLesions, type LesionAnswer, peakHit, scoredOf } from './lesionAnswers.js';
export type { LesionExample } from './lesionExamples.js';
export { fitLesionMap, type InputScale, type LesionFitOptions } from './lesionFit.js';
export { useNativeConvolutions } from './nativeConvolutions.js';
export { type OrientationSpread, orientationSpread } from './orientationSpread.js';
export { PreparedImages } from './preparedImages.js';
export { trainingRuntime, warnOfSlowBackend } from './slowBackend.js';
export { writeWeights } from './weights.js';
