import { calibrationError, Random, type Scored } from '../../dataset/index.js';
import { mean, quantile } from './estimate.js';

type Sample = readonly Pick<Scored, 'probability' | 'target'>[];

/** Answers of about the same probability, and how often they were right about it. */
export interface ReliabilityBin {
  from: number;
  to: number;
  count: number;
  meanProbability: number;
  positiveFraction: number;
  /** 95 % interval of the fraction after Wilson (1927), as if images were independent. */
  interval: [number, number];
}

/** Ten bins of equal width; those without an answer are left out. */
export function reliability(scored: Sample, bins = 10): ReliabilityBin[] {
  const own: Sample[number][][] = Array.from({ length: bins }, () => []);
  for (const one of scored) own[Math.min(bins - 1, Math.floor(one.probability * bins))]!.push(one);
  return own.flatMap((members, index) => {
    if (members.length === 0) return [];
    const positive = members.filter(({ target }) => target === 1).length;
    return {
      from: index / bins,
      to: (index + 1) / bins,
      count: members.length,
      meanProbability: mean(members.map(({ probability }) => probability)),
      positiveFraction: positive / members.length,
      interval: wilson(positive, members.length),
    };
  });
}

/** Mean squared difference between probability and truth (Brier 1950). */
export function brierScore(scored: Sample): number {
  return mean(scored.map(({ probability, target }) => (probability - target) ** 2));
}

/**
 * The calibration error that a model whose every probability is exactly right would show on so many answers, by
 * chance alone: what a measured one must be held against.
 */
export function calibrationErrorByChance(
  scored: readonly Scored[],
  { rounds, seed }: { rounds: number; seed: number },
): { mean: number; upper: number } {
  const random = new Random(seed);
  const errors = Array.from({ length: rounds }, () =>
    calibrationError(scored.map((one) => ({ ...one, target: random.next() < one.probability ? 1 : 0 }))),
  );
  return { mean: mean(errors), upper: quantile(errors, 0.95) };
}

/** Wilson's 95 % interval of a fraction. */
export function wilson(successes: number, of: number): [number, number] {
  const z = 1.959964;
  const fraction = successes / of;
  const middle = (fraction + (z * z) / (2 * of)) / (1 + (z * z) / of);
  const half =
    (z * Math.sqrt((fraction * (1 - fraction)) / of + (z * z) / (4 * of * of))) / (1 + (z * z) / of);
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}
