import type { KeyBindings, Revision, Seen } from '../../statements.js';
import type { Database } from '../database.js';

/** A study seen for the first time starts to wait. Undefined where it is on record. */
export function insertSeen(database: Database, bindings: KeyBindings & Seen): number | undefined {
  const sql = /* sql */ `
    INSERT INTO exams (study_instance_uid, model_name, model_version, settings_digest, state, fingerprint,
                       study_date, priority, archive_instances, first_seen_at, last_seen_at, changed_at, updated_at)
    VALUES (:study, :model, :version, :digest, 'waiting', :fingerprint, COALESCE(:studyDate, ''), :priority,
            :instances, :now, :now, :now, :now)
    ON CONFLICT DO NOTHING
    RETURNING id`;
  return database.row<{ id: number }>(sql, bindings)?.id;
}

/**
 * Seen again. The time of the last change moves only when the fingerprint does: the settling time counts from it,
 * also across restarts. With other images, it is open again when the exam is complete. A change that lies in the future
 * was noted before the clock was set back: it counts as one of now.
 */
export function updateSeen(database: Database, bindings: Seen & { id: number }): void {
  const sql = /* sql */ `
    UPDATE exams
    SET last_seen_at = :now,
        changed_at = CASE WHEN fingerprint = :fingerprint THEN MIN(changed_at, :now) ELSE :now END,
        due_at = CASE WHEN fingerprint = :fingerprint THEN due_at END,
        study_date = COALESCE(:studyDate, study_date),
        priority = MAX(priority, :priority),
        archive_instances = :instances,
        fingerprint = :fingerprint
    WHERE id = :id`;
  database.run(sql, bindings);
}

export function setDue(
  database: Database,
  bindings: KeyBindings & { fingerprint: string; dueAt: number | null },
): void {
  const sql = /* sql */ `
    UPDATE exams SET due_at = :dueAt, state = 'waiting', retry_at = NULL
    WHERE study_instance_uid = :study AND model_name = :model AND model_version = :version
      AND settings_digest = :digest AND fingerprint = :fingerprint
      AND (state = 'waiting' OR (state = 'failed' AND outcome IS NULL AND :dueAt IS NULL))`;
  database.run(sql, bindings);
}

/**
 * An exam that is closed, or whose results were lost, becomes a new revision. The old revision's objects stay on
 * record: those in the archive are still our own, and are the predecessors of what is written next. `dueAt` NULL: once
 * it is known to be complete.
 */
export function reopen(
  database: Database,
  bindings: { id: number; dueAt: number | null; keepsAnswer: 0 | 1; now: number },
): void {
  const sql = /* sql */ `
    UPDATE exams
    SET state = 'waiting', revision = revision + 1, attempts = 0, due_at = :dueAt,
        outcome = NULL, outcome_code = NULL, outcome_reason = NULL, rests_on = NULL, short_answer = NULL,
        answer = CASE :keepsAnswer WHEN 1 THEN answer END,
        code = NULL, reason = NULL, closed_at = NULL, retry_at = NULL, worker = NULL, updated_at = :now
    WHERE id = :id AND state IN ('failed', 'delivered', 'partial', 'not-processed')`;
  database.run(sql, bindings);
}

/** Bytes of an old revision that never arrived: what they say is out of date. */
export function dropUnconfirmedBytes(database: Database, bindings: Revision): void {
  const sql = /* sql */ `
    UPDATE objects SET file = NULL WHERE exam_id = :id AND revision < :revision AND file IS NOT NULL`;
  database.run(sql, bindings);
}
