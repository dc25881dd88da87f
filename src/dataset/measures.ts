import type { Calibration } from '../model/index.js';
import { logit, sigmoid } from '../model/index.js';
import { Random } from '../random.js';
import { groupByCase } from './cases.js';

/** One answer and the truth about it. */
export interface Scored {
  /** 0 to 1. */
  probability: number;
  target: 0 | 1;
  /** The patient. */
  case: string;
}

/** Area under the ROC curve, by ranks; ties count half. NaN without both classes, and where an answer is none. */
export function auc(scored: readonly Scored[]): number {
  if (scored.some(({ probability }) => Number.isNaN(probability))) return Number.NaN;
  const sorted = [...scored].sort((a, b) => a.probability - b.probability);
  let rankSum = 0;
  for (let start = 0; start < sorted.length; ) {
    let end = start;
    while (end < sorted.length && sorted[end]!.probability === sorted[start]!.probability) end++;
    for (let index = start; index < end; index++)
      if (sorted[index]!.target === 1) rankSum += (start + end + 1) / 2;
    start = end;
  }
  const positives = scored.filter(({ target }) => target === 1).length;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * (scored.length - positives));
}

/** Percentile bootstrap by patient: whole cases are drawn, because images of one patient are not independent. */
export function bootstrapByCase(
  scored: readonly Scored[],
  measure: (sample: Scored[]) => number,
  { rounds = 1000, seed = 1 } = {},
): [lower: number, upper: number] {
  const cases = [...groupByCase(scored).values()];
  const random = new Random(seed);
  const values: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const value = measure(cases.flatMap(() => cases[random.below(cases.length)]!));
    if (Number.isFinite(value)) values.push(value);
  }
  values.sort((a, b) => a - b);
  const at = (fraction: number) =>
    values[Math.min(values.length - 1, Math.floor(fraction * values.length))] ?? Number.NaN;
  return [at(0.025), at(0.975)];
}

/** The mean answer about each patient; positive where any image of the patient is. */
export function byCase(scored: readonly Scored[]): Scored[] {
  return [...groupByCase(scored)].map(([name, own]) => ({
    case: name,
    probability: own.reduce((sum, one) => sum + one.probability, 0) / own.length,
    target: own.some((one) => one.target === 1) ? 1 : 0,
  }));
}

/** The same for each breast; one whose side is not known counts with the patient's others of unknown side. */
export function byBreast(scored: readonly (Scored & { side: string | undefined })[]): Scored[] {
  return [...groupByCase(scored).values()].flatMap((own) =>
    [...new Set(own.map(({ side }) => side))].flatMap((side) =>
      byCase(own.filter((one) => one.side === side)),
    ),
  );
}

/** Fractions of the positive ones at or above the threshold, and of the negative ones below it. */
export function sensitivityAndSpecificity(
  scored: readonly Scored[],
  threshold: number,
): { sensitivity: number; specificity: number } {
  const positive = scored.filter(({ target }) => target === 1);
  const negative = scored.filter(({ target }) => target === 0);
  return {
    sensitivity: positive.filter(({ probability }) => probability >= threshold).length / positive.length,
    specificity: negative.filter(({ probability }) => probability < threshold).length / negative.length,
  };
}

/** Expected calibration error over ten bins of equal width. */
export function calibrationError(scored: readonly Scored[], bins = 10): number {
  let error = 0;
  for (let bin = 0; bin < bins; bin++) {
    const own = scored.filter(
      ({ probability }) => Math.min(bins - 1, Math.floor(probability * bins)) === bin,
    );
    if (own.length === 0) continue;
    const said = own.reduce((sum, { probability }) => sum + probability, 0);
    const found = own.reduce((sum, { target }) => sum + target, 0);
    error += Math.abs(said - found) / scored.length;
  }
  return error;
}

export function logLoss(scored: readonly Scored[]): number {
  const loss = scored.reduce((sum, { probability, target }) => {
    const score = logit(probability);
    return sum + Math.log1p(Math.exp(target === 1 ? -score : score));
  }, 0);
  return loss / scored.length;
}

/**
 * Platt scaling (Platt 1999): slope and intercept of a logistic regression of the truth on the score, with his
 * smoothed targets, by Newton's method. The slope is kept above 0.05, so that calibration never turns an answer round.
 */
export function fitPlatt(scored: readonly Scored[]): Extract<Calibration, { kind: 'platt' }> {
  const positives = scored.filter(({ target }) => target === 1).length;
  const negatives = scored.length - positives;
  const points = scored.map(({ probability, target }) => ({
    score: logit(probability),
    wanted: target === 1 ? (positives + 1) / (positives + 2) : 1 / (negatives + 2),
  }));
  let [slope, intercept] = [1, 0];
  for (let step = 0; step < 100; step++) {
    // A little towards slope 1, so that separable classes have a solution.
    const pull = 1e-3;
    let [gs, gi, hss, hsi, hii] = [pull * (slope - 1), pull * intercept, pull, 0, pull];
    for (const { score, wanted } of points) {
      const said = sigmoid(slope * score + intercept);
      const weight = said * (1 - said);
      gs += (said - wanted) * score;
      gi += said - wanted;
      hss += weight * score * score;
      hsi += weight * score;
      hii += weight;
    }
    const determinant = hss * hii - hsi * hsi;
    const [ds, di] = [(hii * gs - hsi * gi) / determinant, (hss * gi - hsi * gs) / determinant];
    // Newton's step is cut short: far out the curve is flat and the full one would overshoot.
    const length = Math.min(1, 2 / Math.max(Math.abs(ds), Math.abs(di), 1e-12));
    slope -= ds * length;
    intercept -= di * length;
    if (Math.max(Math.abs(ds), Math.abs(di)) < 1e-9) break;
  }
  return { kind: 'platt', slope: Math.max(0.05, slope), intercept };
}

/** The threshold with the highest sum of sensitivity and specificity (Youden 1950), half-way between two answers. */
export function bestThreshold(scored: readonly Scored[]): number {
  const values = [...new Set(scored.map(({ probability }) => probability))].sort((a, b) => a - b);
  let best = { threshold: 0.5, sum: Number.NEGATIVE_INFINITY };
  for (let index = 1; index < values.length; index++) {
    const threshold = (values[index - 1]! + values[index]!) / 2;
    const { sensitivity, specificity } = sensitivityAndSpecificity(scored, threshold);
    if (sensitivity + specificity > best.sum) best = { threshold, sum: sensitivity + specificity };
  }
  return best.threshold;
}
