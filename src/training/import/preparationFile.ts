import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { preparationStepSchema } from '../../image/index.js';
import { ImportError } from './errors.js';
import type { InputAnswers } from './inputPlan.js';

const step = preparationStepSchema(z);
const fileSchema = z.strictObject({ before: z.array(step).optional(), after: z.array(step).optional() });

/** Steps between the image and the resize, and after it. */
export type FurtherSteps = Pick<InputAnswers, 'before' | 'after'>;

/**
 * Reads a file of preparation steps, `{"before": [...], "after": [...]}`, each step as bundle.json has it.
 *
 * @throws ImportError `usage-preparation`, which says where it is wrong
 */
export async function readFurtherSteps(path: string): Promise<FurtherSteps> {
  const wrong = (what: string, cause?: unknown) =>
    new ImportError('usage-preparation', `${path}, given with --preparation, ${what}`, {
      cause,
      remedy:
        'It is JSON such as {"before": [{"step": "crop-to-breast", "margin": 0.02}], "after": []}; ' +
        'docs/model-bundle.md lists the steps.',
    });
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw wrong(`cannot be read (${(cause as NodeJS.ErrnoException).code})`, cause);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw wrong(`is not JSON: ${(cause as Error).message}`, cause);
  }
  const result = fileSchema.safeParse(json);
  if (!result.success) {
    const problems = result.error.issues.map((issue) => `${issue.path.join('.') || 'it'}: ${issue.message}`);
    throw wrong(`holds no steps: ${problems.join('; ')}`);
  }
  return { before: result.data.before ?? [], after: result.data.after ?? [] };
}
