import { type Claim, type Clock, type ExamKey, type ExamState, LedgerError } from '../ledger.js';
import { holds } from '../rules.js';
import type { Spool } from '../spool.js';
import type { Database } from './database.js';
import type { ExamRow } from './rows.js';
import { findByKey, insertEvent } from './statements/index.js';
import { boundKey } from './statements/keys.js';

/** What a SQLite ledger consists of, handed to each of its steps. */
export interface Store {
  database: Database;
  /** The bytes of objects on their way. */
  spool: Spool;
  clock: Clock;
}

/** Milliseconds since 1970, by the ledger's clock. */
export function timeOf({ clock }: Pick<Store, 'clock'>): number {
  return clock().getTime();
}

/** @throws LedgerError `ledger-claim-lost` unless the claim holds, or ended so by this very call before */
export function held({ database }: Store, claim: Claim, ended: readonly ExamState[] = []): ExamRow {
  const row = findByKey(database, boundKey(claim.exam));
  if (row !== undefined && holds({ ...row, claimNumber: row.claim_number }, claim, ended)) return row;
  throw new LedgerError(
    'ledger-claim-lost',
    `Worker ${claim.worker} no longer holds exam ${claim.exam.studyInstanceUID}.`,
  );
}

export function rowOf({ database }: Pick<Store, 'database'>, exam: ExamKey): ExamRow | undefined {
  return findByKey(database, boundKey(exam));
}

/** What happened to an exam; who did it, and why. */
interface Happening {
  worker?: string;
  code?: string | null;
  reason?: string | null;
}

/** Adds to an exam's story. */
export function note(store: Store, id: number, event: string, happening: Happening = {}): void {
  const { worker = null, code = null, reason = null } = happening;
  insertEvent(store.database, { id, event, worker, code, reason, now: timeOf(store) });
}
