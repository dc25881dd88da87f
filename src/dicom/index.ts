export { type Algorithm, contributingEquipment, equipment } from './algorithm.js';
export type { Attributes, AttributeValue } from './attributes.js';
export type { Code } from './codes.js';
export * from './concepts.js';
export { Dataset, type EncodedPixelData } from './dataset.js';
export { dicomDate, dicomTime } from './dateTime.js';
export { DicomJson, type DicomJsonObject, fromDicomJson, toDicomJson } from './dicomJson.js';
export { DicomReadError, type DicomReadErrorCode, DicomWriteError } from './errors.js';
export {
  intentOfClass,
  type LeftAlone,
  leftAlone,
  leftAloneByClass,
  type Recognition,
  recogniseMammogram,
  standardViewOf,
  type ViewAttributes,
} from './mammogram.js';
export { ownMark } from './ownMark.js';
export { decimalString } from './ownValues.js';
export { type DicomInstance, readPart10 } from './part10Reader.js';
export { writePart10 } from './part10Writer.js';
export { patientAndStudyFromJson, registerPatientAndStudy } from './patientAndStudy.js';
export {
  type Intent,
  type Laterality,
  type RawAttribute,
  type SourceInstance,
  type StandardView,
  standardView,
  type View,
} from './source.js';
export { deriveUid, isValidUid, sopClass, sopClassName, transferSyntax } from './uids.js';
