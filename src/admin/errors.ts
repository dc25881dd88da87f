import { MamoriError } from '../errors.js';

export type AdminErrorCode =
  | 'admin-listen'
  /** The certificate or key of the status page cannot be used. */
  | 'admin-tls'
  | 'provider-unreachable'
  | 'provider-refused'
  /** The ledger knows no exam of that study. */
  | 'exam-unknown'
  /** The exam has no such object in the PACS, or none of a kind that can be shown. */
  | 'object-unknown'
  /** It stands in the PACS, and is not what the exam's answer is now. */
  | 'answer-outdated'
  /** It stands in the PACS, which does not give it now. */
  | 'pacs-away'
  /** The settings keep answers away from here. */
  | 'answers-off'
  /** The ledger does not answer in time. */
  | 'ledger-away'
  /** What cannot be noted is not done. */
  | 'trail-unwritable';

export class AdminError extends MamoriError<AdminErrorCode> {}
