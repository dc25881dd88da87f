import type { Scored } from '../../dataset/index.js';

type Sample = readonly Pick<Scored, 'probability' | 'target'>[];

/** What calling positive every answer at or above `threshold` gives. */
export interface CurvePoint {
  threshold: number;
  /** Sensitivity, recall. NaN without positive cases. */
  truePositiveRate: number;
  /** 1 − specificity. NaN without negative cases. */
  falsePositiveRate: number;
  /** Positive predictive value. */
  precision: number;
}

/** One point for each different answer, from the highest threshold to the lowest. */
export function thresholdCurve(scored: Sample): CurvePoint[] {
  const sorted = [...scored].sort((a, b) => a.probability - b.probability);
  let positives = 0;
  for (const { target } of sorted) positives += target;
  const negatives = sorted.length - positives;
  const points: CurvePoint[] = [];
  let [hits, alarms] = [0, 0];
  for (let at = sorted.length - 1; at >= 0; at--) {
    const { probability, target } = sorted[at]!;
    if (target === 1) hits++;
    else alarms++;
    if (at > 0 && sorted[at - 1]!.probability === probability) continue;
    points.push({
      threshold: probability,
      truePositiveRate: hits / positives,
      falsePositiveRate: alarms / negatives,
      precision: hits / (hits + alarms),
    });
  }
  return points;
}

const TOLERANCE = 1e-9;

/** The highest sensitivity that some threshold gives with at least this specificity. */
export function sensitivityAt(scored: Sample, specificity: number): number {
  return bestOf(
    thresholdCurve(scored),
    (point) => 1 - point.falsePositiveRate >= specificity - TOLERANCE,
    (point) => point.truePositiveRate,
  );
}

/** The highest specificity that some threshold gives with at least this sensitivity. */
export function specificityAt(scored: Sample, sensitivity: number): number {
  return bestOf(
    thresholdCurve(scored),
    (point) => point.truePositiveRate >= sensitivity - TOLERANCE,
    (point) => 1 - point.falsePositiveRate,
  );
}

/** Average precision: the precision-recall curve's steps, each with the precision at its end. NaN without positives. */
export function averagePrecision(scored: Sample): number {
  let [area, recall] = [0, 0];
  for (const point of thresholdCurve(scored)) {
    area += (point.truePositiveRate - recall) * point.precision;
    recall = point.truePositiveRate;
  }
  return area;
}

function bestOf(
  points: CurvePoint[],
  allowed: (point: CurvePoint) => boolean,
  gain: (point: CurvePoint) => number,
): number {
  if (
    points.length === 0 ||
    points.some((point) => Number.isNaN(point.truePositiveRate + point.falsePositiveRate))
  )
    return Number.NaN;
  // Calling nothing positive is always possible: sensitivity 0, specificity 1.
  const nothing: CurvePoint = {
    threshold: Number.POSITIVE_INFINITY,
    truePositiveRate: 0,
    falsePositiveRate: 0,
    precision: Number.NaN,
  };
  return Math.max(...[nothing, ...points].filter(allowed).map(gain));
}
