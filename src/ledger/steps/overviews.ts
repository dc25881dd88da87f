import type { Backlog, Ending, LastLook, Latency, MadeObject, Pausing, ReasonCount } from '../allExams.js';
import { EXAM_STATES, type ExamState } from '../examState.js';
import type { ExamKey, Reason, ServedModel } from '../ledger.js';
import { boundFilter } from '../retriable.js';
import { dateOf } from '../rows.js';
import { waysOf } from '../rules.js';
import { boundKey, boundModel, type PauseRow } from '../statements.js';
import type { RetriableCount, RetryFilter } from '../ways.js';
import type { ReadStore, Store } from './store.js';

/*
 * What is told of all exams together, and the order to pause.
 */

export async function counts(store: ReadStore): Promise<Record<ExamState, number>> {
  const found = Object.fromEntries(EXAM_STATES.map((state) => [state, 0])) as Record<ExamState, number>;
  const rows = await store.look((statements) => statements.counts());
  for (const { state, count } of rows) found[state] = count;
  return found;
}

export async function countRetriable(
  store: ReadStore,
  which: RetryFilter & { served: ServedModel },
): Promise<RetriableCount[]> {
  const bindings = { ...boundFilter(which), ...boundModel(which.served) };
  const rows = await store.look((statements) => statements.countRetriable(bindings));
  return rows.map(({ state, exams, ...row }) => {
    const code = row.code ?? undefined;
    const isServed = row.served === 1;
    const ways = waysOf({
      state,
      code,
      isServed,
      isOfSameModel: row.same_model === 1,
      isMade: row.made === 1,
      isUndelivered: row.undelivered === 1,
    });
    return { state, code, exams, isServed, ways };
  });
}

export async function reasons(store: ReadStore): Promise<ReasonCount[]> {
  const rows = await store.look((statements) => statements.reasons());
  return rows.map(({ code, reason, latest, ...row }) => ({
    ...row,
    code: code ?? undefined,
    latest: new Date(latest),
    reason: reason ?? undefined,
  }));
}

export async function backlog(store: Store, served: ServedModel): Promise<Backlog> {
  const rows = await store.look(({ statements, now }) => statements.backlog({ ...boundModel(served), now }));
  const ours = rows.filter(({ ours }) => ours === 1);
  const sum = (some: typeof rows) => some.reduce((all, { exams }) => all + exams, 0);
  const first = (some: typeof rows) => {
    const dates = some.flatMap(({ next }) => next ?? []);
    return dates.length === 0 ? undefined : new Date(Math.min(...dates));
  };
  const arriving = ours.filter(({ state, due }) => state === 'waiting' && due === 0);
  const again = ours.filter(({ state }) => state === 'failed');
  return {
    ready: sum(ours.filter(({ state, due }) => state === 'waiting' && due === 1)),
    arriving: { exams: sum(arriving), until: first(arriving) },
    again: { exams: sum(again), next: first(again) },
    others: sum(rows.filter(({ ours }) => ours === 0)),
  };
}

export async function endings(store: ReadStore, since: Date, stretchMs: number): Promise<Ending[]> {
  const bindings = { since: since.getTime(), width: stretchMs };
  const rows = await store.look((statements) => statements.endings(bindings));
  return rows.map(({ stretch, code, ...row }) => ({
    ...row,
    from: new Date(bindings.since + stretch * stretchMs),
    code: code ?? undefined,
  }));
}

export async function latencies(store: ReadStore, since: Date, stretchMs: number): Promise<Latency[]> {
  const bindings = { since: since.getTime(), width: stretchMs };
  const rows = await store.look((statements) => statements.latencies(bindings));
  return rows.map(({ stretch, exams, median, most }) => ({
    from: new Date(bindings.since + stretch * stretchMs),
    exams,
    median: median / 1000,
    most: most / 1000,
  }));
}

export async function newestExam(store: ReadStore): Promise<Date | undefined> {
  return dateOf((await store.look((statements) => statements.newestExam()))?.first_seen_at ?? null);
}

export async function oldestReady(store: Store, served: ServedModel): Promise<Date | undefined> {
  const row = await store.look(({ statements, now }) =>
    statements.oldestReady({ ...boundModel(served), now }),
  );
  return dateOf(row?.since ?? null);
}

export async function made(store: ReadStore, exam: ExamKey): Promise<MadeObject[]> {
  const rows = await store.look(async (statements) => {
    const row = await statements.findByKey(boundKey(exam));
    return row === undefined ? [] : statements.made({ id: row.id });
  });
  return rows.map((row) => ({
    revision: row.revision,
    kind: row.kind,
    sopClassUID: row.sop_class_uid,
    seriesInstanceUID: row.series_instance_uid,
    sopInstanceUID: row.sop_instance_uid,
    view: row.image_view ?? undefined,
    size: row.size,
    sentAt: dateOf(row.sent_at),
    confirmedAt: dateOf(row.confirmed_at),
  }));
}

export async function noteLook(store: Store, problem: Reason | undefined): Promise<void> {
  const { code, reason } = problem ?? { code: null, reason: null };
  await store.transact(async ({ statements, now }) => statements.noteLook({ code, reason, now }));
}

export async function lastLook(store: ReadStore): Promise<LastLook | undefined> {
  const row = await store.look((statements) => statements.lastLook());
  if (row === undefined) return undefined;
  const { at, code, reason } = row;
  return { at: new Date(at), problem: code === null ? undefined : { code, reason: reason ?? '' } };
}

export async function pausing(store: ReadStore): Promise<Pausing | undefined> {
  return pausingOf(await store.look((statements) => statements.pausing()));
}

export async function pause(store: Store, by: string, why?: string): Promise<Pausing> {
  return store.transact(async ({ statements, now }) => {
    await statements.pause({ now, by, why: why ?? null });
    return pausingOf(await statements.pausing())!;
  });
}

export async function goOn(store: Store): Promise<Pausing | undefined> {
  return store.transact(async ({ statements }) => {
    const ended = pausingOf(await statements.pausing());
    await statements.goOn();
    return ended;
  });
}

function pausingOf(row: PauseRow | undefined): Pausing | undefined {
  return row && { since: new Date(row.since), by: row.ordered_by, why: row.why ?? undefined };
}
