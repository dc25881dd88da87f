import { randomUUID } from 'node:crypto';
import { LedgerError } from '../errors.js';
import type { ClosedState } from '../examState.js';
import type { Claim, ExamKey, Reason, ServedModel, Turn } from '../ledger.js';
import { answerOf, type ExamRow, keyOf } from '../rows.js';
import { CLOSED, HELD, isClosed, isConfirmed } from '../rules.js';
import { boundKey, boundModel } from '../statements.js';
import { grant, held, leftBehind, note, rowOf, type Store } from './store.js';

/*
 * What a claim is, and how it ends.
 */

export async function claimNext(
  store: Store,
  served: ServedModel,
  { worker, leaseMs, among, dueBy }: Turn,
): Promise<Claim | undefined> {
  const ticket = randomUUID();
  return store.transact(async (step) => {
    const { statements, now } = step;
    const taking = { worker, ...grant(step, leaseMs), ...(await leftBehind(step)), now };
    const bindings = { ...boundModel(served), ...taking, dueBy: dueBy.getTime(), ticket };
    const id = await statements.claimNext(among, bindings);
    if (id === undefined) return undefined;
    await note(step, id, 'claimed', { worker });
    return claimOf(await statements.findById(id), worker);
  });
}

export async function claim(
  store: Store,
  exam: ExamKey,
  worker: string,
  leaseMs: number,
): Promise<Claim | undefined> {
  return store.transact(async (step) => {
    const { statements, now } = step;
    const before = await rowOf(step, exam);
    if (before === undefined) return undefined;
    const taking = { id: before.id, worker, ...grant(step, leaseMs), ...(await leftBehind(step)), now };
    if ((await statements.reclaim(taking)) === undefined) {
      if ((await statements.claim(taking)) === undefined) return undefined;
      await note(step, before.id, 'claimed', { worker });
    }
    return claimOf(await statements.findById(before.id), worker);
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

export async function renew(store: Store, claim: Claim, leaseMs: number): Promise<void> {
  await store.transact(async (step) => {
    const { id } = await held(step, claim);
    await step.statements.renew({ id, ...grant(step, leaseMs) });
  });
}

export async function claimedWith(store: Store, claim: Claim, fingerprint: string): Promise<Claim> {
  if (fingerprint === claim.fingerprint) return claim;
  await store.transact(async (step) => {
    const { id } = await held(step, claim);
    await step.statements.setClaimedFingerprint({ id, fingerprint, now: step.now });
    await note(step, id, 'changed', { worker: claim.worker });
  });
  return { ...claim, fingerprint };
}

export async function close(store: Store, claim: Claim): Promise<ClosedState> {
  return store.transact(async (step) => {
    const row = await held(step, claim, CLOSED);
    if (isClosed(row.state)) return row.state;
    if (!isConfirmed(row)) {
      throw new LedgerError(
        'ledger-unconfirmed',
        `Exam ${claim.exam.studyInstanceUID} cannot be closed: ${row.confirmed} of ${row.kept} objects are confirmed.`,
      );
    }
    const state = CLOSED_AS[row.outcome!];
    const { outcome_code: code, outcome_reason: reason, rests_on } = row;
    const short = row.short_answer === null ? {} : { shortAnswer: JSON.parse(row.short_answer) };
    const answer =
      rests_on && JSON.stringify({ state, code, reason, restsOn: JSON.parse(rests_on), ...short });
    await step.statements.close({ id: row.id, state, answer, now: step.now });
    await note(step, row.id, state, { worker: claim.worker, code, reason });
    return state;
  });
}

const CLOSED_AS = { processed: 'delivered', partial: 'partial', 'not-processed': 'not-processed' } as const;
const OUTCOMES = { delivered: 'processed', partial: 'partial', 'not-processed': 'not-processed' } as const;

export async function withdraw(
  store: Store,
  claim: Claim,
  why: Reason,
  as?: 'partial',
): Promise<ClosedState> {
  return store.transact(async (step) => {
    const row = await held(step, claim, CLOSED);
    if (isClosed(row.state)) return row.state;
    const answer = answerOf(row);
    if (answer === undefined) {
      throw new LedgerError(
        'ledger-misuse',
        `Exam ${claim.exam.studyInstanceUID} has no answer that it could be closed with again.`,
      );
    }
    const isLess = as === 'partial' && answer.state === 'delivered';
    const { state, code = null, reason = null } = isLess ? { state: 'partial' as const, ...why } : answer;
    const bindings = { id: row.id, state, outcome: OUTCOMES[state], code, reason, now: step.now };
    await step.statements.withdraw(bindings);
    await note(step, row.id, isLess ? state : 'withdrawn', { worker: claim.worker, ...why });
    return state;
  });
}

export async function fail(
  store: Store,
  claim: Claim,
  { code, reason }: Reason,
  retryInMs: number,
  { counts }: { counts: boolean } = { counts: true },
): Promise<Date> {
  return store.transact(async (step) => {
    const row = await held(step, claim, ['failed']);
    if (row.state === 'failed') return new Date(row.retry_at!);
    const { statements, now } = step;
    const retryAt = Math.ceil(now + retryInMs);
    await statements.fail({ id: row.id, retryAt, uncounted: counts ? 0 : 1, code, reason, now });
    await note(step, row.id, 'failed', { worker: claim.worker, code, reason });
    return new Date(retryAt);
  });
}

export async function makeAgain(
  store: Store,
  claim: Claim,
  { code, reason }: Reason,
  inMs: number,
): Promise<Date> {
  const { retryAt, dropped } = await store.transact(async (step) => {
    const { statements, now } = step;
    const before = await rowOf(step, claim.exam);
    // By this very call, whose answer was lost: its revision may be another since.
    if (before?.state === 'failed' && before.claim_number === claim.number && before.outcome === null)
      return { retryAt: before.retry_at!, dropped: [] };
    const { id, revision, sent } = await held(step, claim);
    const retryAt = Math.ceil(now + inMs);
    const further = sent > 0 ? 1 : 0;
    const dropped = await statements.namedFilesOf(id);
    await statements.makeAgain({ id, further, retryAt, code, reason, now });
    if (further === 0) await statements.forgetObjects({ id, revision });
    else await statements.dropUnconfirmedBytes({ id, revision: revision + 1 });
    await note(step, id, 'results-lost', { worker: claim.worker, code, reason });
    return { retryAt, dropped };
  });
  await store.bytes.remove(dropped);
  return new Date(retryAt);
}

export async function giveUp(store: Store, claim: Claim, { code, reason }: Reason): Promise<void> {
  await store.transact(async (step) => {
    const row = await held(step, claim, ['not-processed']);
    if (row.state === 'not-processed') return;
    await step.statements.giveUp({ id: row.id, code, reason, now: step.now });
    await note(step, row.id, 'given-up', { worker: claim.worker, code, reason });
  });
}

export async function release(store: Store, claim: Claim): Promise<void> {
  await store.transact(async (step) => {
    const row = await held(step, claim, ['waiting', 'failed']);
    if (!HELD.includes(row.state)) return;
    await step.statements.release({ id: row.id, now: step.now });
    await note(step, row.id, 'released', { worker: claim.worker });
  });
}

export async function handBack(store: Store, workers: readonly string[]): Promise<number> {
  return store.transact(async (step) => {
    const { statements, now } = step;
    let handedBack = 0;
    for (const held of await statements.list({ ...ALL, states: JSON.stringify(HELD) })) {
      if (held.worker === null || !workers.includes(held.worker)) continue;
      const row = await statements.lockByKey(boundKey(keyOf(held)));
      if (row?.worker !== held.worker || !HELD.includes(row.state)) continue;
      await statements.release({ id: row.id, now });
      await note(step, row.id, 'released', { worker: row.worker });
      handedBack++;
    }
    return handedBack;
  });
}

const ALL = {
  study: null,
  codes: null,
  from: null,
  to: null,
  model: null,
  version: null,
  digest: null,
  limit: -1,
};
