/**
 * DICOM as Mamori reads and writes it, without a network.
 *
 * In: `readPart10` takes a file's bytes apart into a `Dataset`, `DicomJson` does the same with an archive's answer.
 * Both are read by keyword, and what is absent, empty or unreadable is `undefined` alike. `recogniseMammogram` says
 * whether an instance is a standard view of one breast, as a `SourceInstance` with all that the results need of it, or
 * why it is left out.
 *
 * Out: `writePart10` makes a file of attributes and of those that are copied byte for byte. Who made an object
 * (`Algorithm`), coded concepts and UIDs have their one home here; what the UIDs of results are made from stands in
 * `exam/resultNames.ts`. A UID's type says what it names; UIDs that come in from elsewhere pass `asUid` or
 * `usableUid`.
 */
export { type Algorithm, contributingEquipment, equipment } from './algorithm.js';
export type { Attributes, AttributeValue } from './attributes.js';
export { CharacterSet } from './characterSets.js';
export type { Code } from './codes.js';
export { codingSchemeIdentification } from './codingSchemes.js';
export {
  ACQUISITION_DATE,
  ACQUISITION_TIME,
  ALGORITHM_MANUFACTURER,
  ALGORITHM_NAME,
  ALGORITHM_PARAMETERS,
  ALGORITHM_VERSION,
  ALL_SUCCEEDED_WITH_FINDINGS,
  ALL_SUCCEEDED_WITHOUT_FINDINGS,
  ANALYSIS_PERFORMED,
  BILATERAL,
  BREAST,
  CAD_PROCESSING_AND_FINDINGS_SUMMARY,
  CENTER,
  COMMENT,
  CONTENT_DATE,
  CONTENT_TIME,
  codeItem,
  DETECTION_PERFORMED,
  DEVICE,
  DEVICE_OBSERVER_MANUFACTURER,
  DEVICE_OBSERVER_MODEL_NAME,
  DEVICE_OBSERVER_NAME,
  DEVICE_OBSERVER_SERIAL_NUMBER,
  DEVICE_OBSERVER_UID,
  ENGLISH_US,
  FAILED,
  FAILED_ANALYSES,
  FAILED_DETECTIONS,
  FINDING,
  FINDING_SITE,
  HORIZONTAL_PIXEL_SPACING,
  IMAGE_LATERALITY,
  IMAGE_LIBRARY,
  IMAGE_LIBRARY_GROUP,
  IMAGE_REGION,
  IMAGE_VIEW,
  IMAGING_MEASUREMENT_REPORT,
  IMAGING_MEASUREMENTS,
  INDIVIDUAL_IMPRESSION,
  LANGUAGE,
  LATERALITY,
  LEFT,
  LEFT_BREAST,
  MAMMOGRAPHY,
  MAMMOGRAPHY_CAD_REPORT,
  MASS_MALIGNANCY,
  MEASUREMENT_GROUP,
  MG,
  MODALITY,
  NONE_SUCCEEDED,
  NOT_ALL_SUCCEEDED_WITH_FINDINGS,
  NOT_ALL_SUCCEEDED_WITHOUT_FINDINGS,
  NOT_APPLICABLE,
  NOT_ATTEMPTED,
  OBSERVER_TYPE,
  OUTLINE,
  OWN_SCHEME,
  PARTIALLY_SUCCEEDED,
  PATIENT_ORIENTATION_COLUMN,
  PATIENT_ORIENTATION_ROW,
  PERCENT,
  PIXEL_DATA_COLUMNS,
  PIXEL_DATA_ROWS,
  PIXELS,
  POSITIVE_CLASS_PROBABILITY,
  PRESENTATION_OPTIONAL,
  PRESENTATION_REQUIRED,
  PROBABILITY_OF_CANCER,
  PROCEDURE_REPORTED,
  PROCESSING_ALGORITHM,
  QUALITATIVE_EVALUATIONS,
  RENDERING_INTENT,
  RIGHT,
  RIGHT_BREAST,
  SELECTED_REGION,
  SINGLE_IMAGE_FINDING,
  SOURCE_IMAGE_FOR_IMAGE_PROCESSING,
  SOURCE_OF_MEASUREMENT,
  SPATIAL_RESAMPLING,
  STUDY_DATE,
  STUDY_TIME,
  SUCCEEDED,
  SUCCESSFUL_ANALYSES,
  SUCCESSFUL_DETECTIONS,
  SUMMARY,
  SUMMARY_OF_ANALYSES,
  SUMMARY_OF_DETECTIONS,
  TARGET_REGION,
  TRACKING_IDENTIFIER,
  TRACKING_UNIQUE_IDENTIFIER,
  VERTICAL_PIXEL_SPACING,
} from './concepts.js';
export { Dataset, type EncodedPixelData } from './dataset.js';
export { dicomDate, dicomTime, type MadeAt, madeAt } from './dateTime.js';
export { DicomJson, type DicomJsonObject, fromDicomJson, toDicomJson } from './dicomJson.js';
export { dictionaryKeywords, isTextAttribute } from './dictionary.js';
export { DicomReadError, type DicomReadErrorCode, DicomWriteError, UidError } from './errors.js';
export type { ViewAttributes } from './exposure.js';
export { firstWindow, isInverted, softcopyAttributes } from './greyscale.js';
export { type LeftOut, leftOut, placeInStudy, type Reason } from './leftOut.js';
export type { LeftOutCode } from './leftOutCodes.js';
export { type Recognition, recogniseMammogram, standardViewOf } from './mammogram.js';
export { isCompressed, nativeCopy } from './nativeCopy.js';
export { ownMark } from './ownMark.js';
export { decimalString } from './ownValues.js';
export { type DicomInstance, readPart10 } from './part10Reader.js';
export { writePart10 } from './part10Writer.js';
export { patientAndStudyFromJson, registerPatientAndStudy } from './patientAndStudy.js';
export { contradictoryIntent, intentOfClass, leftOutByClass } from './recognisedClasses.js';
export type { InstanceReference, ResultUids, SopReference } from './references.js';
export { registerRequests, requestsFromJson } from './requests.js';
export { rleFrameOf } from './rleFrame.js';
export { SaidOnce } from './saidOnce.js';
export {
  type Intent,
  type Laterality,
  type Point,
  type RawAttribute,
  type SourceInstance,
  type StandardView,
  type StudyIdentity,
  standardView,
  type View,
} from './source.js';
export {
  asUid,
  deriveUid,
  isUsableUid,
  isValidUid,
  type SeriesInstanceUID,
  type SOPClassUID,
  type SOPInstanceUID,
  type StudyInstanceUID,
  sopClass,
  sopClassName,
  transferSyntax,
  type Uid,
  usableUid,
} from './uids.js';
export { UIDS_IN_TEXT } from './uidsInText.js';
