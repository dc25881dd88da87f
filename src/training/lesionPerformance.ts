import { countText } from '../countText.js';
import {
  auc,
  bootstrapByCase,
  byBreast,
  byCase,
  calibrationError,
  type Scored,
  sensitivityAndSpecificity,
} from '../dataset/index.js';
import type { Measurement } from '../model/index.js';
import { type LesionAnswer, peakHit, scoredOf } from './fitting/index.js';

/**
 * The figures of a model card for one data set, on its test cases; intervals are drawn by patient.
 *
 * @param answers calibrated
 * @param set name of the data set
 * @param columns of the network's input, pixels
 */
export function lesionPerformance(
  answers: LesionAnswer[],
  operatingPoint: number,
  set: string,
  columns: number,
): Measurement[] {
  const scored = answers.map(scoredOf);
  const breasts = byBreast(
    answers.map((answer) => ({ ...scoredOf(answer), side: answer.example.image.side })),
  );
  const cases = byCase(scored);
  const images = `${countText(scored.length, 'test image')} of ${set}`;
  const { sensitivity, specificity } = sensitivityAndSpecificity(scored, operatingPoint);
  const area = (of: Scored[], on: string): Measurement => ({
    measure: 'AUC',
    value: auc(of),
    interval: bootstrapByCase(of, auc),
    on,
  });
  return [
    area(scored, images),
    area(breasts, `${countText(breasts.length, 'test breast')} of ${set}, mean of their images`),
    area(cases, `${countText(cases.length, 'test patient')} of ${set}, mean of their images`),
    { measure: 'sensitivity at the operating point', value: sensitivity, on: images },
    { measure: 'specificity at the operating point', value: specificity, on: images },
    {
      measure: 'expected calibration error',
      value: calibrationError(scored),
      interval: bootstrapByCase(scored, calibrationError),
      on: images,
    },
    ...peakFigures(answers, set, columns),
  ].map(rounded);
}

/** How often the map's highest place lies in a malignant lesion; nothing where no boxes are known. */
function peakFigures(answers: LesionAnswer[], set: string, columns: number): Measurement[] {
  const hits = answers.flatMap((answer) => {
    const hit = peakHit(answer, columns);
    // A hit counts as a probability, so that the interval by patient is drawn as every other.
    return hit === undefined
      ? []
      : [{ ...scoredOf(answer), probability: hit.hit ? 1 : 0, chance: hit.chance }];
  });
  if (hits.length === 0) return [];
  const mean = (of: readonly Scored[]) =>
    of.reduce((sum, { probability }) => sum + probability, 0) / of.length;
  const on = `${countText(hits.length, 'test image')} of ${set} with boxed cancers`;
  return [
    {
      measure: 'peak of the map in a malignant lesion (box widened by one place)',
      value: mean(hits),
      interval: bootstrapByCase(hits, mean),
      on,
    },
    {
      measure: 'the same by chance',
      value: hits.reduce((sum, { chance }) => sum + chance, 0) / hits.length,
      on,
    },
  ];
}

function rounded(one: Measurement): Measurement {
  const round = (value: number) => Math.round(value * 1e4) / 1e4;
  return {
    ...one,
    value: round(one.value),
    ...(one.interval && { interval: one.interval.map(round) as [number, number] }),
  };
}
