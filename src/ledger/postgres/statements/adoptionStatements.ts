import { DAMAGED } from '../../rules.js';
import type { AdoptableRow, LeftBehind, ModelBindings } from '../../statements.js';
import type { Transaction } from '../ledgerServer.js';
import { LEFT_BEHIND } from './claimStatements.js';

const ADOPTABLE = /* sql */ `
  SELECT id, study_instance_uid AS study, (outcome IS NOT NULL)::integer AS lost FROM mamori.exams
  WHERE model_name = :model AND NOT (model_version = :version AND settings_digest = :digest)
    AND (outcome IS NULL OR (state = 'failed' AND code = '${DAMAGED}'))
    AND (state IN ('waiting', 'failed') OR (state = 'claimed' AND ${LEFT_BEHIND}))`;

/**
 * Unfinished exams of the same model that have no objects yet, or whose objects are lost, under another version or
 * other settings.
 */
export function adoptable(
  transaction: Transaction,
  bindings: ModelBindings & LeftBehind,
): Promise<AdoptableRow[]> {
  return transaction.rows(ADOPTABLE, bindings);
}

/** The same, and no worker takes them meanwhile. What one is taking just now is left to it. */
export function lockAdoptable(
  transaction: Transaction,
  bindings: ModelBindings & LeftBehind,
): Promise<AdoptableRow[]> {
  return transaction.rows(/* sql */ `${ADOPTABLE} ORDER BY id FOR UPDATE SKIP LOCKED`, bindings);
}

/**
 * An exam that failed, or was left behind, was complete: it is due at once. What the earlier version answered it with
 * is no answer of this one's.
 */
export async function adopt(
  transaction: Transaction,
  bindings: { id: number; version: string; digest: string; now: number },
): Promise<void> {
  const sql = /* sql */ `
    UPDATE mamori.exams
    SET model_version = :version, settings_digest = :digest,
        due_at = CASE WHEN state = 'waiting' THEN due_at ELSE :now::bigint END,
        state = 'waiting', attempts = 0, retry_at = NULL, lease_until = NULL, worker = NULL, code = NULL, reason = NULL,
        answer = NULL, updated_at = :now
    WHERE id = :id`;
  await transaction.run(sql, bindings);
}

/** The study is on record under the other version already: that record counts. */
export async function supersede(
  transaction: Transaction,
  bindings: { id: number; reason: string; now: number },
): Promise<void> {
  const sql = /* sql */ `
    UPDATE mamori.exams
    SET state = 'not-processed', code = 'superseded', reason = :reason, retry_at = NULL, lease_until = NULL,
        closed_at = :now, updated_at = :now, claimed_fingerprint = fingerprint
    WHERE id = :id`;
  await transaction.run(sql, bindings);
}
