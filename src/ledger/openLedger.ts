import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LedgerError, type LedgerErrorCode } from './errors.js';
import type { Clock, Ledger, LedgerReader } from './ledger.js';
import { IN_USE_PATIENCE_MS } from './olderLedger.js';
import { thisProcess } from './owner.js';
import type { LedgerPlace } from './place.js';
import { Spool } from './spool.js';
import { cannotBeUsed, Database, namedFiles, sqliteReadStore, sqliteStore } from './sqlite/index.js';
import { readerOf, storedLedger } from './steps/index.js';

/** A place, or its URL where that says all. */
type Place = LedgerPlace | string;

/** The machine's own clocks. */
const MACHINE: Clock = {
  now: () => new Date(),
  steady: () => Math.round(Number(process.hrtime.bigint()) / 1e6),
};

/**
 * Opens the ledger, making it if it is not there. `url` is `sqlite:FILE`, where the bytes of objects under way lie in
 * the folder `FILE-objects`, both for the service's own account only; or `postgres://USER@HOST/DATABASE`, for many
 * machines at once.
 *
 * @param clock SQLite has its machine's, a server its own; another one is for tests
 * @throws LedgerError `ledger-unsupported`, `ledger-unreadable`, `ledger-foreign`, `ledger-damaged`, `ledger-newer`,
 * `ledger-in-use`, `ledger-busy`, `ledger-disk-full`; of a server also `ledger-unreachable`, `ledger-denied`,
 * `ledger-untrusted`, `ledger-missing`
 */
export async function openLedger(place: Place, clock?: Clock): Promise<Ledger> {
  const { url, ...access } = placeOf(place);
  if (isPostgres(url)) {
    const { openPostgres } = await import('./postgres/index.js');
    return storedLedger(await openPostgres({ url, ...access }, clock ?? { steady: MACHINE.steady }));
  }
  const file = fileOf(url);
  const database = await openFile(file);
  const spool = new Spool(`${file}-objects`);
  const named = new Set(namedFiles(database));
  await spool.sweep((name) => named.has(name));
  return storedLedger(sqliteStore({ database, spool, clock: clock ?? MACHINE, owner: thisProcess() }));
}

const PAUSE_MS = 20;

/** What may pass while others come and go, and how long it is waited for. */
const PATIENCE_MS: Partial<Record<LedgerErrorCode, number>> = {
  'ledger-busy': 5000,
  'ledger-in-use': IN_USE_PATIENCE_MS,
};

/**
 * Several processes may start on a new ledger at once. SQLite lets one of them turn on the write-ahead log and refuses
 * the others without waiting, whatever its busy timeout is. One of an earlier version must not be open elsewhere.
 */
async function openFile(file: string): Promise<Database> {
  const start = MACHINE.steady();
  for (;;) {
    try {
      return Database.open(file);
    } catch (error) {
      const patienceMs = (error instanceof LedgerError && PATIENCE_MS[error.code]) || 0;
      if (MACHINE.steady() - start > patienceMs) throw error;
      // Of two that would bring it up to date, each has it open while the other looks.
      await sleep(PAUSE_MS * (0.5 + Math.random()));
    }
  }
}

/**
 * The same for an order about what was done: a ledger that is not there is a mistyped name and not an empty ledger.
 *
 * @throws LedgerError `ledger-missing`, and as `openLedger`
 */
export async function openExistingLedger(place: Place): Promise<Ledger> {
  if (await isLedgerThere(place)) return openLedger(place);
  throw missing(place);
}

/** For whoever asks what was done. @throws LedgerError `ledger-missing`, and as `openLedgerToRead` */
export async function openExistingLedgerToRead(place: Place): Promise<LedgerReader> {
  const reader = await openLedgerToRead(place);
  if (reader === undefined) throw missing(place);
  return reader;
}

function missing(place: Place): LedgerError {
  const { url } = placeOf(place);
  if (!isPostgres(url)) refuseUnseen(fileOf(url));
  const what = isPostgres(url) ? 'in that database' : fileOf(url);
  return new LedgerError('ledger-missing', `There is no ledger ${what}.`, {
    remedy:
      'Check ledger.url and the folder that it is relative to; run, once, process and backfill make a new ledger.',
  });
}

/** A file behind a folder that may not be looked into is not missing. @throws LedgerError `ledger-unreadable` */
function refuseUnseen(file: string): void {
  try {
    statSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw cannotBeUsed(file, error);
  }
}

/** Whether opening the ledger would make none. @throws LedgerError as `openLedger` */
export async function isLedgerThere(place: Place): Promise<boolean> {
  const { url, ...access } = placeOf(place);
  if (!isPostgres(url)) return existsSync(fileOf(url));
  const { isPostgresThere } = await import('./postgres/index.js');
  return isPostgresThere({ url, ...access });
}

/**
 * Opens the ledger to look at it, and nothing more: one of an earlier version stays as it is. Undefined where there is
 * none yet.
 *
 * @throws LedgerError `ledger-older`, and as `openLedger`
 */
export async function openLedgerToRead(place: Place): Promise<LedgerReader | undefined> {
  const { url, ...access } = placeOf(place);
  if (isPostgres(url)) {
    const { openPostgresToRead } = await import('./postgres/index.js');
    const store = await openPostgresToRead({ url, ...access });
    return store && readerOf(store);
  }
  const file = fileOf(url);
  const database = existsSync(file) ? Database.openToRead(file) : undefined;
  return database && readerOf(sqliteReadStore(database));
}

/** The file of a ledger that is one; undefined for one on a server. */
export function ledgerFileOf(url: string): string | undefined {
  return isPostgres(url) ? undefined : fileOf(url);
}

/** Whether what is kept goes to another machine without TLS. */
export async function isSentInTheClear(place: LedgerPlace): Promise<boolean> {
  if (!isPostgres(place.url)) return false;
  const { isInTheClear } = await import('./postgres/index.js');
  return isInTheClear(place);
}

function placeOf(place: Place): LedgerPlace {
  return typeof place === 'string' ? { url: place } : place;
}

function isPostgres(url: string): boolean {
  return /^postgres(ql)?:\/\//.test(url);
}

function fileOf(url: string): string {
  const scheme = 'sqlite:';
  if (url.startsWith(scheme) && url.length > scheme.length) return resolve(url.slice(scheme.length));
  // Not the URL itself: another database's could hold a password.
  throw new LedgerError('ledger-unsupported', 'Mamori keeps its ledger in SQLite or PostgreSQL only.', {
    remedy: 'Set ledger.url to sqlite:FILE or postgres://USER@HOST:PORT/DATABASE.',
  });
}
