import { auc } from '../dataset/index.js';
import { logit } from '../model/index.js';
import type { Answer } from './answers.js';
import {
  accuracy,
  type BootstrapOptions,
  confusionAt,
  type Estimate,
  withIntervals,
} from './statistics/index.js';

/** What is left when the most doubtful images get no answer. */
export interface CoverageStep {
  /** Share of images that are answered. */
  coverage: number;
  images: number;
  /** Positive images among those that get no answer. */
  positivesRefused: number;
  auc: Estimate;
  /** Share of wrong answers at the operating point. */
  error: Estimate;
}

/** Risk against coverage (El-Yaniv and Wiener 2010). */
export interface Coverage {
  /**
   * `distance`: the farthest from what the model was made from go first; `confidence`: those nearest to the operating
   * point.
   */
  by: { rule: 'distance' | 'confidence'; steps: CoverageStep[] }[];
  /** As the service does it with this bundle, and with what codes. */
  asSet: CoverageStep & { reasons: { code: string; images: number }[] };
}

const SHARES = [1, 0.99, 0.95, 0.9, 0.8, 0.7, 0.5];

export function coverageOf(
  answers: readonly Answer[],
  operatingPoint: number,
  options: BootstrapOptions,
): Coverage {
  const step = (kept: readonly Answer[]): CoverageStep => {
    const positives = (some: readonly Answer[]) => some.filter(({ target }) => target === 1).length;
    return {
      coverage: kept.length / answers.length,
      images: kept.length,
      positivesRefused: positives(answers) - positives(kept),
      ...withIntervals(
        kept.toSorted((a, b) => a.probability - b.probability),
        { auc, error: (sample) => 1 - accuracy(confusionAt(sample, operatingPoint)) },
        options,
      ),
    };
  };
  const steps = (doubt: (answer: Answer) => number) => {
    const sorted = answers.toSorted((a, b) => doubt(a) - doubt(b));
    return SHARES.map((share) => step(sorted.slice(0, Math.round(share * sorted.length))));
  };
  const known = answers.every(({ distance }) => distance !== undefined);
  const refused = answers.filter(({ notAnalysed }) => notAnalysed !== undefined);
  const codes = [...new Set(refused.map(({ notAnalysed }) => notAnalysed!))].sort();
  const undecided = ({ probability }: Answer) => -Math.abs(logit(probability) - logit(operatingPoint));
  return {
    by: [
      ...(known ? [{ rule: 'distance' as const, steps: steps(({ distance }) => distance!) }] : []),
      { rule: 'confidence', steps: steps(undecided) },
    ],
    asSet: {
      ...step(answers.filter(({ notAnalysed }) => notAnalysed === undefined)),
      reasons: codes.map((code) => ({
        code,
        images: refused.filter(({ notAnalysed }) => notAnalysed === code).length,
      })),
    },
  };
}
