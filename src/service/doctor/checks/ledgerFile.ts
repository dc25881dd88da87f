import { LedgerError, openLedgerToRead } from '../../../ledger/index.js';
import { type Check, ok } from '../types.js';

/** Can the ledger be opened, is it one, and of a format that this version knows? It is only looked at. */
export const ledgerFile: Check = {
  name: 'ledger',
  needs: [],
  run: async ({ settings }) => {
    try {
      const ledger = await openLedgerToRead(settings.ledger.url);
      await ledger?.disconnect();
      return ok(ledger === undefined ? 'not there yet, the first run makes it' : 'can be read');
    } catch (error) {
      if (!(error instanceof LedgerError) || error.code !== 'ledger-older') throw error;
      return ok('of an earlier version; the next run brings it up to date (copy the file before an upgrade)');
    }
  },
};
