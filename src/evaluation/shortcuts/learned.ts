import { groupByCase, type Scored } from '../../dataset/index.js';
import {
  aucWithinGroups,
  type BootstrapOptions,
  type Estimate,
  estimateOf,
  fitLogistic,
  partsByPatient,
  withIntervals,
} from '../statistics/index.js';
import type { PictureStatistics } from './pictureStatistics.js';
import type { FormAnswers, Shortcut } from './types.js';

const PARTS = 5;
const RIDGE = 1;
/** With fewer patients of a class there is nothing to learn a rule from. */
const FEWEST = 10;

/**
 * What plain statistics of the pictures tell together: a logistic regression on them, learnt on four fifths of the
 * evaluated patients and tried on the rest, in turn. Where it does well, so can a network that has never looked at a
 * lesion.
 */
export function learnedShortcuts(
  answers: readonly Pick<FormAnswers, 'case' | 'target' | 'statistics'>[],
  options: BootstrapOptions,
): Shortcut[] {
  const channels = answers[0]?.statistics.channels.length ?? 0;
  const check = (
    name: string,
    what: string,
    of: 'file' | 'input',
    pick: (statistics: PictureStatistics) => number[] | undefined,
  ): Shortcut => {
    const examples = answers.flatMap(({ case: patient, target, statistics }) => {
      const features = pick(statistics);
      return features === undefined ? [] : [{ case: patient, target, features }];
    });
    return { name, what, of, images: examples.length, auc: learnedAuc(examples, options) };
  };
  return [
    check(
      'Statistics of the whole file',
      'grey levels, differences between neighbours, and the size',
      'file',
      ({ whole }) => whole,
    ),
    check(
      'Statistics of the background',
      'grey levels and differences outside the breast',
      'file',
      ({ background }) => background,
    ),
    ...(channels < 2
      ? []
      : Array.from({ length: channels }, (_, channel) =>
          check(
            `Statistics of channel ${channel + 1}`,
            'grey levels and differences in this channel, as the network gets it',
            'input',
            (statistics) => statistics.channels[channel],
          ),
        )),
    check(
      'Statistics of what the network gets',
      channels < 2 ? 'grey levels and differences after the preparation' : 'all channels together',
      'input',
      (statistics) => statistics.channels.flat(),
    ),
  ];
}

interface Example {
  case: string;
  target: 0 | 1;
  features: number[];
}

/**
 * Not measurable with fewer than ten patients of a class. Rules of different parts are not compared with each other.
 */
function learnedAuc(examples: readonly Example[], options: BootstrapOptions): Estimate {
  const patients = [...groupByCase(examples).values()];
  const positives = patients.filter((own) => own.some(({ target }) => target === 1)).length;
  if (Math.min(positives, patients.length - positives) < FEWEST) return estimateOf(Number.NaN);
  const parts = partsByPatient(examples, PARTS, options.seed);
  const scored = Array.from({ length: PARTS }, (_, part) => {
    const score = fitLogistic(
      examples.filter((_, index) => parts[index] !== part),
      RIDGE,
    );
    return examples.flatMap((example, index): (Scored & { group: number })[] =>
      parts[index] === part
        ? [{ case: example.case, target: example.target, probability: score(example.features), group: part }]
        : [],
    );
  }).flat();
  scored.sort((a, b) => a.probability - b.probability);
  return withIntervals(scored, { auc: aucWithinGroups }, options).auc;
}
