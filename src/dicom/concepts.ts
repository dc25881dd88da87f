import type { Code } from './codes.js';

/*
 * Coded concepts of the objects that Mamori writes, with value, scheme and meaning as PS3.16 has them.
 * Named by meaning; grouped by where they are used.
 */

const dcm = (value: string, meaning: string): Code => ({ value, scheme: 'DCM', meaning });
const sct = (value: string, meaning: string): Code => ({ value, scheme: 'SCT', meaning });

// Views (CID 4014), laterality (CID 6022, 6023), anatomy, procedure
export const VIEW_CC = sct('399162004', 'cranio-caudal');
/** In the place of a view: the image shows none. */
export const NOT_APPLICABLE = sct('385432009', 'Not applicable');
export const VIEW_MLO = sct('399368009', 'medio-lateral oblique');
export const LEFT_BREAST = sct('80248007', 'Left breast');
export const RIGHT_BREAST = sct('73056007', 'Right breast');
export const BREAST = sct('76752008', 'Breast');
export const LEFT = sct('7771000', 'Left');
export const RIGHT = sct('24028007', 'Right');
export const BILATERAL = sct('51440002', 'Bilateral');
export const MAMMOGRAPHY = sct('71651007', 'Mammography');

// Root and containers of TID 1500
export const IMAGING_MEASUREMENT_REPORT = dcm('126000', 'Imaging Measurement Report');
export const IMAGE_LIBRARY = dcm('111028', 'Image Library');
export const IMAGE_LIBRARY_GROUP = dcm('126200', 'Image Library Group');
export const IMAGING_MEASUREMENTS = dcm('126010', 'Imaging Measurements');
export const MEASUREMENT_GROUP = dcm('125007', 'Measurement Group');
export const QUALITATIVE_EVALUATIONS: Code = {
  value: 'C0034375',
  scheme: 'UMLS',
  meaning: 'Qualitative Evaluations',
};
export const PROCEDURE_REPORTED = dcm('121058', 'Procedure reported');

// Language: TID 1204
export const LANGUAGE = dcm('121049', 'Language of Content Item and Descendants');
export const ENGLISH_US: Code = { value: 'en-US', scheme: 'RFC5646', meaning: 'English (United States)' };

// Observer: TID 1001, 1002, 1004
export const OBSERVER_TYPE = dcm('121005', 'Observer Type');
export const DEVICE = dcm('121007', 'Device');
export const DEVICE_OBSERVER_UID = dcm('121012', 'Device Observer UID');
export const DEVICE_OBSERVER_NAME = dcm('121013', 'Device Observer Name');
export const DEVICE_OBSERVER_MANUFACTURER = dcm('121014', 'Device Observer Manufacturer');
export const DEVICE_OBSERVER_MODEL_NAME = dcm('121015', 'Device Observer Model Name');
export const DEVICE_OBSERVER_SERIAL_NUMBER = dcm('121016', 'Device Observer Serial Number');

// Image Library descriptors: TID 1602, 4020
export const MODALITY = dcm('121139', 'Modality');
export const MG: Code = dcm('MG', 'Mammography');
export const TARGET_REGION = dcm('123014', 'Target Region');
export const STUDY_DATE = dcm('111060', 'Study Date');
export const STUDY_TIME = dcm('111061', 'Study Time');
export const CONTENT_DATE = dcm('111018', 'Content Date');
export const CONTENT_TIME = dcm('111019', 'Content Time');
export const ACQUISITION_DATE = dcm('126201', 'Acquisition Date');
export const ACQUISITION_TIME = dcm('126202', 'Acquisition Time');
export const IMAGE_LATERALITY = dcm('111027', 'Image Laterality');
export const IMAGE_VIEW = dcm('111031', 'Image View');
export const PATIENT_ORIENTATION_ROW = dcm('111044', 'Patient Orientation Row');
export const PATIENT_ORIENTATION_COLUMN = dcm('111043', 'Patient Orientation Column');
export const HORIZONTAL_PIXEL_SPACING = dcm('111026', 'Horizontal Pixel Spacing');
export const VERTICAL_PIXEL_SPACING = dcm('111066', 'Vertical Pixel Spacing');
export const PIXEL_DATA_ROWS = dcm('110910', 'Pixel Data Rows');
export const PIXEL_DATA_COLUMNS = dcm('110911', 'Pixel Data Columns');

// Measurement groups: TID 1410, 1411, 1501
export const TRACKING_IDENTIFIER = dcm('112039', 'Tracking Identifier');
export const TRACKING_UNIQUE_IDENTIFIER = dcm('112040', 'Tracking Unique Identifier');
export const FINDING = dcm('121071', 'Finding');
export const FINDING_SITE = sct('363698007', 'Finding Site');
export const LATERALITY = sct('272741003', 'Laterality');
export const IMAGE_REGION = dcm('111030', 'Image Region');
export const SOURCE_OF_MEASUREMENT = dcm('121112', 'Source of Measurement');
export const SELECTED_REGION = dcm('111099', 'Selected region');
export const COMMENT = dcm('121106', 'Comment');
export const SUMMARY = dcm('121111', 'Summary');

// Units
export const PERCENT: Code = { value: '%', scheme: 'UCUM', meaning: 'Percent' };
export const PIXELS: Code = { value: '{pixels}', scheme: 'UCUM', meaning: 'pixels' };

/**
 * Our own codes (docs/conformance.md), where a standard one would say more than is known. Their meanings are made to be
 * read on their own, because viewers show nothing else.
 */
export const OWN_SCHEME = '99MAMORI';
/** What the number of a bundle is that tells malignant from benign masses. */
export const MASS_MALIGNANCY: Code = {
  value: 'mass-malignancy',
  scheme: OWN_SCHEME,
  meaning: 'Probability that a mass is malignant',
};
/** What a number is whose bundle does not say what it is the probability of. */
export const POSITIVE_CLASS_PROBABILITY: Code = {
  value: 'positive-class',
  scheme: OWN_SCHEME,
  meaning: "Probability of the model's positive class",
};

/** Numbers that bundles give: TID 1411, 1501, 4006. */
export const PROBABILITY_OF_CANCER = dcm('111047', 'Probability of cancer');

// Algorithm identification: TID 4019
export const ALGORITHM_NAME = dcm('111001', 'Algorithm Name');
export const ALGORITHM_PARAMETERS = dcm('111002', 'Algorithm Parameters');
export const ALGORITHM_VERSION = dcm('111003', 'Algorithm Version');
export const ALGORITHM_MANUFACTURER = dcm('122405', 'Algorithm Manufacturer');

// Mammography CAD: TID 4000, 4001, 4003, 4006, 4015 to 4018
export const MAMMOGRAPHY_CAD_REPORT = dcm('111036', 'Mammography CAD Report');
export const CAD_PROCESSING_AND_FINDINGS_SUMMARY = dcm('111017', 'CAD Processing and Findings Summary');
export const ALL_SUCCEEDED_WITHOUT_FINDINGS = dcm('111241', 'All algorithms succeeded; without findings');
export const ALL_SUCCEEDED_WITH_FINDINGS = dcm('111242', 'All algorithms succeeded; with findings');
export const NOT_ALL_SUCCEEDED_WITHOUT_FINDINGS = dcm(
  '111243',
  'Not all algorithms succeeded; without findings',
);
export const NOT_ALL_SUCCEEDED_WITH_FINDINGS = dcm('111244', 'Not all algorithms succeeded; with findings');
export const NONE_SUCCEEDED = dcm('111245', 'No algorithms succeeded; without findings');
export const INDIVIDUAL_IMPRESSION = dcm('111034', 'Individual Impression/Recommendation');
export const RENDERING_INTENT = dcm('111056', 'Rendering Intent');
export const PRESENTATION_REQUIRED = dcm(
  '111150',
  'Presentation Required: Rendering device is expected to present',
);
export const PRESENTATION_OPTIONAL = dcm('111151', 'Presentation Optional: Rendering device may present');
export const SINGLE_IMAGE_FINDING = dcm('111059', 'Single Image Finding');
export const CENTER = dcm('111010', 'Center');
export const OUTLINE = dcm('111041', 'Outline');
export const SUMMARY_OF_DETECTIONS = dcm('111064', 'Summary of Detections');
export const SUMMARY_OF_ANALYSES = dcm('111065', 'Summary of Analyses');
export const SUCCESSFUL_DETECTIONS = dcm('111063', 'Successful Detections');
export const FAILED_DETECTIONS = dcm('111025', 'Failed Detections');
export const DETECTION_PERFORMED = dcm('111022', 'Detection Performed');
export const SUCCESSFUL_ANALYSES = dcm('111062', 'Successful Analyses');
export const FAILED_ANALYSES = dcm('111024', 'Failed Analyses');
export const ANALYSIS_PERFORMED = dcm('111004', 'Analysis Performed');
export const SUCCEEDED = dcm('111222', 'Succeeded');
export const PARTIALLY_SUCCEEDED = dcm('111223', 'Partially Succeeded');
export const FAILED = dcm('111224', 'Failed');
export const NOT_ATTEMPTED = dcm('111225', 'Not Attempted');

// Equipment, derivation and references of Secondary Captures and reports
export const PROCESSING_EQUIPMENT = dcm('109102', 'Processing Equipment');
/** IHE AI Results, trial implementation, revision 1.1, 6.5.3.1: the profile has no final code yet. */
export const PROCESSING_ALGORITHM: Code = {
  value: 'Newcode1',
  scheme: '99IHE',
  meaning: 'Processing Algorithm',
};
export const SOURCE_IMAGE_FOR_IMAGE_PROCESSING = dcm('121322', 'Source image for image processing operation');
export const SPATIAL_RESAMPLING = dcm('113085', 'Spatial resampling');

/** A code as the item of a code sequence (PS3.3 §8.8, Basic Code Sequence Macro). */
export function codeItem(code: Code): {
  CodeValue: string;
  CodingSchemeDesignator: string;
  CodeMeaning: string;
} {
  return { CodeValue: code.value, CodingSchemeDesignator: code.scheme, CodeMeaning: code.meaning };
}
