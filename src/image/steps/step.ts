import type { z } from 'zod';
import type { WorkingImage } from './workingImage.js';

/** One step on the way from the image that a radiologist sees to the one that the network sees. */
export interface Step<Schema extends z.ZodType<{ step: string }> = z.ZodType<{ step: string }>> {
  /** As bundles have it under `step`. */
  name: z.output<Schema>['step'];
  /** What it does to the image. After `resizes` comes only what works on grey values. */
  does: 'cuts' | 'turns' | 'resizes' | 'changes grey values';
  /** What a bundle says of it. A function of zod, because the threads that run the steps need not load that. */
  schema(zod: typeof z): Schema;
  /** @throws ImageError `preparation-invalid` */
  run(work: WorkingImage, step: z.output<Schema>): void;
}

/** A step with the type of its own description. */
export function stepOf<Schema extends z.ZodType<{ step: string }>>(step: Step<Schema>): Step<Schema> {
  return step;
}
