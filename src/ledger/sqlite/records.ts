import { EXAM_STATES, type ExamState } from '../examState.js';
import type {
  ExamKey,
  ExamRecord,
  Glance,
  Ledger,
  LedgerEvent,
  ServedModel,
  WrittenObject,
} from '../ledger.js';
import { dateOf, recordOf } from './rows.js';
import * as statements from './statements/index.js';
import { boundAlgorithm, boundKey } from './statements/index.js';
import { rowOf, type Store } from './store.js';

/*
 * What the ledger can tell. Nothing here writes, so that a ledger that may only be read can tell it too.
 */

type ReadStore = Pick<Store, 'database'>;

export function list(
  { database }: ReadStore,
  { states, studyInstanceUID, served, limit }: NonNullable<Parameters<Ledger['list']>[0]> = {},
): ExamRecord[] {
  const nobody = { model: null, version: null, digest: null };
  return statements
    .list(database, {
      states: states === undefined ? null : JSON.stringify(states),
      study: studyInstanceUID ?? null,
      ...(served === undefined ? nobody : boundAlgorithm(served)),
      limit: limit ?? -1,
    })
    .map(recordOf);
}

export function find(store: ReadStore, exam: ExamKey): ExamRecord | undefined {
  const row = rowOf(store, exam);
  return row === undefined ? undefined : recordOf(row);
}

export function glance(
  { database }: ReadStore,
  served: ServedModel,
  studyInstanceUIDs: readonly string[],
): Map<string, Glance> {
  const studies = JSON.stringify(studyInstanceUIDs);
  const rows = statements.glance(database, { ...boundAlgorithm(served), studies });
  return new Map(
    rows.map((row) => [
      row.study_instance_uid,
      {
        state: row.state,
        instances: row.archive_instances ?? undefined,
        listedAt: new Date(row.last_seen_at),
        lastChange: new Date(row.changed_at),
        dueAt: dateOf(row.due_at),
      },
    ]),
  );
}

export function counts({ database }: ReadStore): Record<ExamState, number> {
  const found = Object.fromEntries(EXAM_STATES.map((state) => [state, 0])) as Record<ExamState, number>;
  for (const { state, count } of statements.counts(database)) found[state] = count;
  return found;
}

export function history(store: ReadStore, exam: ExamKey): LedgerEvent[] {
  const row = rowOf(store, exam);
  return row === undefined ? [] : statements.history(store.database, { id: row.id });
}

export function predecessors({ database }: ReadStore, exam: ExamKey, revision?: number): WrittenObject[] {
  return statements.predecessors(database, { ...boundKey(exam), revision: revision ?? null }).map((row) => ({
    studyInstanceUID: exam.studyInstanceUID,
    seriesInstanceUID: row.series_instance_uid,
    sopInstanceUID: row.sop_instance_uid,
    sopClassUID: row.sop_class_uid,
    kind: row.kind,
    modelVersion: row.model_version,
    confirmedAt: new Date(row.confirmed_at ?? 0),
  }));
}
