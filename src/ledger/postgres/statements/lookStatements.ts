import type { ExamState } from '../../examState.js';
import type { ExamRow } from '../../rows.js';
import type { GlanceRow, KeyBindings, Listing, ModelBindings, PredecessorRow } from '../../statements.js';
import type { Transaction } from '../ledgerServer.js';
import { THIS_MODEL } from './thisModel.js';

/** The objects that an exam is about: those that it was answered with, else those of its revision. */
const ITS_OBJECTS = /* sql */ `
  FROM mamori.objects o
  WHERE o.exam_id = exams.id AND o.revision = CASE
    WHEN exams.state IN ('delivered', 'partial') THEN exams.answer_revision ELSE exams.revision END`;

/** A row of `exams` with its objects counted. */
const RECORD = /* sql */ `
  SELECT exams.*,
    (SELECT COUNT(*) ${ITS_OBJECTS}) AS kept,
    (SELECT COUNT(sent_at) ${ITS_OBJECTS}) AS sent,
    (SELECT COUNT(confirmed_at) ${ITS_OBJECTS}) AS confirmed
  FROM mamori.exams`;

export function findByKey(transaction: Transaction, bindings: KeyBindings): Promise<ExamRow | undefined> {
  return transaction.row(/* sql */ `${RECORD} WHERE study_instance_uid = :study AND ${THIS_MODEL}`, bindings);
}

/**
 * Locks first and looks then: where the lock had to be waited for, one statement would answer with the row as it is now
 * and its objects counted as they were before.
 */
export async function lockByKey(
  transaction: Transaction,
  bindings: KeyBindings,
): Promise<ExamRow | undefined> {
  const sql = /* sql */ `
    SELECT id FROM mamori.exams WHERE study_instance_uid = :study AND ${THIS_MODEL} FOR NO KEY UPDATE`;
  const locked = await transaction.row<{ id: number }>(sql, bindings);
  return locked && findById(transaction, locked.id);
}

/** All exams of a study, in the order of their ids, so that two that lock them wait for each other and not both. */
export async function lockStudy(transaction: Transaction, study: string): Promise<void> {
  const sql = /* sql */ `
    SELECT id FROM mamori.exams WHERE study_instance_uid = :study ORDER BY id FOR NO KEY UPDATE`;
  await transaction.rows(sql, { study });
}

export async function findById(transaction: Transaction, id: number): Promise<ExamRow> {
  return (await transaction.row<ExamRow>(/* sql */ `${RECORD} WHERE id = :id`, { id }))!;
}

/**
 * Latest change first. States and codes go as arrays: of these the planner knows how rare they are, and takes an index.
 */
export function list(transaction: Transaction, bindings: Listing): Promise<ExamRow[]> {
  const sql = /* sql */ `${RECORD}
    WHERE (:states::text[] IS NULL OR state = ANY (:states::text[]))
      AND (:codes::text[] IS NULL OR code = ANY (:codes::text[]))
      AND (:from::text IS NULL OR study_date BETWEEN :from AND :to)
      AND (:study::text IS NULL OR study_instance_uid = :study)
      AND (:model::text IS NULL OR (${THIS_MODEL}))
    ORDER BY updated_at DESC, id DESC
    LIMIT CASE WHEN :limit::integer >= 0 THEN :limit::integer END`;
  const { states, codes } = bindings;
  return transaction.rows(sql, {
    ...bindings,
    states: states && JSON.parse(states),
    codes: codes && JSON.parse(codes),
  });
}

export function glance(
  transaction: Transaction,
  bindings: ModelBindings & { studies: string },
): Promise<GlanceRow[]> {
  const sql = /* sql */ `
    SELECT study_instance_uid, state, archive_instances, last_seen_at, due_at
    FROM mamori.exams
    WHERE study_instance_uid IN (SELECT json_array_elements_text(:studies::text::json)) AND ${THIS_MODEL}`;
  return transaction.rows(sql, bindings);
}

export function counts(transaction: Transaction): Promise<{ state: ExamState; count: number }[]> {
  return transaction.rows(/* sql */ `SELECT state, COUNT(*) AS count FROM mamori.exams GROUP BY state`);
}

export async function isOwn(transaction: Transaction, sopInstance: string): Promise<boolean> {
  const sql = /* sql */ `SELECT 1 AS own FROM mamori.objects WHERE sop_instance_uid = :sopInstance LIMIT 1`;
  return (await transaction.row(sql, { sopInstance })) !== undefined;
}

/**
 * Confirmed objects of the latest earlier work of the same model on the same study. The latest by the order of events:
 * a clock may have been set since. Events end after a year.
 */
export function predecessors(
  transaction: Transaction,
  bindings: KeyBindings & { revision: number | null },
): Promise<PredecessorRow[]> {
  const sql = /* sql */ `
    WITH earlier AS (
      SELECT o.*, e.model_version, e.id AS earlier_id
      FROM mamori.objects o JOIN mamori.exams e ON e.id = o.exam_id
      WHERE e.study_instance_uid = :study AND e.model_name = :model AND o.confirmed_at IS NOT NULL
        AND NOT (e.model_version = :version AND e.settings_digest = :digest
                 AND o.revision = COALESCE(:revision::integer, e.revision))
    ), latest AS (
      SELECT earlier_id, MAX(revision) AS revision FROM earlier GROUP BY earlier_id
      ORDER BY (SELECT MAX(v.id) FROM mamori.events v
                WHERE v.exam_id = earlier_id AND v.event = 'confirmed') DESC NULLS LAST,
               MAX(confirmed_at) DESC, earlier_id DESC LIMIT 1
    )
    SELECT earlier.* FROM earlier JOIN latest USING (earlier_id, revision) ORDER BY position`;
  return transaction.rows(sql, bindings);
}

export async function namedFilesOf(transaction: Transaction, id: number): Promise<string[]> {
  const sql = /* sql */ `SELECT file FROM mamori.objects WHERE exam_id = :id AND file IS NOT NULL`;
  return (await transaction.rows<{ file: string }>(sql, { id })).map(({ file }) => file);
}
