import { groupByCase, type LabelledImage, type Scored } from '../dataset/index.js';
import { combine } from '../findings/index.js';
import type { Bundle } from '../model/index.js';
import type { Judgement } from './abstention.js';

/** One image's answer and the truth about it. */
export interface Answer extends Scored, Judgement {
  image: LabelledImage;
}

/** An answer about a breast or a patient: positive in truth where any of its images is. */
export type JointAnswer = Scored & { images: number };

/** Breasts, where the labels file has the side of every image: images joined as the bundle says. */
export function breastAnswers(
  answers: readonly Answer[],
  { aggregation }: Pick<Bundle, 'aggregation'>,
): JointAnswer[] | undefined {
  if (answers.some(({ image }) => !image.side)) return undefined;
  return [...groupByCase(answers)].flatMap(([name, own]) => {
    const sides = [...new Set(own.map(({ image }) => image.side!))].sort();
    return sides.map((side) => {
      const images = own.filter(({ image }) => image.side === side);
      return joint(
        name,
        images,
        combine(
          aggregation.breast,
          images.map(({ probability }) => probability),
        ),
      );
    });
  });
}

/**
 * Patients: breasts joined as the bundle joins them to an exam; where sides are not known, all images as one breast's.
 */
export function patientAnswers(
  answers: readonly Answer[],
  { aggregation }: Pick<Bundle, 'aggregation'>,
): JointAnswer[] {
  const breasts = breastAnswers(answers, { aggregation });
  return [...groupByCase(answers)].map(([name, own]) => {
    const parts = breasts?.filter((breast) => breast.case === name).map(({ probability }) => probability) ?? [
      combine(
        aggregation.breast,
        own.map(({ probability }) => probability),
      ),
    ];
    return joint(name, own, combine(aggregation.exam, parts));
  });
}

function joint(name: string, images: readonly Answer[], probability: number): JointAnswer {
  const target = images.some((image) => image.target === 1) ? 1 : 0;
  return { case: name, probability, target, images: images.length };
}
