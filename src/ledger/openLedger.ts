import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Database } from './database.js';
import { type Ledger, LedgerError, type LedgerReader } from './ledger.js';
import { ObjectFolder } from './objectFolder.js';
import { NAMED_FILES } from './sql/look.js';
import { SqliteLedger } from './sqliteLedger.js';
import { SqliteRecords } from './sqliteRecords.js';

/**
 * Opens the ledger, making it if it is not there. `url` is `sqlite:FILE`; the bytes of objects under way lie in the
 * folder `FILE-objects`.
 *
 * @throws LedgerError `ledger-unsupported`, `ledger-unreadable`, `ledger-newer`, `ledger-busy`, `ledger-disk-full`
 */
export async function openLedger(url: string): Promise<Ledger> {
  const file = fileOf(url);
  const database = Database.open(file);
  const folder = new ObjectFolder(`${file}-objects`);
  const named = new Set(database.rows<{ file: string }>(NAMED_FILES).map((row) => row.file));
  await folder.sweep((name) => named.has(name));
  return new SqliteLedger(database, folder);
}

/**
 * Opens the ledger to look at it, and nothing more. Undefined where there is none yet.
 *
 * @throws LedgerError `ledger-unsupported`, `ledger-unreadable`, `ledger-newer`, `ledger-older`, `ledger-busy`
 */
export function openLedgerToRead(url: string): LedgerReader | undefined {
  const file = fileOf(url);
  return existsSync(file) ? new SqliteRecords(Database.openToRead(file)) : undefined;
}

function fileOf(url: string): string {
  const scheme = 'sqlite:';
  if (url.startsWith(scheme) && url.length > scheme.length) return resolve(url.slice(scheme.length));
  // Not the URL itself: another database's could hold a password.
  throw new LedgerError('ledger-unsupported', 'This version of Mamori keeps its ledger in SQLite only.', {
    remedy: 'Set ledger.url to sqlite:FILE.',
  });
}
