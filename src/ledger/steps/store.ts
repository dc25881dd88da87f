import { LedgerError } from '../errors.js';
import type { ExamState } from '../examState.js';
import { isOver, type Moment } from '../lease.js';
import type { Claim, ExamKey } from '../ledger.js';
import { isGone, type Owner, ownerOf, ownerText } from '../owner.js';
import { type ExamRow, leaseOf } from '../rows.js';
import { holds } from '../rules.js';
import type { ByteStore } from '../spool.js';
import {
  type Answered,
  boundKey,
  type Grant,
  type LedgerStatements,
  type LeftBehind,
  type ReadStatements,
} from '../statements.js';

/** A database that is only looked at. */
export interface ReadStore {
  now(): Promise<Date>;
  look<T>(work: (statements: ReadStatements) => Answered<T>): Promise<T>;
  close(): Promise<void>;
}

/** What keeps a ledger: a database, and a place for the bytes of objects on their way. */
export interface Store {
  now(): Promise<Date>;
  look<T>(work: (view: View) => Answered<T>): Promise<T>;
  /**
   * Runs the work as one transaction: all of it or nothing. Where the connection is lost on the way, it is run again
   * from its start, so that it must bear to be.
   */
  transact<T>(work: (step: Step) => Promise<T>): Promise<T>;
  bytes: ByteStore;
  close(): Promise<void>;
}

/** The database at one moment. */
export interface View {
  statements: ReadStatements;
  /** Milliseconds since 1970, by the database's clock. */
  now: number;
  /** Milliseconds by this machine's steady clock. */
  steady: number;
  /** The process that asks. */
  owner: Owner;
}

/** A transaction under way. */
export interface Step extends View {
  statements: LedgerStatements;
}

/** What a claim that is made or renewed now is held by, and until when. */
export function grant({ now, steady, owner }: View, leaseMs: number): Grant {
  return { owner: ownerText(owner), leaseUntil: now + leaseMs, leaseSteady: steady + leaseMs, leaseMs };
}

/** The exams whose worker has ended, or gave no sign for the length of its lease. */
export async function leftBehind({ statements, now, steady, owner }: View): Promise<LeftBehind> {
  const moment: Moment = { now, steady, boot: owner.boot };
  const held = await statements.heldRows();
  const left = held.filter((row) => {
    const holder = ownerOf(row.owner);
    return isOver(leaseOf(row), moment) || (holder !== undefined && isGone(holder, owner));
  });
  return {
    leftBehind: JSON.stringify(
      left.map(({ id, claim_number: claim, lease_until: until }) => ({ id, claim, until })),
    ),
  };
}

/** @throws LedgerError `ledger-claim-lost` unless the claim holds, or ended so by this very call before */
export async function held(
  { statements }: Step,
  claim: Claim,
  ended: readonly ExamState[] = [],
): Promise<ExamRow> {
  return stillHeld(await statements.lockByKey(boundKey(claim.exam)), claim, ended);
}

/** The same for whoever only looks. */
export async function heldNow({ statements }: View, claim: Claim): Promise<ExamRow> {
  return stillHeld(await statements.findByKey(boundKey(claim.exam)), claim);
}

function stillHeld(row: ExamRow | undefined, claim: Claim, ended: readonly ExamState[] = []): ExamRow {
  if (row !== undefined && holds({ ...row, claimNumber: row.claim_number }, claim, ended)) return row;
  throw new LedgerError(
    'ledger-claim-lost',
    `Worker ${claim.worker} no longer holds exam ${claim.exam.studyInstanceUID}.`,
  );
}

/** The exam's row, which no other transaction changes until this one ends. */
export function rowOf({ statements }: Step, exam: ExamKey): Answered<ExamRow | undefined> {
  return statements.lockByKey(boundKey(exam));
}

/** What happened to an exam; who did it, and why. */
interface Happening {
  worker?: string;
  code?: string | null;
  reason?: string | null;
}

/** Longest reason that is kept: enough for a sentence, too little for a stack or an archive's error page. */
const LONGEST_REASON = 500;

/** Adds to an exam's story. */
export async function note(step: Step, id: number, event: string, happening: Happening = {}): Promise<void> {
  const { worker = null, code = null, reason = null } = happening;
  const short = reason?.slice(0, LONGEST_REASON) ?? null;
  await step.statements.insertEvent({ id, event, worker, code, reason: short, now: step.now });
}
