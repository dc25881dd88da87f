import type { LabelledImage } from '../../dataset/index.js';
import { EvaluationError } from '../errors.js';
import type { Protocol } from '../selection.js';
import { type Fingerprint, type Likeness, likeness } from './fingerprint.js';

export interface PrintedImage {
  image: LabelledImage;
  fingerprint: Fingerprint;
}

/** Two images that are one, or look so much alike that they may be. */
export interface CopyFound {
  file: string;
  other: string;
  /** Of different labels: at least one of them is wrong. */
  contradiction: boolean;
  exact: boolean;
  likeness: number;
}

export interface CopiesCheck {
  /** Images that were compared with all others. */
  images: number;
  /** Images that the network was made from and that were at hand to compare with. */
  seenImages: number;
  withinEvaluated: CopyFound[];
  acrossSplit: CopyFound[];
}

/**
 * Images as alike as this are taken for copies, as whole pictures and in their breasts. Measured on 617 films and 435
 * digital mammograms of different women: the whole pictures reach 0.74, by borders and lead letters, the breasts 0.39.
 * Copies after CLAHE are at 0.90 and 0.65 or above, after JPEG of half quality, another size or another gamma at 0.97
 * and 0.94.
 */
export const COPY_LIKENESS: Likeness = { whole: 0.72, breast: 0.5 };

/**
 * Looks for copies, turned, flipped or treated ones too, among the evaluated images of different patients and between
 * these and the images that the network was made from.
 *
 * @throws EvaluationError `split-copies` for a copy on both sides of a split by patient
 */
export function findCopies(evaluated: PrintedImage[], seen: PrintedImage[], protocol: Protocol): CopiesCheck {
  const withinEvaluated = evaluated.flatMap((one, index) =>
    copiesOf(one, ofOthers(one, evaluated.slice(index + 1))),
  );
  const acrossSplit = evaluated.flatMap((one) =>
    // A split by image may have one patient's images on both sides: then copies of these count, too.
    copiesOf(one, protocol === 'by-image' ? seen : ofOthers(one, seen)),
  );
  const [first] = acrossSplit;
  if (first !== undefined && protocol === 'by-patient')
    throw new EvaluationError(
      'split-copies',
      `${first.file} is a copy of ${first.other}, which the network was made from; ${acrossSplit.length} such pairs ` +
        `were found`,
      {
        remedy:
          'Give copies of one patient the same case in the labels file and train again, or take them out of the ' +
          'evaluation.',
      },
    );
  return { images: evaluated.length, seenImages: seen.length, withinEvaluated, acrossSplit };
}

function ofOthers(one: PrintedImage, printed: PrintedImage[]): PrintedImage[] {
  return printed.filter(({ image }) => image.case !== one.image.case);
}

function copiesOf(one: PrintedImage, others: PrintedImage[]): CopyFound[] {
  return others.flatMap((other): CopyFound[] => {
    const exact = one.fingerprint.exact === other.fingerprint.exact;
    const { whole, breast } = exact ? { whole: 1, breast: 1 } : likeness(one.fingerprint, other.fingerprint);
    if (whole < COPY_LIKENESS.whole || breast < COPY_LIKENESS.breast) return [];
    const contradiction = one.image.label !== other.image.label;
    return [{ file: one.image.file, other: other.image.file, contradiction, exact, likeness: whole }];
  });
}
