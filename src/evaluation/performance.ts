import { auc, calibrationError, groupByCase, type Scored } from '../dataset/index.js';
import {
  accuracy,
  averagePrecision,
  type BootstrapOptions,
  brierScore,
  type Confusion,
  confusionAt,
  type Estimate,
  negativePredictiveValue,
  positivePredictiveValue,
  sensitivity,
  sensitivityAt,
  specificity,
  specificityAt,
  withIntervals,
} from './statistics/index.js';

/** How well answers of one kind (about images, breasts or patients) agree with the truth. */
export interface Performance {
  count: number;
  patients: number;
  positives: number;
  auc: Estimate;
  averagePrecision: Estimate;
  sensitivityAt90Specificity: Estimate;
  specificityAt90Sensitivity: Estimate;
  /** At the bundle's operating point, which was chosen on its own validation cases. */
  atOperatingPoint: {
    threshold: number;
    confusion: Confusion;
    sensitivity: Estimate;
    specificity: Estimate;
    positivePredictiveValue: Estimate;
    negativePredictiveValue: Estimate;
    accuracy: Estimate;
  };
  calibrationError: Estimate;
  brierScore: Estimate;
}

export function performanceOf(
  scored: readonly Scored[],
  operatingPoint: number,
  options: BootstrapOptions,
): Performance {
  const at = (measure: (confusion: Confusion) => number) => (sample: readonly Scored[]) =>
    measure(confusionAt(sample, operatingPoint));
  const sorted = [...scored].sort((a, b) => a.probability - b.probability);
  const figures = withIntervals(
    sorted,
    {
      auc,
      averagePrecision,
      sensitivityAt90Specificity: (sample) => sensitivityAt(sample, 0.9),
      specificityAt90Sensitivity: (sample) => specificityAt(sample, 0.9),
      sensitivity: at(sensitivity),
      specificity: at(specificity),
      positivePredictiveValue: at(positivePredictiveValue),
      negativePredictiveValue: at(negativePredictiveValue),
      accuracy: at(accuracy),
      calibrationError: (sample) => calibrationError(sample),
      brierScore,
    },
    options,
    ['calibrationError'],
  );
  return {
    count: scored.length,
    patients: groupByCase(scored).size,
    positives: scored.filter(({ target }) => target === 1).length,
    auc: figures.auc,
    averagePrecision: figures.averagePrecision,
    sensitivityAt90Specificity: figures.sensitivityAt90Specificity,
    specificityAt90Sensitivity: figures.specificityAt90Sensitivity,
    atOperatingPoint: {
      threshold: operatingPoint,
      confusion: confusionAt(scored, operatingPoint),
      sensitivity: figures.sensitivity,
      specificity: figures.specificity,
      positivePredictiveValue: figures.positivePredictiveValue,
      negativePredictiveValue: figures.negativePredictiveValue,
      accuracy: figures.accuracy,
    },
    calibrationError: figures.calibrationError,
    brierScore: figures.brierScore,
  };
}
