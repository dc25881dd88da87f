import type { DicomReadError } from '../dicom/index.js';
import { MamoriError } from '../errors.js';
import type { ImageErrorCode } from '../image/index.js';

/** What can be wrong with labelled images and what is said about them. */
export type DatasetErrorCode =
  | 'labels-malformed'
  | 'labels-image-missing'
  | 'labels-image-unreadable'
  /** Not two classes, or a part of the split without an image of one of them. */
  | 'labels-class-empty'
  | 'boxes-malformed'
  | 'boxes-image-unknown'
  | 'boxes-image-ambiguous'
  | 'boxes-outside-image'
  /** Sets that are taken together and name their classes differently. */
  | 'data-sets-disagree'
  | 'copies-number'
  | 'split-patient-on-both-sides'
  /** As the service would say it of a DICOM file. */
  | ImageErrorCode
  | DicomReadError['code'];

/** The data set cannot be used as it is; the message names the file. */
export class DatasetError extends MamoriError<DatasetErrorCode> {}
