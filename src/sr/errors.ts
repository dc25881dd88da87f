import { MamoriError } from '../errors.js';

/** Why a report cannot be written. */
export type ReportErrorCode =
  /** No image and no other instance tells which study it belongs to. */
  | 'report-without-study'
  /** A report that has to list mammograms, about an exam that has none. */
  | 'report-without-images'
  /** A content tree that its types allow and the standard does not. Always a mistake in a template. */
  | 'report-malformed';

export class ReportError extends MamoriError<ReportErrorCode> {}
