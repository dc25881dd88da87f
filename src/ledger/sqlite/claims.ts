import { LedgerError } from '../errors.js';
import type { ClosedState } from '../examState.js';
import type {
  Claim,
  ExamKey,
  KeptObject,
  ObjectToKeep,
  Outcome,
  Reason,
  ServedModel,
  Turn,
} from '../ledger.js';
import { CLOSED, HELD, isClosed, isConfirmed } from '../rules.js';
import { answerOf, dateOf, type ExamRow, keyOf } from './rows.js';
import * as statements from './statements/index.js';
import { boundAlgorithm } from './statements/index.js';
import { grant, held, leftBehind, note, rowOf, type Store, timeOf } from './store.js';

/*
 * What a claim is, and what its holder does with it.
 */

export function claimNext(store: Store, served: ServedModel, turn: Turn): Claim | undefined {
  const { database } = store;
  const { worker, leaseMs, among, dueBy } = turn;
  return database.transact(() => {
    const now = timeOf(store);
    const held = { ...grant(store, leaseMs), leftBehind: leftBehind(store) };
    const bindings = { worker, ...held, now, dueBy: dueBy.getTime() };
    const id = statements.claimNext(database, among, { ...boundAlgorithm(served), ...bindings });
    if (id === undefined) return undefined;
    note(store, id, 'claimed', { worker });
    return claimOf(statements.findById(database, id), worker);
  });
}

export function claim(store: Store, exam: ExamKey, worker: string, leaseMs: number): Claim | undefined {
  const { database } = store;
  return database.transact(() => {
    const before = rowOf(store, exam);
    if (before === undefined) return undefined;
    const now = timeOf(store);
    const asked = { id: before.id, worker, ...grant(store, leaseMs), leftBehind: leftBehind(store), now };
    if (statements.reclaim(database, asked) === undefined) {
      if (statements.claim(database, asked) === undefined) return undefined;
      note(store, before.id, 'claimed', { worker });
    }
    return claimOf(statements.findById(database, before.id), worker);
  });
}

function claimOf(row: ExamRow, worker: string): Claim {
  const answer = answerOf(row);
  return {
    exam: keyOf(row),
    worker,
    number: row.claim_number,
    revision: row.revision,
    attempt: row.attempts,
    fingerprint: row.claimed_fingerprint ?? row.fingerprint,
    objectsKept: row.outcome !== null,
    answer: answer && { state: answer.state, restsOn: answer.restsOn },
  };
}

export function renew(store: Store, claim: Claim, leaseMs: number): void {
  store.database.transact(() => {
    const { id } = held(store, claim);
    statements.renew(store.database, { id, ...grant(store, leaseMs) });
  });
}

export function claimedWith(store: Store, claim: Claim, fingerprint: string): Claim {
  if (fingerprint === claim.fingerprint) return claim;
  store.database.transact(() => {
    const { id } = held(store, claim);
    statements.setClaimedFingerprint(store.database, { id, fingerprint, now: timeOf(store) });
    note(store, id, 'changed', { worker: claim.worker });
  });
  return { ...claim, fingerprint };
}

export async function keepObjects(
  store: Store,
  claim: Claim,
  objects: readonly ObjectToKeep[],
  outcome: Outcome,
): Promise<void> {
  const { database, spool } = store;
  if (objects.length === 0) {
    throw new LedgerError('ledger-misuse', 'There is no object to keep; an exam without any is given up.');
  }
  if (held(store, claim).outcome !== null) return;
  const stored = await spool.put(
    objects.map(({ bytes }) => bytes),
    claim.exam.studyInstanceUID,
  );
  let kept = false;
  try {
    kept = database.transact(() => {
      const { id, revision, outcome: earlier } = held(store, claim);
      if (earlier !== null) return false;
      for (const [position, object] of objects.entries()) {
        const {
          kind,
          sopClassUID: sopClass,
          seriesInstanceUID: series,
          sopInstanceUID: sopInstance,
        } = object;
        const names = { kind, sopClass, series, sopInstance };
        statements.keepObject(database, { id, revision, position, ...names, ...stored[position]! });
      }
      const { kind, restsOn } = outcome;
      const { code, reason } = kind === 'processed' ? { code: null, reason: null } : outcome;
      const rests = restsOn === undefined ? null : JSON.stringify(restsOn);
      statements.beginDelivery(database, { id, outcome: kind, code, reason, rests, now: timeOf(store) });
      note(store, id, 'objects-kept', { worker: claim.worker, code, reason });
      return true;
    });
  } finally {
    if (!kept) await spool.remove(stored.map(({ file }) => file));
  }
}

export function objectsToDeliver(store: Store, claim: Claim): KeptObject[] {
  const { id, revision } = held(store, claim);
  return statements.objectsToDeliver(store.database, { id, revision }).map((row) => ({
    studyInstanceUID: claim.exam.studyInstanceUID,
    seriesInstanceUID: row.series_instance_uid,
    sopInstanceUID: row.sop_instance_uid,
    sopClassUID: row.sop_class_uid,
    kind: row.kind,
    size: row.size,
    sentAt: dateOf(row.sent_at),
    bytes: () => store.spool.read({ ...row, file: row.file ?? '' }, row.sop_instance_uid),
  }));
}

export function sent(store: Store, claim: Claim, sopInstanceUIDs: readonly string[]): void {
  store.database.transact(() => {
    const { id } = held(store, claim);
    mark(store, claim, id, { sopInstanceUIDs, statement: statements.markSent });
    note(store, id, 'sent', { worker: claim.worker });
  });
}

export async function confirm(store: Store, claim: Claim, sopInstanceUIDs: readonly string[]): Promise<void> {
  const { database, spool } = store;
  const files = database.transact(() => {
    const { id, revision } = held(store, claim);
    const waiting = statements.objectsToDeliver(database, { id, revision });
    mark(store, claim, id, { sopInstanceUIDs, statement: statements.confirm });
    const confirmed = waiting.filter((row) => sopInstanceUIDs.includes(row.sop_instance_uid));
    if (confirmed.length > 0) note(store, id, 'confirmed', { worker: claim.worker });
    return confirmed.map(({ file }) => file).filter((file) => file !== null);
  });
  await spool.remove(files);
}

interface Marking {
  sopInstanceUIDs: readonly string[];
  statement: typeof statements.markSent;
}

function mark(store: Store, claim: Claim, id: number, { sopInstanceUIDs, statement }: Marking): void {
  for (const sopInstance of sopInstanceUIDs) {
    const bindings = { id, revision: claim.revision, sopInstance, now: timeOf(store) };
    if (statement(store.database, bindings)) continue;
    throw new LedgerError(
      'ledger-misuse',
      `Object ${sopInstance} is none of those kept for exam ${claim.exam.studyInstanceUID}.`,
    );
  }
}

export function close(store: Store, claim: Claim): ClosedState {
  return store.database.transact(() => {
    const row = held(store, claim, CLOSED);
    if (isClosed(row.state)) return row.state;
    if (!isConfirmed(row)) {
      throw new LedgerError(
        'ledger-unconfirmed',
        `Exam ${claim.exam.studyInstanceUID} cannot be closed: ${row.confirmed} of ${row.kept} objects are confirmed.`,
      );
    }
    const state = CLOSED_AS[row.outcome!];
    const { outcome_code: code, outcome_reason: reason, rests_on } = row;
    const answer = rests_on && JSON.stringify({ state, code, reason, restsOn: JSON.parse(rests_on) });
    statements.close(store.database, { id: row.id, state, answer, now: timeOf(store) });
    note(store, row.id, state, { worker: claim.worker, code, reason });
    return state;
  });
}

const CLOSED_AS = { processed: 'delivered', partial: 'partial', 'not-processed': 'not-processed' } as const;
const OUTCOMES = { delivered: 'processed', partial: 'partial', 'not-processed': 'not-processed' } as const;

export function withdraw(store: Store, claim: Claim, why: Reason): ClosedState {
  return store.database.transact(() => {
    const row = held(store, claim, CLOSED);
    if (isClosed(row.state)) return row.state;
    const answer = answerOf(row);
    if (answer === undefined) {
      throw new LedgerError(
        'ledger-misuse',
        `Exam ${claim.exam.studyInstanceUID} has no answer that it could be closed with again.`,
      );
    }
    const { state, code = null, reason = null } = answer;
    const bindings = { id: row.id, state, outcome: OUTCOMES[state], code, reason, now: timeOf(store) };
    statements.withdraw(store.database, bindings);
    note(store, row.id, 'withdrawn', { worker: claim.worker, ...why });
    return state;
  });
}

export function fail(
  store: Store,
  claim: Claim,
  { code, reason }: Reason,
  retryInMs: number,
  { counts }: { counts: boolean } = { counts: true },
): Date {
  return store.database.transact(() => {
    const row = held(store, claim, ['failed']);
    if (row.state === 'failed') return new Date(row.retry_at!);
    const now = timeOf(store);
    const retryAt = Math.ceil(now + retryInMs);
    statements.fail(store.database, { id: row.id, retryAt, uncounted: counts ? 0 : 1, code, reason, now });
    note(store, row.id, 'failed', { worker: claim.worker, code, reason });
    return new Date(retryAt);
  });
}

export function giveUp(store: Store, claim: Claim, { code, reason }: Reason): void {
  store.database.transact(() => {
    const row = held(store, claim, ['not-processed']);
    if (row.state === 'not-processed') return;
    statements.giveUp(store.database, { id: row.id, code, reason, now: timeOf(store) });
    note(store, row.id, 'given-up', { worker: claim.worker, code, reason });
  });
}

export function release(store: Store, claim: Claim): void {
  store.database.transact(() => {
    const row = held(store, claim, ['waiting', 'failed']);
    if (!HELD.includes(row.state)) return;
    statements.release(store.database, { id: row.id, now: timeOf(store) });
    note(store, row.id, 'released', { worker: claim.worker });
  });
}
