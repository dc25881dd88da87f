import type { KeyBindings, Revision, Seen } from '../../statements.js';
import type { Transaction } from '../ledgerServer.js';

/** A study seen for the first time starts to wait. Undefined where it is on record. */
export async function insertSeen(
  transaction: Transaction,
  bindings: KeyBindings & Seen,
): Promise<number | undefined> {
  const sql = /* sql */ `
    INSERT INTO mamori.exams (study_instance_uid, model_name, model_version, settings_digest, state, fingerprint,
                              study_date, priority, archive_instances, first_seen_at, last_seen_at, changed_at,
                              updated_at)
    VALUES (:study, :model, :version, :digest, 'waiting', :fingerprint, COALESCE(:studyDate::text, ''), :priority,
            :instances, :now, :now, :now, :now)
    ON CONFLICT DO NOTHING
    RETURNING id`;
  return (await transaction.row<{ id: number }>(sql, bindings))?.id;
}

/**
 * Seen again. The time of the last change moves only when the fingerprint does: the settling time counts from it,
 * also across restarts. With other images, it is open again when the exam is complete. A change that lies in the future
 * was noted before the clock was set back: it counts as one of now.
 */
export async function updateSeen(transaction: Transaction, bindings: Seen & { id: number }): Promise<void> {
  const sql = /* sql */ `
    UPDATE mamori.exams
    SET last_seen_at = :now,
        changed_at = CASE WHEN fingerprint = :fingerprint THEN LEAST(changed_at, :now::bigint) ELSE :now::bigint END,
        due_at = CASE WHEN fingerprint = :fingerprint THEN due_at END,
        study_date = COALESCE(:studyDate, study_date),
        priority = GREATEST(priority, :priority::integer),
        archive_instances = :instances,
        fingerprint = :fingerprint
    WHERE id = :id`;
  await transaction.run(sql, bindings);
}

export async function setDue(
  transaction: Transaction,
  bindings: KeyBindings & { fingerprint: string; dueAt: number | null },
): Promise<void> {
  const sql = /* sql */ `
    UPDATE mamori.exams SET due_at = :dueAt::bigint, state = 'waiting', retry_at = NULL
    WHERE study_instance_uid = :study AND model_name = :model AND model_version = :version
      AND settings_digest = :digest AND fingerprint = :fingerprint
      AND (state = 'waiting' OR (state = 'failed' AND outcome IS NULL AND :dueAt::bigint IS NULL))`;
  await transaction.run(sql, bindings);
}

/**
 * An exam that is closed, or whose results were lost, becomes a new revision. The old revision's objects stay on
 * record: those in the archive are still our own, and are the predecessors of what is written next. `dueAt` NULL: once
 * it is known to be complete.
 */
export async function reopen(
  transaction: Transaction,
  bindings: { id: number; dueAt: number | null; keepsAnswer: 0 | 1; now: number },
): Promise<void> {
  const sql = /* sql */ `
    UPDATE mamori.exams
    SET state = 'waiting', revision = revision + 1, attempts = 0, due_at = :dueAt,
        outcome = NULL, outcome_code = NULL, outcome_reason = NULL, rests_on = NULL, short_answer = NULL,
        answer = CASE :keepsAnswer::integer WHEN 1 THEN answer END,
        code = NULL, reason = NULL, closed_at = NULL, retry_at = NULL, worker = NULL, updated_at = :now
    WHERE id = :id AND state IN ('failed', 'delivered', 'partial', 'not-processed')`;
  await transaction.run(sql, bindings);
}

/** Bytes of an old revision that never arrived: what they say is out of date. A trigger deletes them. */
export async function dropUnconfirmedBytes(transaction: Transaction, bindings: Revision): Promise<void> {
  const sql = /* sql */ `
    UPDATE mamori.objects SET file = NULL WHERE exam_id = :id AND revision < :revision AND file IS NOT NULL`;
  await transaction.run(sql, bindings);
}
