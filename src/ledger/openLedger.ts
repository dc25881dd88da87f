import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { LedgerError } from './errors.js';
import type { Clock, Ledger, LedgerReader } from './ledger.js';
import { thisProcess } from './owner.js';
import { Spool } from './spool.js';
import { Database, namedFiles, sqliteReadStore, sqliteStore } from './sqlite/index.js';
import { readerOf, storedLedger } from './steps/index.js';

/** The machine's own clocks. */
const MACHINE: Clock = {
  now: () => new Date(),
  steady: () => Math.round(Number(process.hrtime.bigint()) / 1e6),
};

/**
 * Opens the ledger, making it if it is not there. `url` is `sqlite:FILE`; the bytes of objects under way lie in the
 * folder `FILE-objects`. Both are for the service's own account only.
 *
 * @param clock SQLite has its machine's; another one is for tests
 * @throws LedgerError `ledger-unsupported`, `ledger-unreadable`, `ledger-foreign`, `ledger-damaged`, `ledger-newer`,
 * `ledger-busy`, `ledger-disk-full`
 */
export async function openLedger(url: string, clock: Clock = MACHINE): Promise<Ledger> {
  const file = fileOf(url);
  const database = Database.open(file);
  const spool = new Spool(`${file}-objects`);
  const named = new Set(namedFiles(database));
  await spool.sweep((name) => named.has(name));
  return storedLedger(sqliteStore({ database, spool, clock, owner: thisProcess() }));
}

/**
 * The same for whoever asks about what was done: a ledger that is not there is a mistyped name and not an empty ledger.
 *
 * @throws LedgerError `ledger-missing`, and as `openLedger`
 */
export async function openExistingLedger(url: string): Promise<Ledger> {
  if (await isLedgerThere(url)) return openLedger(url);
  throw new LedgerError('ledger-missing', `There is no ledger ${fileOf(url)}.`, {
    remedy:
      'Check ledger.url and the folder that it is relative to; run, once and process make a new ledger.',
  });
}

/** Whether opening the ledger would make none. @throws LedgerError `ledger-unsupported` */
export async function isLedgerThere(url: string): Promise<boolean> {
  return existsSync(fileOf(url));
}

/**
 * Opens the ledger to look at it, and nothing more. Undefined where there is none yet.
 *
 * @throws LedgerError `ledger-unsupported`, `ledger-unreadable`, `ledger-foreign`, `ledger-damaged`, `ledger-newer`,
 * `ledger-older`, `ledger-busy`
 */
export async function openLedgerToRead(url: string): Promise<LedgerReader | undefined> {
  const file = fileOf(url);
  return existsSync(file) ? readerOf(sqliteReadStore(Database.openToRead(file))) : undefined;
}

function fileOf(url: string): string {
  const scheme = 'sqlite:';
  if (url.startsWith(scheme) && url.length > scheme.length) return resolve(url.slice(scheme.length));
  // Not the URL itself: another database's could hold a password.
  throw new LedgerError('ledger-unsupported', 'This version of Mamori keeps its ledger in SQLite only.', {
    remedy: 'Set ledger.url to sqlite:FILE.',
  });
}
