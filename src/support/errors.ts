import { MamoriError } from '../errors.js';

export type SupportErrorCode =
  /** The bundle cannot be written where it should. */
  | 'support-unwritable'
  /** A log that was named cannot be read. */
  | 'support-log-unreadable';

export class SupportError extends MamoriError<SupportErrorCode> {}
