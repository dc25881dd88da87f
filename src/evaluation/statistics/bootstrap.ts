import { groupByCase, Random } from '../../dataset/index.js';
import { type Estimate, estimateOf, mean, quantile } from './estimate.js';

export interface BootstrapOptions {
  /** Samples drawn. */
  rounds: number;
  seed: number;
}

type Measure<Item> = (sample: readonly Item[]) => number;

/**
 * Figures with their 95 % intervals, by the percentile bootstrap over patients (Efron and Tibshirani 1993): as many
 * patients as there are, are drawn with replacement, each with all images, because images of one patient are not
 * independent. All measures are taken on the same samples, so that differences may be measures too.
 *
 * A measure that is not a number on more than a tenth of the samples has no interval.
 *
 * @param biased measures that are larger on samples than on the data they are drawn from, as a calibration error is:
 *   their intervals are moved back by the mean difference, not below 0
 */
export function withIntervals<Item extends { case: string }, Name extends string>(
  items: readonly Item[],
  measures: Record<Name, Measure<Item>>,
  options: BootstrapOptions,
  biased: readonly NoInfer<Name>[] = [],
): Record<Name, Estimate> {
  const names = Object.keys(measures) as Name[];
  const found = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (const sample of samplesOfPatients(items, options))
    for (const name of names) {
      const value = measures[name](sample);
      if (Number.isFinite(value)) found.get(name)!.push(value);
    }
  const estimates = names.map((name): [Name, Estimate] => {
    const value = measures[name](items);
    const values = found.get(name)!;
    const bias = biased.includes(name) ? mean(values) - value : 0;
    return [name, estimateOf(value, interval(values, options.rounds, bias))];
  });
  return Object.fromEntries(estimates) as Record<Name, Estimate>;
}

/** Samples with whole patients in them, in the order of `items`: where these are sorted, so is every sample. */
export function* samplesOfPatients<Item extends { case: string }>(
  items: readonly Item[],
  { rounds, seed }: BootstrapOptions,
): Generator<Item[]> {
  // In one order, so that the same patients are drawn whatever the items' order is.
  const patients = [...groupByCase(items).keys()].sort();
  const numberOf = new Map(patients.map((name, index) => [name, index]));
  const patientOf = Int32Array.from(items, (item) => numberOf.get(item.case)!);
  const random = new Random(seed);
  if (patients.length < 2) return;
  for (let round = 0; round < rounds; round++) {
    const drawn = new Uint16Array(patients.length);
    for (let draw = 0; draw < patients.length; draw++) drawn[random.below(patients.length)]!++;
    const sample: Item[] = [];
    for (let index = 0; index < items.length; index++)
      for (let times = drawn[patientOf[index]!]!; times > 0; times--) sample.push(items[index]!);
    yield sample;
  }
}

function interval(values: number[], rounds: number, bias: number): [number, number] | null {
  if (values.length === 0 || values.length < 0.9 * rounds) return null;
  const at = (fraction: number) => quantile(values, fraction) - bias;
  return bias === 0 ? [at(0.025), at(0.975)] : [Math.max(0, at(0.025)), Math.max(0, at(0.975))];
}
