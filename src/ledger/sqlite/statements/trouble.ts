import type { Retriable, RetriableCountRow, RetriableRow } from '../../retriable.js';
import { DAMAGED } from '../../rules.js';
import type { MakingAgain, ModelBindings, Revision } from '../../statements.js';
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

/** `studies`, `states` and `codes` are JSON arrays; NULL: whatever it is. */
const ASKED = /* sql */ `
  state IN (SELECT value FROM json_each(:states)) AND updated_at >= :since
  AND (:studies IS NULL OR study_instance_uid IN (SELECT value FROM json_each(:studies)))
  AND (:codes IS NULL OR code IN (SELECT value FROM json_each(:codes)))`;

const UNDELIVERED = /* sql */ `
  EXISTS (SELECT 1 FROM objects o
          WHERE o.exam_id = exams.id AND o.revision = exams.revision AND o.confirmed_at IS NULL)`;

/** Exams of one kind are counted here: there may be tens of thousands. */
export function countRetriable(database: Database, bindings: Retriable & ModelBindings): RetriableCountRow[] {
  const sql = /* sql */ `
    SELECT state, code,
           CASE WHEN ${THIS_MODEL} THEN 1 ELSE 0 END AS served,
           model_name = :model AS same_model,
           EXISTS (SELECT 1 FROM objects o WHERE o.exam_id = exams.id AND o.revision = exams.revision) AS made,
           ${UNDELIVERED} AS undelivered,
           COUNT(*) AS exams
    FROM exams
    WHERE ${ASKED}
    GROUP BY 1, 2, 3, 4, 5, 6
    ORDER BY exams DESC, state, code`;
  return database.rows(sql, bindings);
}

/** What an administrator's retry may be about; `retryOf` of the rules says what becomes of each. */
export function retriable(database: Database, bindings: Retriable): RetriableRow[] {
  const sql = /* sql */ `
    SELECT id, state, outcome, code, ${UNDELIVERED} AS undelivered
    FROM exams
    WHERE ${ASKED}
      -- As waysFor of the rules has it: whoever made objects, they are delivered, if they are not lost.
      AND (:model IS NULL OR (${THIS_MODEL})
        OR (outcome IS NOT NULL AND COALESCE(code, '') <> '${DAMAGED}'
          AND (state = 'failed' OR ${UNDELIVERED})))
    ORDER BY id`;
  return database.rows(sql, bindings);
}

/** Without results again, and with all tries left. `further` 1: as a new revision, since something was sent. */
export function makeAgain(database: Database, bindings: MakingAgain): void {
  const sql = /* sql */ `
    UPDATE exams
    SET state = 'failed', revision = revision + :further, attempts = 0, retry_at = :retryAt, lease_until = NULL,
        outcome = NULL, outcome_code = NULL, outcome_reason = NULL, rests_on = NULL, short_answer = NULL,
        code = :code, reason = :reason, updated_at = :now
    WHERE id = :id`;
  database.run(sql, bindings);
}

/** Objects of which none ever left: what is made next has their names. */
export function forgetObjects(database: Database, bindings: Revision): void {
  const sql = /* sql */ `DELETE FROM objects WHERE exam_id = :id AND revision = :revision AND sent_at IS NULL`;
  database.run(sql, bindings);
}

/** Due now, with all tries before it. */
export function retry(database: Database, bindings: { id: number; now: number }): void {
  const sql = /* sql */ `
    UPDATE exams SET state = 'failed', retry_at = :now, attempts = 0, closed_at = NULL, updated_at = :now
    WHERE id = :id`;
  database.run(sql, bindings);
}
