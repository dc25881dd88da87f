import { auc, type Scored } from '../../dataset/index.js';
import { type BootstrapOptions, type Estimate, mean, quantile, withIntervals } from '../statistics/index.js';
import type { CopiesCheck } from './copiedImages.js';
import { learnedShortcuts } from './learned.js';
import type { PlainFigures } from './plainFigures.js';
import type { FormAnswers, Shortcut } from './types.js';

export interface OrientationSpread {
  /** Highest less lowest probability of one image over its eight orientations. */
  mean: number;
  upper: number;
  worst: { file: string; spread: number };
  /** Share of images whose answer is positive in one orientation and negative in another. */
  undecided: number;
  /** Number of images by spread, in twenty bins from 0 to 1. */
  histogram: number[];
}

export interface ShortcutChecks {
  /** Of single numbers, and at the end of the network itself. */
  shortcuts: Shortcut[];
  /** Of rules learnt from many numbers together. */
  learned: Shortcut[];
  orientation: {
    asItLies: Estimate;
    canonical: Estimate;
    /** `asItLies` less `canonical`, on the same patients. */
    drop: Estimate;
    spread: OrientationSpread;
  };
  /** With letters, borders and all else outside the breast painted over. */
  background: {
    asItIs: Estimate;
    erased: Estimate;
    /** `asItIs` less `erased`, on the same patients. */
    drop: Estimate;
  };
  copies: CopiesCheck;
}

const PLAIN: { key: keyof PlainFigures; of: 'file' | 'input'; name: string; what: string }[] = [
  {
    key: 'orientation',
    of: 'file',
    name: 'Orientation, in the files',
    what: 'whether left and right halves differ more in brightness than upper and lower ones',
  },
  {
    key: 'orientationPrepared',
    of: 'input',
    name: 'Orientation, as the network gets it',
    what: 'the same rule after the preparation',
  },
  { key: 'brightness', of: 'file', name: 'Mean brightness, in the files', what: 'mean of all pixels' },
  {
    key: 'brightnessPrepared',
    of: 'input',
    name: 'Mean brightness, as the network gets it',
    what: 'mean of all values after the preparation',
  },
  {
    key: 'brightnessOutside',
    of: 'file',
    name: 'Background brightness',
    what: 'mean of the pixels outside the breast',
  },
  {
    key: 'breastShare',
    of: 'file',
    name: 'Share of breast',
    what: 'how much of the picture the breast covers',
  },
];

export function shortcutChecks(
  answers: readonly FormAnswers[],
  operatingPoint: number,
  copies: CopiesCheck,
  options: BootstrapOptions,
): ShortcutChecks {
  const plain = PLAIN.map(({ key, ...rest }) => {
    const scored = answers.flatMap(({ figures, target, case: name }): Scored[] => {
      const value = figures[key];
      return value === undefined ? [] : [{ probability: value, target, case: name }];
    });
    return { ...rest, images: scored.length, auc: eitherWay(scored, options) };
  });
  const by = (form: (one: FormAnswers) => number) => (sample: readonly FormAnswers[]) =>
    auc(sample.map((one) => ({ probability: form(one), target: one.target, case: one.case })));
  const of = (form: 'asItLies' | 'canonical' | 'withoutBackground') => by((one) => one[form]);
  // The first orientation is the image as it is.
  const asItIs = by(({ orientations }) => orientations[0]!);
  const orientation = withIntervals(
    answers,
    {
      asItLies: of('asItLies'),
      canonical: of('canonical'),
      drop: (sample) => of('asItLies')(sample) - of('canonical')(sample),
    },
    options,
  );
  const background = withIntervals(
    answers,
    {
      asItIs,
      erased: of('withoutBackground'),
      drop: (sample) => asItIs(sample) - of('withoutBackground')(sample),
    },
    options,
  );
  return {
    background,
    shortcuts: [...plain, blindShortcut(answers, options)],
    learned: learnedShortcuts(answers, options),
    orientation: { ...orientation, spread: orientationSpread(answers, operatingPoint) },
    copies,
  };
}

/** What the network tells when the breast is painted over. */
export function blindShortcut(answers: readonly FormAnswers[], options: BootstrapOptions): Shortcut {
  const blind = answers.map((one): Scored => ({ ...one, probability: one.withoutBreast }));
  return {
    of: 'network',
    name: 'The network without the breast',
    what: "the network's answer when the breast is painted over",
    images: blind.length,
    auc: eitherWay(blind, options),
  };
}

/** The AUC the way round that tells more; the interval is of that way, so it may reach below 0.5. */
function eitherWay(scored: readonly Scored[], options: BootstrapOptions): Estimate {
  const sorted = [...scored].sort((a, b) => a.probability - b.probability);
  const turned = auc(sorted) < 0.5;
  return withIntervals(sorted, { auc: (sample) => (turned ? 1 - auc(sample) : auc(sample)) }, options).auc;
}

const BINS = 20;

export function orientationSpread(
  answers: readonly Pick<FormAnswers, 'file' | 'orientations'>[],
  operatingPoint: number,
): OrientationSpread {
  const spreads = answers.map(({ file, orientations }) => ({
    file,
    spread: Math.max(...orientations) - Math.min(...orientations),
  }));
  const histogram = new Array<number>(BINS).fill(0);
  for (const { spread } of spreads) histogram[Math.min(BINS - 1, Math.floor(spread * BINS))]!++;
  const values = spreads.map(({ spread }) => spread);
  return {
    mean: mean(values),
    upper: quantile(values, 0.95),
    worst: spreads.reduce((worst, one) => (one.spread > worst.spread ? one : worst)),
    undecided: mean(
      answers.map(({ orientations }) => {
        const positive = orientations.filter((probability) => probability >= operatingPoint).length;
        return positive > 0 && positive < orientations.length ? 1 : 0;
      }),
    ),
    histogram,
  };
}
