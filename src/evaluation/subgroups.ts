import { auc, groupByCase, type LabelledImage } from '../dataset/index.js';
import type { Answer } from './answers.js';
import {
  type BootstrapOptions,
  confusionAt,
  type Estimate,
  estimateOf,
  sensitivity,
  specificity,
  withIntervals,
} from './statistics/index.js';

/** The images that have one value in one column of the labels file. */
export interface Subgroup {
  column: string;
  value: string;
  images: number;
  patients: number;
  positives: number;
  /** Fewer than ten images of one class: figures would say nothing, and are left out. */
  tooFew: boolean;
  auc: Estimate;
  sensitivity: Estimate;
  specificity: Estimate;
}

const FEWEST = 10;
/** A column with more different values than this does not part images into groups. */
const MOST_VALUES = 30;

/** Figures for each value of each column of the labels file that parts the images. */
export function subgroupsOf(
  answers: readonly Answer[],
  operatingPoint: number,
  options: BootstrapOptions,
): Subgroup[] {
  return columnsOf(answers).flatMap(({ column, values }) =>
    values.map((value) => {
      const own = answers.filter(({ image }) => valueIn(image, column) === value);
      return subgroup(column, value === '' ? '(empty)' : value, own, operatingPoint, options);
    }),
  );
}

const OWN = ['set', 'machine', 'site', 'side', 'view'] as const;
const isOwn = (column: string): column is (typeof OWN)[number] => (OWN as readonly string[]).includes(column);

/** Columns of the labels file that part the images, with their values in order. */
export function columnsOf(answers: readonly Answer[]): { column: string; values: string[] }[] {
  // One of our own may have been asked for by name as well.
  const columns = new Set<string>([...OWN, ...Object.keys(answers[0]?.image.further ?? {})]);
  return [...columns].flatMap((column) => {
    const values = [...new Set(answers.map(({ image }) => valueIn(image, column)))].sort();
    if (values.length > MOST_VALUES || values.every((value) => value === '')) return [];
    return { column, values };
  });
}

export function valueIn(image: LabelledImage, column: string): string {
  if (isOwn(column)) return image[column] ?? '';
  return image.further?.[column] ?? '';
}

function subgroup(
  column: string,
  value: string,
  own: readonly Answer[],
  operatingPoint: number,
  options: BootstrapOptions,
): Subgroup {
  const positives = own.filter(({ target }) => target === 1).length;
  const tooFew = Math.min(positives, own.length - positives) < FEWEST;
  const unknown = estimateOf(Number.NaN);
  const figures = tooFew
    ? { auc: unknown, sensitivity: unknown, specificity: unknown }
    : withIntervals(
        [...own].sort((a, b) => a.probability - b.probability),
        {
          auc,
          sensitivity: (sample) => sensitivity(confusionAt(sample, operatingPoint)),
          specificity: (sample) => specificity(confusionAt(sample, operatingPoint)),
        },
        options,
      );
  return {
    column,
    value,
    images: own.length,
    patients: groupByCase(own).size,
    positives,
    tooFew,
    ...figures,
  };
}
