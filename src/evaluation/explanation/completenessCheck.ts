import { blackLevel, integratedGradCam } from '../../gradcam/index.js';
import { mean, quantile } from '../statistics/index.js';
import type { ExplanationSubject, Sample } from './subject.js';
import type { CompletenessCheck } from './types.js';

export const STEPS = 20;

/** How much of the score Integrated Grad-CAM accounts for. */
export async function checkCompleteness(
  { bundle, engine }: ExplanationSubject,
  samples: Sample[],
): Promise<CompletenessCheck> {
  const baseline = blackLevel(bundle.input.preparation);
  const ratios: number[] = [];
  const misses: number[] = [];
  const differences: number[] = [];
  for (const { input } of samples) {
    const { completeness } = await integratedGradCam(engine, input, { steps: STEPS, baseline });
    const { ratio, explained, scoreDifference } = completeness;
    if (ratio !== undefined) ratios.push(ratio);
    misses.push(Math.abs(explained - scoreDifference));
    differences.push(Math.abs(scoreDifference));
  }
  const at = (fraction: number) => (ratios.length === 0 ? null : quantile(ratios, fraction));
  return {
    images: samples.length,
    steps: STEPS,
    ratio: { median: at(0.5), lower: at(0.05), upper: at(0.95) },
    difference: mean(differences),
    missed: mean(misses),
    unmeasurable: samples.length - ratios.length,
  };
}
