/**
 * The preparation steps that a bundle may list, a file each: what a bundle says of the step, as a schema, and beside it
 * the function that runs it. A new step is a file here and a row in `STEPS`; the bundle's schema takes them from here.
 *
 * A step works on a `WorkingImage`: the image's channels at the resolution reached so far, and where they lie on the
 * source. Which step may follow which `contradictionIn` says, when a bundle is read and before an image is prepared.
 */
import type { z } from 'zod';
import { cropToBreast } from './cropToBreast.js';
import { equalise } from './equalising.js';
import { normalise } from './normalising.js';
import { resize } from './resizing.js';
import type { Step } from './step.js';
import { orientCanonical, orientChestWallLeft } from './turning.js';
import { windowing } from './windowing.js';

const STEPS = [
  cropToBreast,
  orientChestWallLeft,
  orientCanonical,
  equalise,
  resize,
  windowing,
  normalise,
] as const;

/** A bundle lists its steps in order; training and serving run the same code. */
export type PreparationStep = z.output<ReturnType<(typeof STEPS)[number]['schema']>>;

const BY_NAME: ReadonlyMap<string, Step> = new Map(STEPS.map((step) => [step.name, step]));

/** The row of a step; undefined where there is no such step. */
export function rowOf({ step }: { step: string }): Step | undefined {
  return BY_NAME.get(step);
}

/** What a bundle may say of one step. */
export function preparationStepSchema(zod: typeof z): z.ZodType<PreparationStep> {
  const [first, ...others] = STEPS.map((step) => step.schema(zod));
  return zod.discriminatedUnion('step', [first!, ...others]);
}

/** Whether a step cuts the image, turns it, and so on. */
export function does(what: Step['does']): (step: PreparationStep) => boolean {
  return (step) => rowOf(step)?.does === what;
}

/**
 * What contradicts itself in the order of a bundle's steps, as `invalidSteps` tells it; undefined where nothing does.
 * Cutting and turning come before the one resize, a window after it, and nothing after `normalise`.
 */
export function contradictionIn(steps: readonly PreparationStep[]): string | undefined {
  let resized = false;
  for (const [place, step] of steps.entries()) {
    const what = rowOf(step)?.does;
    if (steps[place - 1]?.step === 'normalise') return `${step.step} after normalise`;
    if (resized && what !== 'changes grey values') return `${step.step} after resize`;
    if (!resized && step.step === 'window') return 'window before resize';
    resized ||= what === 'resizes';
  }
  return undefined;
}

/** What the steps normalise grey values of 0…1 by: nothing changes where they do not. */
export function normalisationOf(steps: readonly PreparationStep[]): { mean: number; deviation: number } {
  const last = steps.at(-1);
  return last?.step === 'normalise' ? last : { mean: 0, deviation: 1 };
}

export { geometryOf, invalidSteps, type WorkingImage } from './workingImage.js';
