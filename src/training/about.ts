import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { TrainingError } from './errors.js';

const sentence = z
  .string()
  .transform((text) => text.trim())
  .pipe(z.string().min(1));

const aboutSchema = z.strictObject({
  purpose: sentence,
  limits: z.array(sentence).min(1),
  data: sentence,
  licence: sentence,
  attribution: sentence,
  /** What must not be overlooked beside its number, as one short sentence. */
  caution: sentence.optional(),
  /** On what terms the model may be used, where the data set some. */
  termsOfUse: sentence.optional(),
  /** What its probability is the probability of, as a coded concept. */
  probabilityOf: z.strictObject({ value: sentence, scheme: sentence, meaning: sentence }).optional(),
});

/** What a model must say of itself and of the data it comes from; nothing of this can be worked out by a program. */
export type About = z.infer<typeof aboutSchema>;

/** For a model whose maker says nothing: it must not look better known than it is. */
export function unstated(positive: string): About {
  return {
    purpose: `Probability that an image is ${positive}.`,
    limits: [
      'Not for clinical use, not for primary diagnosis.',
      'Its maker did not state what it was trained on or what it cannot do.',
    ],
    data: 'not stated',
    licence: 'not stated',
    attribution: 'Not stated.',
  };
}

/** @throws TrainingError `about-malformed` */
export async function readAbout(path: string): Promise<About> {
  const remedy =
    'It is YAML with purpose, limits (a list), data, licence and attribution; see models/ddsm-227.about.yaml.';
  let document: unknown;
  try {
    document = parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new TrainingError('about-malformed', `${path} cannot be read: ${(cause as Error).message}`, {
      cause,
      remedy,
    });
  }
  const result = aboutSchema.safeParse(document);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${issue.path.join('.') || 'it'}: ${issue.message}`);
  throw new TrainingError('about-malformed', `${path}: ${problems.join('; ')}`, { remedy });
}
