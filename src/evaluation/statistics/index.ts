/**
 * The statistics that every figure rests on: estimates with intervals by patient, and the measures that they are taken
 * of. Nothing here knows of images.
 *
 * - `estimate.ts`, `bootstrap.ts`: a figure, its interval, and the samples of whole patients that give it.
 * - `classification.ts`, `curves.ts`, `calibrationError.ts`: what answers are worth, at one threshold, at all, and as
 *   probabilities.
 * - `strata.ts`: comparisons within groups, and parts for cross-validation.
 * - `logistic.ts`, `correlation.ts`, `order.ts`: a ridge regression, ranks, and quantiles of many values.
 */
export { type BootstrapOptions, samplesOfPatients, withIntervals } from './bootstrap.js';
export {
  brierScore,
  calibrationErrorByChance,
  type ReliabilityBin,
  reliability,
} from './calibrationError.js';
export {
  accuracy,
  type ClassificationTable,
  type Confusion,
  classificationTable,
  confusionAt,
  negativePredictiveValue,
  positivePredictiveValue,
  sensitivity,
  specificity,
} from './classification.js';
export { rankCorrelation } from './correlation.js';
export { averagePrecision, sensitivityAt, specificityAt, thresholdCurve } from './curves.js';
export { type Estimate, estimateOf, mean, quantile } from './estimate.js';
export { fitLogistic } from './logistic.js';
export { orderStatistics } from './order.js';
export { aucWithinGroups, type Grouped, partsByPatient } from './strata.js';
