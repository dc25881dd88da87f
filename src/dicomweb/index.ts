export type {
  ClientCredentials,
  Credentials,
  DicomWebOptions,
  Timeouts,
  TlsSettings,
} from './connectionSettings.js';
export { DicomWeb, type InstanceToStore } from './dicomweb.js';
export { PacsError, type PacsErrorCode } from './errors.js';
export type { InstanceRecord } from './instanceSearch.js';
export {
  boundaryOf,
  MultipartError,
  type Part,
  parameter as multipartParameter,
  readMultipart,
} from './multipart.js';
export type { InstanceOutcome, StoreAnswer, StoreReason } from './storeAnswer.js';
export type { StudyQuery, StudyRecord } from './studySearch.js';
