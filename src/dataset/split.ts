import { Random } from '../random.js';
import { groupByCase } from './cases.js';
import { DatasetError } from './errors.js';
import type { LabelledImage } from './labels.js';

export const PARTS = ['training', 'validation', 'test'] as const;
export type Part = (typeof PARTS)[number];
export type Split = Record<Part, LabelledImage[]>;

/** Share of the cases that goes to validation and to test; the rest is for training. */
export interface SplitShares {
  validation: number;
  test: number;
}

/** How `mamori train` shares out the cases; a bundle's seed stands for a split only together with it. */
export const SHARES: SplitShares = { validation: 0.15, test: 0.15 };

/**
 * Splits images so that all images of a case fall into one part, with equal shares of cases with and without a
 * positive image in each. Depends on the seed and the set of cases only, not on the order of the lines.
 *
 * @throws DatasetError `labels-class-empty` when a part would hold no image of a class
 */
export function splitByCase(
  images: LabelledImage[],
  positive: string,
  shares: SplitShares,
  seed: number,
): Split {
  const cases = groupByCase(images);
  const random = new Random(seed);
  const split: Split = { training: [], validation: [], test: [] };
  for (const withPositive of [false, true]) {
    const names = [...cases.keys()]
      .filter((name) => cases.get(name)!.some((image) => image.label === positive) === withPositive)
      .sort();
    const validation = Math.round(names.length * shares.validation);
    const test = Math.round(names.length * shares.test);
    for (const [index, name] of random.shuffled(names).entries()) {
      const part = index < validation ? 'validation' : index < validation + test ? 'test' : 'training';
      split[part].push(...cases.get(name)!);
    }
  }
  checkClasses(split);
  return split;
}

/**
 * Splits several data sets so that each gives each part its share, and a patient who is in two of them falls into one
 * part.
 *
 * @returns a split for each set
 * @throws DatasetError `labels-class-empty` when a part of a set would hold no image of a class
 */
export function splitSets(
  sets: readonly LabelledImage[][],
  positive: string,
  shares: SplitShares,
  seed: number,
): Split[] {
  const partOf = new Map<string, Part>();
  return sets.map((images) => {
    const known = images.filter((image) => partOf.has(image.case));
    const split = splitByCase(
      images.filter((image) => !partOf.has(image.case)),
      positive,
      shares,
      seed,
    );
    for (const image of known) split[partOf.get(image.case)!].push(image);
    for (const part of PARTS) for (const image of split[part]) partOf.set(image.case, part);
    return split;
  });
}

/** @throws DatasetError `labels-class-empty` when a part holds no image of a class */
export function checkClasses(split: Split): void {
  const all = [...new Set(PARTS.flatMap((part) => split[part].map(({ label }) => label)))].sort();
  for (const part of PARTS)
    for (const label of all)
      if (!split[part].some((image) => image.label === label))
        throw new DatasetError(
          'labels-class-empty',
          `too few cases: none of the ${label} ones fell to the ${part} part`,
          { remedy: `Add cases that are ${label}; ten or more of each class give each part some.` },
        );
}

export function countCases(images: LabelledImage[]): number {
  return new Set(images.map((image) => image.case)).size;
}
