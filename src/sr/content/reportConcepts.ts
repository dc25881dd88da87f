import type { Code } from '../../dicom/index.js';

/*
 * Codes of PS3.16 that only reports use; those that several parts share stand in src/dicom/concepts.ts.
 * Designators: DCM (PS3.16 Annex D), SCT (SNOMED CT), UCUM (units), RFC5646 (languages).
 */

function dcm(value: string, meaning: string): Code {
  return { value, scheme: 'DCM', meaning };
}

function sct(value: string, meaning: string): Code {
  return { value, scheme: 'SCT', meaning };
}

// TID 1500, CID 100: it knows no mammography, and validators hold reports against it
export const IMAGING_PROCEDURE = sct('363679005', 'Imaging procedure');

// TID 1410, 1501
export const ILLUSTRATION_OF_ROI = dcm('121200', 'Illustration of ROI');
export const INTERPRETATION = sct('363713009', 'Has interpretation');
export const POSITIVE = sct('10828004', 'Positive');
export const NEGATIVE = sct('260385009', 'Negative');

// TID 1603, 4020
export const MILLIMETER: Code = { value: 'mm', scheme: 'UCUM', meaning: 'millimeter' };

// TID 4002, 4013, 4018
export const IMPRESSION_DESCRIPTION = dcm('111033', 'Impression Description');
export const SELECTED_REGION_DESCRIPTION = dcm('111058', 'Selected Region Description');
export const OVERALL_IMPRESSION_ANALYSIS = dcm('111234', 'Overall Impression / Recommendation Analysis');

/**
 * Mamori's own codes, where every standard code would say more than a network knows. The meanings are made to
 * be read on their own, because viewers show nothing else.
 */
export const OWN_SCHEME = '99MAMORI';
const own = (value: string, meaning: string): Code => ({ value, scheme: OWN_SCHEME, meaning });
export const AI_ABOVE = own('above', 'AI: at or above the operating point');
export const AI_BELOW = own('below', 'AI: below the operating point, cancer not excluded');
export const AI_NOT_PROCESSED = own('not-processed', 'AI: NOT PROCESSED, no answer');
/** Probability of cancer (111047, DCM) is said of images; under a region it would be read as the region's. */
export const AI_IMAGE_PROBABILITY = own('image-answer', 'AI attention, not a lesion outline; whole image');
export const AI_ATTENTION = own('attention', 'AI: network attention, not the outline of a lesion');
