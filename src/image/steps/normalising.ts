import { stepOf } from './step.js';
import { invalidSteps } from './workingImage.js';

/** 0…65535 → 0…1, then (x − mean) / deviation, every channel alike. Always last. */
export const normalise = stepOf({
  name: 'normalise',
  does: 'changes grey values',
  schema: (z) =>
    z.strictObject({ step: z.literal('normalise'), mean: z.number(), deviation: z.number().positive() }),
  run: (work, { mean, deviation }) => {
    if (!(deviation > 0)) throw invalidSteps(`a deviation of ${deviation}`);
    work.normalisation = { mean, deviation };
  },
});
