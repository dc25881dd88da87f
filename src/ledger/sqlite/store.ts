import { LedgerError } from '../errors.js';
import type { ExamState } from '../examState.js';
import { isOver } from '../lease.js';
import type { Claim, Clock, ExamKey } from '../ledger.js';
import { isGone, type Owner, ownerOf, ownerText } from '../owner.js';
import { holds } from '../rules.js';
import type { Spool } from '../spool.js';
import type { Database } from './database.js';
import { type ExamRow, leaseOf } from './rows.js';
import * as statements from './statements/index.js';
import { boundKey } from './statements/index.js';

/** What a SQLite ledger consists of, handed to each of its steps. */
export interface Store {
  database: Database;
  /** The bytes of objects on their way. */
  spool: Spool;
  clock: Clock;
  /** The process that asks. */
  owner: Owner;
}

/** Milliseconds since 1970, by the ledger's clock. */
export function timeOf({ clock }: Pick<Store, 'clock'>): number {
  return clock.now().getTime();
}

/** What a claim that is made or renewed now is held by, and until when. */
export function grant({ clock, owner }: Store, leaseMs: number): statements.Grant {
  return {
    owner: ownerText(owner),
    leaseUntil: clock.now().getTime() + leaseMs,
    leaseSteady: clock.steady() + leaseMs,
    leaseMs,
  };
}

/** The exams whose worker has ended, or gave no sign for the length of its lease: as JSON, for the statements. */
export function leftBehind({ database, clock, owner }: Store): string {
  const moment = { now: clock.now().getTime(), steady: clock.steady(), boot: owner.boot };
  const ids = statements
    .heldRows(database)
    .filter((row) => {
      const holder = ownerOf(row.owner);
      return isOver(leaseOf(row), moment) || (holder !== undefined && isGone(holder, owner));
    })
    .map(({ id }) => id);
  return JSON.stringify(ids);
}

/** @throws LedgerError `ledger-claim-lost` unless the claim holds, or ended so by this very call before */
export function held({ database }: Store, claim: Claim, ended: readonly ExamState[] = []): ExamRow {
  const row = statements.findByKey(database, boundKey(claim.exam));
  if (row !== undefined && holds({ ...row, claimNumber: row.claim_number }, claim, ended)) return row;
  throw new LedgerError(
    'ledger-claim-lost',
    `Worker ${claim.worker} no longer holds exam ${claim.exam.studyInstanceUID}.`,
  );
}

export function rowOf({ database }: Pick<Store, 'database'>, exam: ExamKey): ExamRow | undefined {
  return statements.findByKey(database, boundKey(exam));
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
  statements.insertEvent(store.database, { id, event, worker, code, reason, now: timeOf(store) });
}
