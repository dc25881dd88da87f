import { countText } from '../countText.js';
import {
  auc,
  bootstrapByCase,
  byBreast,
  byCase,
  calibrationError,
  orientationRule,
  type Scored,
  sensitivityAndSpecificity,
} from '../dataset/index.js';
import type { Measurement } from '../model/index.js';
import type { Example, OrientationSpread } from './fitting/index.js';
import type { Architecture } from './networks/index.js';

/** The figures of a model that was split by image, on the test copies. */
export function leakingPerformance(scored: Scored[], operatingPoint: number): Measurement[] {
  const copies = countText(scored.length, 'test copy', 'test copies');
  const on = `${copies}, LEAKING: the network learnt from other copies of these images`;
  const { sensitivity, specificity } = sensitivityAndSpecificity(scored, operatingPoint);
  const right = scored.filter(({ probability, target }) => probability >= operatingPoint === (target === 1));
  return rounded([
    { measure: 'AUC', value: auc(scored), interval: bootstrapByCase(scored, auc), on },
    { measure: 'accuracy at the operating point', value: right.length / scored.length, on },
    { measure: 'sensitivity at the operating point', value: sensitivity, on },
    { measure: 'specificity at the operating point', value: specificity, on },
    { measure: 'expected calibration error', value: calibrationError(scored), on },
  ]);
}

/**
 * The figures of a model card, on the test cases; intervals are drawn by patient.
 *
 * @param scored calibrated answers, one per example and in their order
 */
export function testPerformance(
  scored: Scored[],
  operatingPoint: number,
  examples: Example[],
  plan: Architecture,
  spread: OrientationSpread,
): Measurement[] {
  const breasts = byBreast(scored.map((one, index) => ({ ...one, side: examples[index]!.image.side })));
  const cases = byCase(scored);
  const images = countText(scored.length, 'test image');
  const { sensitivity, specificity } = sensitivityAndSpecificity(scored, operatingPoint);
  const rule: Scored[] = examples.map(({ input, target, image }) => ({
    probability: orientationRule(input, plan.input),
    target,
    case: image.case,
  }));
  const ruleAuc = auc(rule);
  const areaOver = (answers: Scored[], on: string): Measurement => ({
    measure: 'AUC',
    value: auc(answers),
    interval: bootstrapByCase(answers, auc),
    on,
  });
  const figures: Measurement[] = [
    areaOver(scored, images),
    areaOver(breasts, `${countText(breasts.length, 'test breast')}, mean of their images`),
    areaOver(cases, `${countText(cases.length, 'test patient')}, mean of their images`),
    { measure: 'sensitivity at the operating point', value: sensitivity, on: images },
    { measure: 'specificity at the operating point', value: specificity, on: images },
    {
      measure: 'expected calibration error',
      value: calibrationError(scored),
      interval: bootstrapByCase(scored, calibrationError),
      on: images,
    },
    {
      measure: 'spread of the probability over the eight orientations of an image, mean',
      value: spread.mean,
      on: countText(spread.images, 'test image'),
    },
    // Either way round: a rule that is always wrong gives as much away.
    {
      measure: 'AUC of orientation alone (0.5: gives nothing away)',
      value: Math.max(ruleAuc, 1 - ruleAuc),
      on: `${images}, prepared`,
    },
  ];
  return rounded(figures);
}

function rounded(figures: Measurement[]): Measurement[] {
  return figures.map((one) => ({
    ...one,
    value: round(one.value),
    ...(one.interval && { interval: one.interval.map(round) as [number, number] }),
  }));
}

function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
