import type { Retriable, RetriableCountRow, RetriableRow } from '../../retriable.js';
import { DAMAGED } from '../../rules.js';
import type { MakingAgain, ModelBindings, Revision } from '../../statements.js';
import type { Transaction } from '../ledgerServer.js';
import { THIS_MODEL } from './thisModel.js';

export async function fail(
  transaction: Transaction,
  bindings: {
    id: number;
    retryAt: number;
    uncounted: 0 | 1;
    code: string | null;
    reason: string | null;
    now: number;
  },
): Promise<void> {
  const sql = /* sql */ `
    UPDATE mamori.exams
    SET state = 'failed', retry_at = :retryAt, lease_until = NULL, updated_at = :now,
        attempts = attempts - :uncounted, code = :code, reason = :reason
    WHERE id = :id`;
  await transaction.run(sql, bindings);
}

export async function giveUp(
  transaction: Transaction,
  bindings: { id: number; code: string | null; reason: string | null; now: number },
): Promise<void> {
  const sql = /* sql */ `
    UPDATE mamori.exams
    SET state = 'not-processed', lease_until = NULL, closed_at = :now, updated_at = :now,
        code = :code, reason = :reason
    WHERE id = :id`;
  await transaction.run(sql, bindings);
}

const ASKED = /* sql */ `
  state IN (SELECT json_array_elements_text(:states::text::json)) AND updated_at >= :since
  AND (:studies::text IS NULL OR study_instance_uid IN (SELECT json_array_elements_text(:studies::json)))
  AND (:codes::text IS NULL OR code IN (SELECT json_array_elements_text(:codes::json)))`;

const UNDELIVERED = /* sql */ `
  EXISTS (SELECT FROM mamori.objects o
          WHERE o.exam_id = exams.id AND o.revision = exams.revision AND o.confirmed_at IS NULL)`;

/** Exams of one kind are counted here: there may be tens of thousands. */
export function countRetriable(
  transaction: Transaction,
  bindings: Retriable & ModelBindings,
): Promise<RetriableCountRow[]> {
  const sql = /* sql */ `
    SELECT state, code,
           (${THIS_MODEL})::integer AS served,
           (model_name = :model)::integer AS same_model,
           EXISTS (SELECT FROM mamori.objects o
                   WHERE o.exam_id = exams.id AND o.revision = exams.revision)::integer AS made,
           ${UNDELIVERED}::integer AS undelivered,
           COUNT(*) AS exams
    FROM mamori.exams
    WHERE ${ASKED}
    GROUP BY 1, 2, 3, 4, 5, 6
    ORDER BY exams DESC, state, code`;
  return transaction.rows(sql, bindings);
}

/**
 * What an administrator's retry may be about; `retryOf` of the rules says what becomes of each. Locked in the order of
 * their ids, so that two retries wait for each other and not both.
 */
export function retriable(transaction: Transaction, bindings: Retriable): Promise<RetriableRow[]> {
  const sql = /* sql */ `
    SELECT id, state, outcome, code, ${UNDELIVERED}::integer AS undelivered
    FROM mamori.exams
    WHERE ${ASKED}
      -- As waysFor of the rules has it: whoever made objects, they are delivered, if they are not lost.
      AND (:model::text IS NULL OR (${THIS_MODEL})
        OR (outcome IS NOT NULL AND COALESCE(code, '') <> '${DAMAGED}'
          AND (state = 'failed' OR ${UNDELIVERED})))
    ORDER BY id
    FOR NO KEY UPDATE OF exams`;
  return transaction.rows(sql, bindings);
}

/** Without results again, and with all tries left. `further` 1: as a new revision, since something was sent. */
export async function makeAgain(transaction: Transaction, bindings: MakingAgain): Promise<void> {
  const sql = /* sql */ `
    UPDATE mamori.exams
    SET state = 'failed', revision = revision + :further, attempts = 0, retry_at = :retryAt, lease_until = NULL,
        outcome = NULL, outcome_code = NULL, outcome_reason = NULL, rests_on = NULL, short_answer = NULL,
        code = :code, reason = :reason, updated_at = :now
    WHERE id = :id`;
  await transaction.run(sql, bindings);
}

/** Objects of which none ever left: what is made next has their names. */
export async function forgetObjects(transaction: Transaction, bindings: Revision): Promise<void> {
  const sql = /* sql */ `DELETE FROM mamori.objects WHERE exam_id = :id AND revision = :revision AND sent_at IS NULL`;
  await transaction.run(sql, bindings);
}

/** Due now, with all tries before it. */
export async function retry(transaction: Transaction, bindings: { id: number; now: number }): Promise<void> {
  const sql = /* sql */ `
    UPDATE mamori.exams SET state = 'failed', retry_at = :now, attempts = 0, closed_at = NULL, updated_at = :now
    WHERE id = :id`;
  await transaction.run(sql, bindings);
}
