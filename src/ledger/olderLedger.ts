import { LedgerError } from './errors.js';

/*
 * A ledger of an earlier version's format. It is brought up to date by whoever opens it to write, while nobody else
 * uses it.
 */

/** How long processes are waited for that come and go, as commands do. */
export const IN_USE_PATIENCE_MS = 2000;

/** @param ledger with its place */
export function isOlder(ledger: string): LedgerError {
  return new LedgerError('ledger-older', `${ledger} is of an earlier version of Mamori.`, {
    remedy:
      'Nothing was changed. Ask it by that version; or, to upgrade, stop the service of that version, copy the ' +
      'ledger, and start this one.',
  });
}

/** @param ledger with its place. @param others who uses it, as a sentence */
export function inUse(ledger: string, { others, cause }: { others: string; cause?: unknown }): LedgerError {
  return new LedgerError(
    'ledger-in-use',
    `${ledger} is of an earlier version of Mamori, and ${others}: it cannot be brought up to date.`,
    {
      remedy:
        'Nothing was changed. Stop the service of that version on every machine that uses this ledger ' +
        '(systemctl stop mamori), copy the ledger, then run this again.',
      cause,
    },
  );
}
