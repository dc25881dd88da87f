import { MamoriError } from '../errors.js';

/** What the command line itself finds wrong. */
export type CommandErrorCode =
  | 'usage-study-uid'
  | 'usage-import'
  | 'usage-range'
  | 'usage-unasked'
  | 'password-short'
  | 'password-long'
  /** One of those that are tried first. */
  | 'password-weak'
  | 'password-differs'
  /** The input ended, or Ctrl-C, before there was one. */
  | 'password-missing'
  | 'results-unwritable'
  /** A folder that holds what is no result of the study, or no folder. */
  | 'results-place-taken'
  /** A file that does not tell its study, series and instance UID. */
  | 'dicom-without-uids';

export class CommandError extends MamoriError<CommandErrorCode> {}
