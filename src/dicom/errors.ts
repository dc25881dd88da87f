import { MamoriError } from '../errors.js';

/** Why a stream of bytes cannot be read as a DICOM instance. */
export type DicomReadErrorCode =
  /** No preamble and DICM prefix (PS3.10 §7.1). */
  | 'not-dicom'
  /** File Meta Information without a Transfer Syntax UID. */
  | 'dicom-no-transfer-syntax'
  /** Ends before a length or a delimiter says that it may. */
  | 'dicom-truncated'
  /** Lengths, tags or items contradict each other. */
  | 'dicom-malformed'
  /** More sequences within sequences than any real object has. */
  | 'dicom-nested-too-deep'
  /** More elements, or more bytes once inflated, than any real object has. */
  | 'dicom-too-large';

const REMEDY: Record<DicomReadErrorCode, string> = {
  'not-dicom': 'Check what the PACS or the folder holds under this name.',
  'dicom-no-transfer-syntax': 'Store the instance again from its source; the copy has lost its file header.',
  'dicom-truncated': 'Store the instance again from its source; the copy is not complete.',
  'dicom-malformed': 'Store the instance again from its source, or report the file to its maker.',
  'dicom-nested-too-deep': 'Report the file to its maker; no valid object is built like this.',
  'dicom-too-large': 'Report the file to its maker; no mammogram is built like this.',
};

/** The only error that reading a DICOM stream raises, whatever the bytes are. */
export class DicomReadError extends MamoriError<DicomReadErrorCode> {
  constructor(code: DicomReadErrorCode, message: string, cause?: unknown) {
    super(code, message, { remedy: REMEDY[code], cause });
  }
}

/** A text that should be a UID and cannot stand for one. */
export class UidError extends MamoriError<'uid-unusable'> {
  constructor(text: string) {
    super('uid-unusable', `${JSON.stringify(text.slice(0, 80))} is not a UID`);
  }
}

/** A value that must not be written as it stands. Always a mistake of the caller, never of the source. */
export class DicomWriteError extends MamoriError<'dicom-unwritable'> {
  constructor(message: string) {
    super('dicom-unwritable', message, { remedy: 'Report this as a fault of Mamori.' });
  }
}
