import { Random } from '../random.js';
import { COPY_FORMS, copyName } from './copyForm.js';
import { DatasetError } from './errors.js';
import type { LabelledImage } from './labels.js';
import { checkClasses, SHARES, type Split } from './split.js';

/** How `mamori train --protocol by-image` is told apart from others: its copies can be made again from this. */
export interface CopiesRecord {
  /** Copies of each image, all different. */
  copies: number;
  seed: number;
}

/**
 * The paper's protocol: so many copies of every image, each in a form of its own, and the copies split at random.
 * Copies of one image, and images of one patient, stand on all sides: whoever is measured in this way is measured on
 * what he has learnt. Kept only to be compared with publications that do the same.
 *
 * Depends on the seed and the set of images only, not on the order of the lines.
 *
 * @throws DatasetError `copies-number`, `labels-class-empty`
 */
export function splitOfCopies(images: LabelledImage[], { copies, seed }: CopiesRecord): Split {
  if (!Number.isInteger(copies) || copies < 2 || copies > COPY_FORMS.length)
    throw new DatasetError('copies-number', `${copies} copies of each image were asked for`, {
      remedy: `Name a number from 2 to ${COPY_FORMS.length} with --copies: so many forms of one image differ.`,
    });
  const random = new Random(seed);
  const name = ({ label, file }: LabelledImage) => `${label}/${file}`;
  const sorted = [...images].sort((a, b) => (name(a) < name(b) ? -1 : 1));
  const made = sorted.flatMap((image) =>
    random
      .shuffled(COPY_FORMS)
      .slice(0, copies)
      .map((copy): LabelledImage => ({ ...image, file: `${image.file}@${copyName(copy)}`, copy })),
  );
  const split: Split = { training: [], validation: [], test: [] };
  const validation = Math.round(made.length * SHARES.validation);
  const test = Math.round(made.length * SHARES.test);
  for (const [index, image] of random.shuffled(made).entries()) {
    const part = index < validation ? 'validation' : index < validation + test ? 'test' : 'training';
    split[part].push(image);
  }
  checkClasses(split);
  return split;
}
