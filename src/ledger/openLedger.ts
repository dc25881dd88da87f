import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Clock, type Ledger, LedgerError, type LedgerReader } from './ledger.js';
import { Spool } from './spool.js';
import { Database, namedFiles, sqliteLedger, sqliteReader } from './sqlite/index.js';

/**
 * Opens the ledger, making it if it is not there. `url` is `sqlite:FILE`; the bytes of objects under way lie in the
 * folder `FILE-objects`.
 *
 * @param clock SQLite has its machine's; another one is for tests
 * @throws LedgerError `ledger-unsupported`, `ledger-unreadable`, `ledger-newer`, `ledger-busy`, `ledger-disk-full`
 */
export async function openLedger(url: string, clock: Clock = () => new Date()): Promise<Ledger> {
  const file = fileOf(url);
  const database = Database.open(file);
  const spool = new Spool(`${file}-objects`);
  const named = new Set(namedFiles(database));
  await spool.sweep((name) => named.has(name));
  return sqliteLedger({ database, spool, clock });
}

/**
 * Opens the ledger to look at it, and nothing more. Undefined where there is none yet.
 *
 * @throws LedgerError `ledger-unsupported`, `ledger-unreadable`, `ledger-newer`, `ledger-older`, `ledger-busy`
 */
export function openLedgerToRead(url: string): LedgerReader | undefined {
  const file = fileOf(url);
  return existsSync(file) ? sqliteReader(Database.openToRead(file)) : undefined;
}

function fileOf(url: string): string {
  const scheme = 'sqlite:';
  if (url.startsWith(scheme) && url.length > scheme.length) return resolve(url.slice(scheme.length));
  // Not the URL itself: another database's could hold a password.
  throw new LedgerError('ledger-unsupported', 'This version of Mamori keeps its ledger in SQLite only.', {
    remedy: 'Set ledger.url to sqlite:FILE.',
  });
}
