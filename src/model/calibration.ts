import type { Bundle } from './types.js';

/** Keeps logits finite: a network in 32-bit floats answers exactly 0 or 1 beyond about ±17. */
const EDGE = 1e-7;

/** The score of a probability, kept finite. */
export function logit(probability: number): number {
  return exactLogit(Math.min(1 - EDGE, Math.max(EDGE, probability)));
}

/** The score of a probability; infinite for 0 and 1, where a score is lost. */
export function exactLogit(probability: number): number {
  return Math.log(probability / (1 - probability));
}

export function sigmoid(score: number): number {
  return 1 / (1 + Math.exp(-score));
}

/**
 * The bundle's calibrated probability for a raw one, both 0 to 1. Rises strictly with the raw probability, so it
 * changes no ranking. Without calibration the raw probability comes back as it is.
 *
 * @throws RangeError when `raw` is not a number from 0 to 1
 */
export function calibrate(bundle: Pick<Bundle, 'calibration'>, raw: number): number {
  if (!(raw >= 0 && raw <= 1)) throw new RangeError(`a probability lies between 0 and 1, not at ${raw}`);
  const { calibration } = bundle;
  if (calibration.kind === 'none') return raw;
  return sigmoid(calibration.slope * logit(raw) + calibration.intercept);
}
