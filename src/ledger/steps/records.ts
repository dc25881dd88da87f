import type { LedgerEvent } from '../allExams.js';
import type { ExamKey, ExamRecord, Glance, Ledger, ServedModel, WrittenObject } from '../ledger.js';
import { dateOf, recordOf } from '../rows.js';
import { boundKey, boundModel } from '../statements.js';
import { leftBehind, type ReadStore, type Store } from './store.js';

/*
 * What the ledger can tell. Nothing here writes, so that a ledger that may only be read can tell it too.
 */

export async function list(
  store: ReadStore,
  { states, studyInstanceUID, served, codes, dates, limit }: NonNullable<Parameters<Ledger['list']>[0]> = {},
): Promise<ExamRecord[]> {
  const nobody = { model: null, version: null, digest: null };
  const rows = await store.look((statements) =>
    statements.list({
      states: states === undefined ? null : JSON.stringify(states),
      study: studyInstanceUID ?? null,
      codes: codes === undefined ? null : JSON.stringify(codes),
      from: dates?.from ?? null,
      to: dates?.to ?? null,
      ...(served === undefined ? nobody : boundModel(served)),
      limit: limit ?? -1,
    }),
  );
  return rows.map(recordOf);
}

export async function find(store: ReadStore, exam: ExamKey): Promise<ExamRecord | undefined> {
  const row = await store.look((statements) => statements.findByKey(boundKey(exam)));
  return row === undefined ? undefined : recordOf(row);
}

export async function glance(
  store: Store,
  served: ServedModel,
  studyInstanceUIDs: readonly string[],
): Promise<Map<string, Glance>> {
  const studies = JSON.stringify(studyInstanceUIDs);
  const rows = await store.look(({ statements }) => statements.glance({ ...boundModel(served), studies }));
  return new Map(
    rows.map((row) => [
      row.study_instance_uid,
      {
        state: row.state,
        instances: row.archive_instances ?? undefined,
        listedAt: new Date(row.last_seen_at),
        dueAt: dateOf(row.due_at),
      },
    ]),
  );
}

export async function countDue(store: Store, served: ServedModel, dueBy?: Date): Promise<number> {
  return store.look(async (view) =>
    view.statements.countDue({
      ...boundModel(served),
      ...(await leftBehind(view)),
      dueBy: dueBy?.getTime() ?? view.now,
      now: view.now,
    }),
  );
}

export async function history(store: ReadStore, exam: ExamKey): Promise<LedgerEvent[]> {
  return store.look(async (statements) => {
    const row = await statements.findByKey(boundKey(exam));
    return row === undefined ? [] : statements.history({ id: row.id });
  });
}

export async function predecessors(
  store: ReadStore,
  exam: ExamKey,
  revision?: number,
): Promise<WrittenObject[]> {
  const rows = await store.look((statements) =>
    statements.predecessors({ ...boundKey(exam), revision: revision ?? null }),
  );
  return rows.map((row) => ({
    studyInstanceUID: exam.studyInstanceUID,
    seriesInstanceUID: row.series_instance_uid,
    sopInstanceUID: row.sop_instance_uid,
    sopClassUID: row.sop_class_uid,
    kind: row.kind,
    modelVersion: row.model_version,
    confirmedAt: new Date(row.confirmed_at ?? 0),
  }));
}
