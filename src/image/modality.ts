import type { Dataset } from '../dicom/index.js';
import { lookUp, readLookupTable } from './lookupTable.js';

/** Maps a stored value to what the modality means by it (PS3.3 C.11.1). */
export type ModalityTransformation = (stored: number) => number;

/**
 * Modality LUT Sequence or Rescale Slope and Intercept; an image that has neither means its stored values.
 *
 * @throws ImageError `presentation-broken`
 */
export function readModality(dataset: Dataset, signed: boolean): ModalityTransformation {
  const item = dataset.items('ModalityLUTSequence')[0];
  if (item) {
    const table = readLookupTable(item, signed);
    return (stored) => lookUp(table, stored);
  }
  const slope = dataset.number('RescaleSlope') || 1;
  const intercept = dataset.number('RescaleIntercept') ?? 0;
  return (stored) => stored * slope + intercept;
}

/**
 * For Processing images hold detector readings. Turns them into something that grows with the tissue's density, so
 * that dense tissue comes out bright as on an image For Presentation.
 *
 * By Pixel Intensity Relationship Sign (0028,1041), −1 already grows with attenuation; else, and where it is missing
 * on a MONOCHROME1 image, or altogether (a detector counts X-rays), readings fall with it. Readings in proportion to
 * the exposure (relationship LIN, or not said) fall exponentially, so their negative logarithm is taken; LOG readings
 * are negated.
 */
export function readAttenuation(dataset: Dataset): ModalityTransformation {
  const sign = dataset.number('PixelIntensityRelationshipSign') ?? 1;
  if (sign === -1) return (value) => value;
  if (dataset.string('PixelIntensityRelationship') === 'LOG') return (value) => -value;
  return (value) => -Math.log(Math.max(1, value));
}
