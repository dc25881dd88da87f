import type { Retriable, RetriableRow } from '../../statements.js';
import type { Database } from '../database.js';
import { THIS_MODEL } from './keys.js';

export function fail(
  database: Database,
  bindings: {
    id: number;
    retryAt: number;
    uncounted: 0 | 1;
    code: string | null;
    reason: string | null;
    now: number;
  },
): void {
  const sql = /* sql */ `
    UPDATE exams
    SET state = 'failed', retry_at = :retryAt, lease_until = NULL, updated_at = :now, attempts = attempts - :uncounted,
        code = :code, reason = :reason
    WHERE id = :id`;
  database.run(sql, bindings);
}

export function giveUp(
  database: Database,
  bindings: { id: number; code: string | null; reason: string | null; now: number },
): void {
  const sql = /* sql */ `
    UPDATE exams
    SET state = 'not-processed', lease_until = NULL, closed_at = :now, updated_at = :now,
        code = :code, reason = :reason
    WHERE id = :id`;
  database.run(sql, bindings);
}

/**
 * What an administrator's retry may be about; `retryOf` of the rules says what becomes of each. `studies`, `states` and
 * `codes` are JSON arrays; NULL: whatever it is.
 */
export function retriable(database: Database, bindings: Retriable): RetriableRow[] {
  const sql = /* sql */ `
    SELECT id, state, outcome, code,
           EXISTS (SELECT 1 FROM objects o
                   WHERE o.exam_id = exams.id AND o.revision = exams.revision AND o.confirmed_at IS NULL) AS undelivered
    FROM exams
    WHERE state IN (SELECT value FROM json_each(:states)) AND updated_at >= :since
      AND (:studies IS NULL OR study_instance_uid IN (SELECT value FROM json_each(:studies)))
      AND (:codes IS NULL OR code IN (SELECT value FROM json_each(:codes)))
      -- As waysFor of the rules has it: whoever made objects, they are delivered.
      AND (:model IS NULL OR (${THIS_MODEL})
        OR (outcome IS NOT NULL
          AND (state = 'failed' OR EXISTS (SELECT 1 FROM objects o
               WHERE o.exam_id = exams.id AND o.revision = exams.revision AND o.confirmed_at IS NULL))))
    ORDER BY id`;
  return database.rows(sql, bindings);
}

/** Due now, with all tries before it. */
export function retry(database: Database, bindings: { id: number; now: number }): void {
  const sql = /* sql */ `
    UPDATE exams SET state = 'failed', retry_at = :now, attempts = 0, closed_at = NULL, updated_at = :now
    WHERE id = :id`;
  database.run(sql, bindings);
}
