import { DAMAGED } from '../../rules.js';
import type { AdoptableRow, LeftBehind, ModelBindings } from '../../statements.js';
import type { Database } from '../database.js';
import { LEFT_BEHIND } from './claiming.js';

/**
 * Unfinished exams of the same model that have no objects yet, or whose objects are lost, under another version or
 * other settings.
 */
export function adoptable(database: Database, bindings: ModelBindings & LeftBehind): AdoptableRow[] {
  const sql = /* sql */ `
    SELECT id, study_instance_uid AS study, outcome IS NOT NULL AS lost FROM exams
    WHERE model_name = :model AND NOT (model_version = :version AND settings_digest = :digest)
      AND (outcome IS NULL OR (state = 'failed' AND code = '${DAMAGED}'))
      AND (state IN ('waiting', 'failed') OR (state = 'claimed' AND ${LEFT_BEHIND}))`;
  return database.rows(sql, bindings);
}

/**
 * An exam that failed, or was left behind, was complete: it is due at once. What the earlier version answered it with
 * is no answer of this one's.
 */
export function adopt(
  database: Database,
  bindings: { id: number; version: string; digest: string; now: number },
): void {
  const sql = /* sql */ `
    UPDATE exams
    SET model_version = :version, settings_digest = :digest,
        due_at = CASE WHEN state = 'waiting' THEN due_at ELSE :now END,
        state = 'waiting', attempts = 0, retry_at = NULL, lease_until = NULL, worker = NULL, code = NULL, reason = NULL,
        answer = NULL, updated_at = :now
    WHERE id = :id`;
  database.run(sql, bindings);
}

/** The study is on record under the other version already: that record counts. */
export function supersede(database: Database, bindings: { id: number; reason: string; now: number }): void {
  const sql = /* sql */ `
    UPDATE exams
    SET state = 'not-processed', code = 'superseded', reason = :reason, retry_at = NULL, lease_until = NULL,
        closed_at = :now, updated_at = :now, claimed_fingerprint = fingerprint
    WHERE id = :id`;
  database.run(sql, bindings);
}
