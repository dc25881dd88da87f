import { LedgerError, openLedgerToRead } from '../../../ledger/index.js';
import { type Check, failure, ok } from '../types.js';

/** Can the ledger be opened, is it one, and of a format that this version knows? It is only looked at. */
export const ledgerFile: Check = {
  name: 'ledger',
  needs: [],
  run: async ({ settings, isDiskUnfit }) => {
    try {
      const ledger = await openLedgerToRead(settings.ledger);
      await ledger?.disconnect();
      const says = ledger === undefined ? 'not there yet, the first run makes it' : 'can be read';
      // That it can be read is little where nothing can be written.
      if (isDiskUnfit)
        return failure(
          `${ledger === undefined ? 'not there yet' : 'can be read'}, and cannot be written: see disk`,
          'Do what the line about the disk says: without a ledger that can be written no exam is taken up.',
        );
      return ok(says);
    } catch (error) {
      if (!(error instanceof LedgerError) || error.code !== 'ledger-older') throw error;
      return ok(
        'of an earlier version; stop its service and copy the ledger, then a run of this one brings it up to date',
      );
    }
  },
};
