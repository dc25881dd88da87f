import {
  type Code,
  MASS_MALIGNANCY,
  POSITIVE_CLASS_PROBABILITY,
  PROBABILITY_OF_CANCER,
} from '../dicom/index.js';
import type { Bundle } from '../model/index.js';

/**
 * What a bundle's number is the probability of, as every report codes it: the concept that the bundle names, and where
 * it names none a code of our own that claims no more than is known.
 */
export function probabilityConcept({ probabilityOf }: Pick<Bundle, 'probabilityOf'>): Code {
  return probabilityOf ?? POSITIVE_CLASS_PROBABILITY;
}

/** The same in words, with the model's own name for its class: `Probability of cancer ("malignant")`. */
export function probabilityName(bundle: Pick<Bundle, 'probabilityOf' | 'classes'>): string {
  return `${probabilityConcept(bundle).meaning} ("${bundle.classes[1]}")`;
}

/**
 * What a negative answer does not exclude: what the bundle's number is the probability of, and of any other number
 * than these two nothing less than all. It stands after `does not exclude`.
 */
export function notExcluded(bundle: Pick<Bundle, 'probabilityOf'>): string {
  const { value, scheme } = probabilityConcept(bundle);
  const isOf = (code: Code) => code.value === value && code.scheme === scheme;
  if (isOf(PROBABILITY_OF_CANCER)) return 'cancer';
  return isOf(MASS_MALIGNANCY) ? 'malignancy' : 'anything';
}
