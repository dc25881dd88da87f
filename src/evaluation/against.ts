import { auc, type CaseParts, groupByCase, type LabelledImage, type Scored } from '../dataset/index.js';
import type { Bundle } from '../model/index.js';
import type { Answer } from './answers.js';
import { EvaluationError } from './errors.js';
import { examAuc, machineOf, oneBreastEach, shareAbove } from './groups/index.js';
import { aucWithinGroups, type BootstrapOptions, type Estimate, withIntervals } from './statistics/index.js';

/** One figure of both models on the same patients, and the first less the second, drawn together. */
export interface Paired {
  own: Estimate;
  other: Estimate;
  difference: Estimate;
}

/** This model and another one on the same images. */
export interface Against {
  other: Pick<Bundle, 'name' | 'version' | 'digest' | 'operatingPoint' | 'classes'>;
  images: number;
  patients: number;
  /** Patients that the other model was made from: neither is measured on them here. */
  leftOut: number;
  /** Whether it tells which those are. */
  otherKnown: boolean;
  /** AUC by image, the same within machines, and by exam with one breast each. */
  image: Paired;
  withinMachines: Paired;
  exam: Paired;
  /** By exam, each model at its own operating point. */
  sensitivity: Paired;
  specificity: Paired;
}

/**
 * The images on which both models may be measured: those whose patients the other one was not made from.
 *
 * @throws EvaluationError `evaluation-classes`, `evaluation-no-cases`
 */
export function imagesForBoth(
  chosen: readonly LabelledImage[],
  parts: CaseParts,
  bundle: Bundle,
  other: Bundle,
): LabelledImage[] {
  if (other.classes[1] !== bundle.classes[1])
    throw new EvaluationError(
      'evaluation-classes',
      `${other.name} speaks of ${other.classes[1]}, ${bundle.name} of ${bundle.classes[1]}`,
      { remedy: 'Compare models whose probability is of the same class.' },
    );
  const seen = ({ case: name }: LabelledImage) =>
    ['training', 'validation'].includes(parts.partOf(name) ?? '');
  const both = chosen.filter((image) => !seen(image));
  if (new Set(both.map(({ label }) => label)).size < 2)
    throw new EvaluationError(
      'evaluation-no-cases',
      `no patients of both classes are left that ${other.name} was not made from`,
      { remedy: 'Give patients who are new to both models, or leave out --against.' },
    );
  return both;
}

interface Pair {
  case: string;
  target: 0 | 1;
  group: string;
  own: number;
  other: number;
}

type Joining = Pick<Bundle, 'aggregation' | 'operatingPoint'>;

/**
 * Differences with intervals by patient: the same patients are drawn for both, so what makes a patient easy or hard for
 * either goes out of the difference.
 *
 * @param answers of this model, at least of the images of `others`
 * @param others of the other model
 */
export function compareAnswers(
  answers: readonly Answer[],
  others: readonly Answer[],
  [bundle, other]: [Joining, Joining],
  options: BootstrapOptions,
): Pick<Against, 'image' | 'withinMachines' | 'exam' | 'sensitivity' | 'specificity'> {
  const of = new Map(answers.map((answer) => [answer.image, answer]));
  const own = others.map(({ image }) => of.get(image)!);
  const pairs = others.map(
    ({ image, probability, target, case: name }): Pair => ({
      case: name,
      target,
      group: machineOf(image),
      own: of.get(image)!.probability,
      other: probability,
    }),
  );
  const scored = (sample: readonly Pair[], which: 'own' | 'other') =>
    sample.map((pair) => ({ ...pair, probability: pair[which] }));
  const [ownBreasts, otherBreasts] = [oneBreastEach(own, bundle), oneBreastEach(others, other)].map(
    groupByCase,
  );
  const women = [...ownBreasts!].map(([name, breasts]) => ({
    case: name,
    own: breasts,
    other: otherBreasts!.get(name)!,
  }));
  type Woman = (typeof women)[number];
  const breasts = (sample: readonly Woman[], which: 'own' | 'other') =>
    sample.flatMap((woman) => woman[which]).sort((a, b) => a.probability - b.probability);
  const above = (target: 0 | 1) => (sample: readonly Woman[], which: 'own' | 'other') =>
    shareAbove(breasts(sample, which), target, (which === 'own' ? bundle : other).operatingPoint);
  const imageAuc = (sample: readonly Pair[], which: 'own' | 'other') =>
    auc(scored(sample, which) satisfies Scored[]);
  return {
    image: paired(pairs, imageAuc, options),
    withinMachines: paired(
      pairs,
      (sample, which) => aucWithinGroups(scored(sample, which).sort((a, b) => a.probability - b.probability)),
      options,
    ),
    exam: paired(women, (sample, which) => examAuc(breasts(sample, which)), options),
    sensitivity: paired(women, above(1), options),
    specificity: paired(women, (sample, which) => 1 - above(0)(sample, which), options),
  };
}

function paired<Item extends { case: string }>(
  items: readonly Item[],
  measure: (sample: readonly Item[], which: 'own' | 'other') => number,
  options: BootstrapOptions,
): Paired {
  return withIntervals(
    items,
    {
      own: (sample) => measure(sample, 'own'),
      other: (sample) => measure(sample, 'other'),
      difference: (sample) => measure(sample, 'own') - measure(sample, 'other'),
    },
    options,
  );
}
