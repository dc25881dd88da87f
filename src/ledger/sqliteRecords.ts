import type { Database } from './database.js';
import {
  type Algorithm,
  EXAM_STATES,
  type ExamKey,
  type ExamRecord,
  type ExamState,
  type LedgerEvent,
  type WrittenObject,
} from './ledger.js';
import { type ExamRow, type ObjectRow, recordOf } from './record.js';
import * as events from './sql/events.js';
import * as looking from './sql/look.js';

/** Longest reason that is kept: enough for a sentence, too little for a stack or an archive's error page. */
const LONGEST_REASON = 500;

/** Events kept of one exam: a story that can be read, and the latest of it. */
const MOST_EVENTS = 100;

/** Events are kept for a year. How an exam ended stands in its own row, for good. */
const EVENT_AGE_MS = 365 * 86_400_000;

/** What the ledger can tell: the part of `SqliteLedger` that only looks. */
export class SqliteRecords {
  constructor(protected readonly database: Database) {}

  async unfinished(algorithm: Algorithm, now: Date): Promise<ExamRecord[]> {
    const bindings = { ...boundAlgorithm(algorithm), now: now.getTime() };
    return this.database.rows<ExamRow>(looking.UNFINISHED, bindings).map(recordOf);
  }

  async list(
    filter: { states?: readonly ExamState[]; studyInstanceUID?: string; limit?: number } = {},
  ): Promise<ExamRecord[]> {
    const rows = this.database.rows<ExamRow>(looking.LIST, {
      states: filter.states === undefined ? null : JSON.stringify(filter.states),
      study: filter.studyInstanceUID ?? null,
      limit: filter.limit ?? -1,
    });
    return rows.map(recordOf);
  }

  async find(exam: ExamKey): Promise<ExamRecord | undefined> {
    const row = this.byKey(exam);
    return row === undefined ? undefined : recordOf(row);
  }

  async counts(): Promise<Record<ExamState, number>> {
    const counts = Object.fromEntries(EXAM_STATES.map((state) => [state, 0])) as Record<ExamState, number>;
    for (const { state, count } of this.database.rows<{ state: ExamState; count: number }>(looking.COUNTS)) {
      counts[state] = count;
    }
    return counts;
  }

  async history(exam: ExamKey): Promise<LedgerEvent[]> {
    const row = this.byKey(exam);
    if (row === undefined) return [];
    type EventRow = {
      at: number;
      event: string;
      worker: string | null;
      code: string | null;
      reason: string | null;
    };
    return this.database.rows<EventRow>(events.HISTORY, { id: row.id }).map((event) => ({
      at: new Date(event.at),
      event: event.event,
      worker: event.worker ?? undefined,
      code: event.code ?? undefined,
      reason: event.reason ?? undefined,
    }));
  }

  async isOwn(sopInstanceUID: string): Promise<boolean> {
    return this.database.row(looking.IS_OWN, { sopInstance: sopInstanceUID }) !== undefined;
  }

  async predecessors(exam: ExamKey, revision?: number): Promise<WrittenObject[]> {
    const rows = this.database.rows<ObjectRow & { model_version: string }>(looking.PREDECESSORS, {
      ...bound(exam),
      revision: revision ?? null,
    });
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

  async disconnect(): Promise<void> {
    this.database.close();
  }

  protected byKey(exam: ExamKey): ExamRow | undefined {
    return this.database.row<ExamRow>(looking.FIND, bound(exam));
  }

  protected byId(id: number): ExamRow {
    return this.database.row<ExamRow>(looking.FIND_BY_ID, { id })!;
  }

  protected note(
    id: number,
    event: string,
    now: Date,
    worker?: string,
    reason?: { code: string | null; reason: string | null },
  ): void {
    this.database.run(events.INSERT_EVENT, {
      id,
      now: now.getTime(),
      event,
      worker: worker ?? null,
      code: reason?.code ?? null,
      reason: reason?.reason?.slice(0, LONGEST_REASON) ?? null,
    });
    this.database.run(events.DROP_SURPLUS, { id, most: MOST_EVENTS });
    this.database.run(events.DROP_OLDEST, { before: now.getTime() - EVENT_AGE_MS });
  }
}

/** The key as the statements name its parts. */
export function bound(exam: ExamKey) {
  return { study: exam.studyInstanceUID, ...boundAlgorithm(exam) };
}

export function boundAlgorithm({ modelName, modelVersion, settingsDigest }: Algorithm) {
  return { model: modelName, version: modelVersion, digest: settingsDigest };
}
