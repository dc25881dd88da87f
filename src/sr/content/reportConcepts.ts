import { type Code, OWN_SCHEME } from '../../dicom/index.js';

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

// Findings of models that mark masses: CID 6016 in TID 1410, CID 6014 in TID 4006, which has no mass
export const MAMMOGRAPHIC_MASS = sct('129788004', 'Mammographic breast mass');
export const MAMMOGRAPHY_DENSITY = sct('129793001', 'Mammography breast density');

/** Findings of an image, a breast or an exam: a number on either side of a threshold is no standard finding. */
const own = (value: string, meaning: string): Code => ({ value, scheme: OWN_SCHEME, meaning });
export const AI_ABOVE = own('above', 'AI: at or above the operating point');
export const AI_BELOW = own('below', 'AI: below the operating point, cancer not excluded');
export const AI_NOT_PROCESSED = own('not-processed', 'AI: NOT PROCESSED, no answer');
