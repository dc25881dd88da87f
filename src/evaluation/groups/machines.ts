import { auc, groupByCase, type LabelledImage } from '../../dataset/index.js';
import type { Answer } from '../answers.js';
import {
  aucWithinGroups,
  type BootstrapOptions,
  confusionAt,
  type Estimate,
  estimateOf,
  sensitivity,
  specificity,
  withIntervals,
} from '../statistics/index.js';

/** The images of one machine. */
export interface Machine {
  name: string;
  images: number;
  patients: number;
  positives: number;
  /** Each null where fewer than ten images of a class that it needs are there. */
  auc: Estimate;
  sensitivity: Estimate;
  specificity: Estimate;
}

export interface MachineFigures {
  /** False where the labels tell neither machine nor site nor data set: then all images count as one machine's. */
  known: boolean;
  /** The most images first. */
  machines: Machine[];
  /** By image, over pairs of images of one machine only: what tells machines apart counts for nothing. */
  within: Estimate;
  /** Over the machines whose AUC could be measured; null for fewer than two. */
  spread: {
    measured: number;
    lowest: number;
    highest: number;
    /** Standard deviation of the AUC between machines beyond what chance explains (DerSimonian and Laird 1986). */
    beyondChance: number | null;
  } | null;
}

const FEWEST = 10;

/** The machine that made an image as the labels tell it: their column `machine`, else the site, else the data set. */
export function machineOf({ set, machine, site }: LabelledImage): string {
  const own = machine || site || '';
  if (set === undefined) return own;
  return own === '' || own === set ? set : `${set}: ${own}`;
}

/** Figures within each machine, and their spread. */
export function machineFigures(
  answers: readonly Answer[],
  operatingPoint: number,
  options: BootstrapOptions,
): MachineFigures {
  const sorted = answers
    .map((answer) => ({ ...answer, group: machineOf(answer.image) }))
    .sort((a, b) => a.probability - b.probability);
  const names = [...new Set(sorted.map(({ group }) => group))];
  const machines = names
    .map((name) =>
      machineOfImages(
        name === '' ? 'not stated' : name,
        sorted.filter(({ group }) => group === name),
        operatingPoint,
        options,
      ),
    )
    .sort((a, b) => b.images - a.images || (a.name < b.name ? -1 : 1));
  return {
    known: names.some((name) => name !== ''),
    machines,
    within: withIntervals(sorted, { within: aucWithinGroups }, options).within,
    spread: spreadOf(machines),
  };
}

function machineOfImages(
  name: string,
  own: readonly Answer[],
  operatingPoint: number,
  options: BootstrapOptions,
): Machine {
  const positives = own.filter(({ target }) => target === 1).length;
  const enough = { positive: positives >= FEWEST, negative: own.length - positives >= FEWEST };
  const figures = withIntervals(
    own,
    {
      auc,
      sensitivity: (sample) => sensitivity(confusionAt(sample, operatingPoint)),
      specificity: (sample) => specificity(confusionAt(sample, operatingPoint)),
    },
    options,
  );
  const unless = (measured: boolean, figure: Estimate) => (measured ? figure : estimateOf(Number.NaN));
  return {
    name,
    images: own.length,
    patients: groupByCase(own).size,
    positives,
    auc: unless(enough.positive && enough.negative, figures.auc),
    sensitivity: unless(enough.positive, figures.sensitivity),
    specificity: unless(enough.negative, figures.specificity),
  };
}

function spreadOf(machines: readonly Machine[]): MachineFigures['spread'] {
  const measured = machines.flatMap(({ auc: { value, interval } }) =>
    value === null ? [] : [{ value, deviation: interval === null ? 0 : (interval[1] - interval[0]) / 3.92 }],
  );
  if (measured.length < 2) return null;
  const values = measured.map(({ value }) => value);
  return {
    measured: measured.length,
    lowest: Math.min(...values),
    highest: Math.max(...values),
    beyondChance: measured.every(({ deviation }) => deviation > 0) ? betweenDeviation(measured) : null,
  };
}

/** How much more values vary than their own standard deviations explain. */
function betweenDeviation(measured: readonly { value: number; deviation: number }[]): number {
  const weights = measured.map(({ deviation }) => 1 / deviation ** 2);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const centre = measured.reduce((total, { value }, i) => total + weights[i]! * value, 0) / sum;
  const scatter = measured.reduce((total, { value }, i) => total + weights[i]! * (value - centre) ** 2, 0);
  const scale = sum - weights.reduce((total, weight) => total + weight ** 2, 0) / sum;
  return Math.sqrt(Math.max(0, (scatter - (measured.length - 1)) / scale));
}
