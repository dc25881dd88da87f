import type { ClosedState } from '../../examState.js';
import type { ObjectRow } from '../../rows.js';
import type { BeginningDelivery, Keeping, Marking, Revision, Withdrawing } from '../../statements.js';
import type { Database } from '../database.js';

export function keepObject(database: Database, bindings: Keeping): void {
  const sql = /* sql */ `
    INSERT INTO objects (exam_id, revision, position, kind, sop_class_uid, series_instance_uid, sop_instance_uid,
                         image_view, size, crc32, file)
    VALUES (:id, :revision, :position, :kind, :sopClass, :series, :sopInstance, :imageView, :size, :crc32, :file)`;
  database.run(sql, bindings);
}

/** The outcome is kept with the objects: whoever delivers them after a crash closes the exam as they say. */
export function beginDelivery(database: Database, bindings: BeginningDelivery): void {
  const sql = /* sql */ `
    UPDATE exams
    SET state = 'delivering', outcome = :outcome, outcome_code = :code, outcome_reason = :reason, rests_on = :rests,
        images = :images, short_answer = :shortAnswer, updated_at = :now
    WHERE id = :id`;
  database.run(sql, bindings);
}

export function objectsToDeliver(database: Database, bindings: Revision): ObjectRow[] {
  const sql = /* sql */ `
    SELECT * FROM objects WHERE exam_id = :id AND revision = :revision AND confirmed_at IS NULL ORDER BY position`;
  return database.rows(sql, bindings);
}

/** @returns whether there is such an object */
export function markSent(database: Database, bindings: Marking): boolean {
  const sql = /* sql */ `
    UPDATE objects SET sent_at = :now
    WHERE exam_id = :id AND revision = :revision AND sop_instance_uid = :sopInstance`;
  return database.run(sql, bindings) > 0;
}

/**
 * The first confirmation counts. The row stays, so that the instance is known as our own for good.
 *
 * @returns whether there is such an object
 */
export function confirm(database: Database, bindings: Marking): boolean {
  const sql = /* sql */ `
    UPDATE objects
    SET confirmed_at = COALESCE(confirmed_at, :now), sent_at = COALESCE(sent_at, :now), file = NULL
    WHERE exam_id = :id AND revision = :revision AND sop_instance_uid = :sopInstance`;
  return database.run(sql, bindings) > 0;
}

/** A trigger refuses this for an answered exam with an object that is not confirmed. */
export function close(
  database: Database,
  bindings: { id: number; state: ClosedState; answer: string | null; now: number },
): void {
  const sql = /* sql */ `
    UPDATE exams
    SET state = :state, answer = :answer, answer_revision = revision,
        lease_until = NULL, closed_at = :now, updated_at = :now,
        -- Not an earlier try's trouble, which is over.
        code = outcome_code, reason = outcome_reason
    WHERE id = :id`;
  database.run(sql, bindings);
}

/** Closed as the earlier revision was whose objects stand in the archive. The trigger holds this to them. */
export function withdraw(database: Database, bindings: Withdrawing): void {
  const sql = /* sql */ `
    UPDATE exams
    SET state = :state, outcome = :outcome, outcome_code = :code, outcome_reason = :reason, code = :code,
        reason = :reason, lease_until = NULL, closed_at = :now, updated_at = :now
    WHERE id = :id`;
  database.run(sql, bindings);
}
