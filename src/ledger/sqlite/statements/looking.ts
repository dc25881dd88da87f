import type { ExamState } from '../../examState.js';
import type { ExamRow } from '../../rows.js';
import type { GlanceRow, KeyBindings, Listing, ModelBindings, PredecessorRow } from '../../statements.js';
import type { Database } from '../database.js';
import { THIS_MODEL } from './keys.js';

/** The objects that an exam is about: those that it was answered with, else those of its revision. */
const ITS_OBJECTS = /* sql */ `
  FROM objects o
  WHERE o.exam_id = exams.id AND o.revision = CASE
    WHEN exams.state IN ('delivered', 'partial') THEN exams.answer_revision ELSE exams.revision END`;

/** A row of `exams` with its objects counted. */
const RECORD = /* sql */ `
  SELECT exams.*,
    (SELECT COUNT(*) ${ITS_OBJECTS}) AS kept,
    (SELECT COUNT(sent_at) ${ITS_OBJECTS}) AS sent,
    (SELECT COUNT(confirmed_at) ${ITS_OBJECTS}) AS confirmed
  FROM exams`;

export function findByKey(database: Database, bindings: KeyBindings): ExamRow | undefined {
  return database.row(/* sql */ `${RECORD} WHERE study_instance_uid = :study AND ${THIS_MODEL}`, bindings);
}

export function findById(database: Database, id: number): ExamRow {
  return database.row<ExamRow>(/* sql */ `${RECORD} WHERE id = :id`, { id })!;
}

/**
 * Latest change first. NULL: whatever it is; `states` and `codes` are JSON arrays; `limit` −1: all. What is not asked
 * for does not stand in the statement, so that an index serves each question: the ledger of some years is large. A code
 * is rarer than a state: with `+` the state's index is left alone then.
 */
export function list(database: Database, bindings: Listing): ExamRow[] {
  const isByCode = bindings.codes === null ? '' : '+';
  const asked = [
    ...(bindings.states === null ? [] : [`${isByCode}state IN (SELECT value FROM json_each(:states))`]),
    ...(bindings.codes === null ? [] : ['code IN (SELECT value FROM json_each(:codes))']),
    ...(bindings.from === null ? [] : ['study_date BETWEEN :from AND :to']),
    ...(bindings.study === null ? [] : ['study_instance_uid = :study']),
    ...(bindings.model === null ? [] : [THIS_MODEL]),
  ];
  const sql = /* sql */ `${RECORD}
    WHERE ${['TRUE', ...asked].join(' AND ')}
    ORDER BY updated_at DESC, id DESC
    LIMIT :limit`;
  return database.rows(sql, bindings);
}

/** `studies` is a JSON array. */
export function glance(database: Database, bindings: ModelBindings & { studies: string }): GlanceRow[] {
  const sql = /* sql */ `
    SELECT study_instance_uid, state, archive_instances, last_seen_at, due_at
    FROM exams WHERE study_instance_uid IN (SELECT value FROM json_each(:studies)) AND ${THIS_MODEL}`;
  return database.rows(sql, bindings);
}

export function counts(database: Database): { state: ExamState; count: number }[] {
  return database.rows(/* sql */ `SELECT state, COUNT(*) AS count FROM exams GROUP BY state`);
}

export function isOwn(database: Database, sopInstance: string): boolean {
  const sql = /* sql */ `SELECT 1 AS own FROM objects WHERE sop_instance_uid = :sopInstance LIMIT 1`;
  return database.row(sql, { sopInstance }) !== undefined;
}

/**
 * Confirmed objects of the latest earlier work of the same model on the same study. `revision` NULL: the exam's own.
 * The latest by the order of events: a clock may have been set since. Events end after a year.
 */
export function predecessors(
  database: Database,
  bindings: KeyBindings & { revision: number | null },
): PredecessorRow[] {
  const sql = /* sql */ `
    WITH earlier AS (
      SELECT o.*, e.model_version, e.id AS earlier_id
      FROM objects o JOIN exams e ON e.id = o.exam_id
      WHERE e.study_instance_uid = :study AND e.model_name = :model AND o.confirmed_at IS NOT NULL
        AND NOT (e.model_version = :version AND e.settings_digest = :digest
                 AND o.revision = COALESCE(:revision, e.revision))
    ), latest AS (
      SELECT earlier_id, MAX(revision) AS revision FROM earlier GROUP BY earlier_id
      ORDER BY (SELECT MAX(v.id) FROM events v WHERE v.exam_id = earlier_id AND v.event = 'confirmed') DESC,
               MAX(confirmed_at) DESC, earlier_id DESC LIMIT 1
    )
    SELECT earlier.* FROM earlier JOIN latest USING (earlier_id, revision) ORDER BY position`;
  return database.rows(sql, bindings);
}

export function namedFiles(database: Database): string[] {
  const sql = /* sql */ `SELECT file FROM objects WHERE file IS NOT NULL`;
  return database.rows<{ file: string }>(sql).map(({ file }) => file);
}

export function namedFilesOf(database: Database, id: number): string[] {
  const sql = /* sql */ `SELECT file FROM objects WHERE exam_id = :id AND file IS NOT NULL`;
  return database.rows<{ file: string }>(sql, { id }).map(({ file }) => file);
}
