import { MamoriError } from '../errors.js';

export type LedgerErrorCode =
  | 'ledger-missing'
  | 'ledger-foreign'
  | 'ledger-damaged'
  | 'ledger-unreachable'
  | 'ledger-denied'
  | 'ledger-untrusted'
  | 'ledger-unreadable'
  | 'ledger-unwritable'
  | 'ledger-disk-full'
  | 'ledger-newer'
  | 'ledger-older'
  | 'ledger-unsupported'
  | 'ledger-busy'
  | 'ledger-claim-lost'
  | 'ledger-unconfirmed'
  | 'ledger-object-damaged'
  | 'ledger-misuse';

/** Every call that writes may throw `ledger-disk-full`. */
export class LedgerError extends MamoriError<LedgerErrorCode> {}
