/**
 * What `mamori doctor` finds out before a hospital goes live: whether this Mamori will work with this PACS, on this
 * machine, with these settings.
 *
 * `checks/` holds a small file for each question and the table of them in the order in which they are asked. A check
 * looks at one thing and answers with one result (`types.ts`): ok, a warning, a failure with what to do about it, or
 * skipped. What several of them look at (the studies of the last days, one instance with its file) is fetched once and
 * lies in the `Visit`. `examine.ts` asks one after the other; a check whose answer would mean nothing, since an earlier
 * one failed, is skipped and says after which.
 *
 * `certificateEnds.ts` looks at the certificates for the running service, too.
 *
 * Nothing is stored in the PACS unless that is asked for, nothing is written on this machine but a file that is removed
 * again, and no ledger is made. What is said holds no secret and nothing of a patient.
 */
export { type CertificateEnd, certificateEnds } from './certificateEnds.js';
export { examine, type NamedResult } from './examine.js';
export type { CheckResult, CheckState } from './types.js';
