import { type Code, POSITIVE_CLASS_PROBABILITY } from '../dicom/index.js';
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
