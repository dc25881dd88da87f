import { groupByCase, type Scored } from '../../dataset/index.js';
import type { Bundle } from '../../model/index.js';
import { type Answer, breastAnswers } from '../answers.js';
import { type BootstrapOptions, type Estimate, mean, withIntervals } from '../statistics/index.js';
import { machineOf } from './machines.js';

/** A breast's answer that stands for a woman, in shares where several may stand for her. */
export interface SharedAnswer {
  case: string;
  probability: number;
  target: 0 | 1;
  /** Those of one woman add up to 1. */
  share: number;
  /** The machine. */
  group: string;
}

/**
 * By exam, but fairly. The service joins breasts by their maximum: of two breasts it is higher than of one whatever the
 * network knows. Where women with a cancer come with one breast and women without with two, that alone moves the
 * figure. So each woman counts with one breast: one with a cancer with the breast that has it, one without with either,
 * in equal shares (the mean over all such choices).
 */
export interface ExamFigures {
  /** What stands for a woman; an image where the labels do not tell the sides. */
  by: 'breast' | 'image';
  patients: number;
  positives: number;
  auc: Estimate;
  /** The same over pairs of women of one machine. */
  withinMachines: Estimate;
  /** At the operating point. */
  sensitivity: Estimate;
  specificity: Estimate;
  /** Mean numbers of images of a woman with and without a cancer: where they differ, joining by maximum is unfair. */
  imagesPerPatient: { positive: number; negative: number };
}

type Joining = Pick<Bundle, 'aggregation' | 'operatingPoint'>;

export function examFigures(
  answers: readonly Answer[],
  bundle: Joining,
  options: BootstrapOptions,
): ExamFigures {
  const shared = oneBreastEach(answers, bundle);
  const women = [...groupByCase(answers).values()];
  const withCancer = (own: readonly Answer[]) => own.some(({ target }) => target === 1);
  const images = (positive: boolean) =>
    mean(women.filter((own) => withCancer(own) === positive).map((own) => own.length));
  return {
    by: answers.some(({ image }) => !image.side) ? 'image' : 'breast',
    patients: women.length,
    positives: women.filter(withCancer).length,
    ...withIntervals(
      shared,
      {
        auc: examAuc,
        withinMachines: examAucWithinMachines,
        sensitivity: (sample) => shareAbove(sample, 1, bundle.operatingPoint),
        specificity: (sample) => 1 - shareAbove(sample, 0, bundle.operatingPoint),
      },
      options,
    ),
    imagesPerPatient: { positive: images(true), negative: images(false) },
  };
}

/** The breasts that stand for women, sorted by probability. */
export function oneBreastEach(answers: readonly Answer[], bundle: Joining): SharedAnswer[] {
  const machines = new Map(answers.map(({ case: name, image }) => [name, machineOf(image)]));
  // Breasts of unlike numbers of images are joined by their mean, which does not grow with the number.
  const joining = { aggregation: { ...bundle.aggregation, breast: 'mean' as const } };
  const parts: readonly Scored[] = breastAnswers(answers, joining) ?? answers;
  return [...groupByCase(parts)]
    .flatMap(([name, own]) => {
      const target = own.some((part) => part.target === 1) ? 1 : 0;
      const standing = own.filter((part) => part.target === target);
      return standing.map(
        ({ probability }): SharedAnswer => ({
          case: name,
          probability,
          target,
          share: 1 / standing.length,
          group: machines.get(name)!,
        }),
      );
    })
    .sort((a, b) => a.probability - b.probability);
}

/** AUC with every woman counting as one. `sample` is sorted by probability. */
export function examAuc(sample: readonly SharedAnswer[]): number {
  const { wins, pairs } = pairsOf(sample);
  return wins / pairs;
}

function examAucWithinMachines(sample: readonly SharedAnswer[]): number {
  const groups = new Map<string, SharedAnswer[]>();
  for (const one of sample) {
    const own = groups.get(one.group);
    if (own === undefined) groups.set(one.group, [one]);
    else own.push(one);
  }
  let [wins, pairs] = [0, 0];
  for (const own of groups.values()) {
    const found = pairsOf(own);
    wins += found.wins;
    pairs += found.pairs;
  }
  return wins / pairs;
}

function pairsOf(sorted: readonly SharedAnswer[]): { wins: number; pairs: number } {
  let [below, wins, positives] = [0, 0, 0];
  for (let start = 0; start < sorted.length; ) {
    let [tiedNegative, tiedPositive, end] = [0, 0, start];
    for (; end < sorted.length && sorted[end]!.probability === sorted[start]!.probability; end++)
      if (sorted[end]!.target === 1) tiedPositive += sorted[end]!.share;
      else tiedNegative += sorted[end]!.share;
    wins += tiedPositive * (below + tiedNegative / 2);
    below += tiedNegative;
    positives += tiedPositive;
    start = end;
  }
  return { wins, pairs: positives * below };
}

/** Share of the women of a class whose probability is at or above a threshold. */
export function shareAbove(sample: readonly SharedAnswer[], target: 0 | 1, threshold: number): number {
  let [above, all] = [0, 0];
  for (const one of sample) {
    if (one.target !== target) continue;
    all += one.share;
    if (one.probability >= threshold) above += one.share;
  }
  return above / all;
}
