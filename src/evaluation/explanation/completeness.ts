import { blackLevel, integratedGradCam } from '../../gradcam/index.js';
import { quantile } from '../statistics/estimate.js';
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
  for (const { input } of samples) {
    const { completeness } = await integratedGradCam(engine, input, { steps: STEPS, baseline });
    if (completeness.ratio !== undefined) ratios.push(completeness.ratio);
  }
  const at = (fraction: number) => (ratios.length === 0 ? null : quantile(ratios, fraction));
  return {
    images: samples.length,
    steps: STEPS,
    ratio: { median: at(0.5), lower: at(0.05), upper: at(0.95) },
    unmeasurable: samples.length - ratios.length,
  };
}
