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
  | 'ledger-in-use'
  | 'ledger-unsupported'
  | 'ledger-busy'
  | 'ledger-closed'
  | 'ledger-claim-lost'
  | 'ledger-overtaken'
  | 'ledger-unconfirmed'
  | 'ledger-object-damaged'
  | 'ledger-misuse';

/** Every call that writes may throw `ledger-disk-full`, and every call `ledger-closed`. */
export class LedgerError extends MamoriError<LedgerErrorCode> {}

/** What is asked of a ledger after it was let go of, as by a worker that comes to its end late. */
export function ledgerClosed(place: string): LedgerError {
  return new LedgerError('ledger-closed', `The ledger ${place} is closed: nothing more can be asked of it.`);
}
