import type { Among } from '../../ledger.js';
import type { Grant, HeldRow, LeftBehind, ModelBindings, Taking, TakingNext } from '../../statements.js';
import type { Database } from '../database.js';
import { THIS_MODEL } from './keys.js';

const HOLD = /* sql */ `
  owner = :owner, lease_until = :leaseUntil, lease_steady = :leaseSteady, lease_ms = :leaseMs`;

const GONE = /* sql */ `(SELECT json_extract(value, '$.id') FROM json_each(:leftBehind))`;

export const LEFT_BEHIND = /* sql */ `id IN ${GONE}`;

/**
 * What a claim makes of an exam. The claim's number rises: whoever held an earlier one is refused from then on, even if
 * it wakes up after its lease has run out. With objects kept the work goes on with their delivery, and stays about what
 * they were made from.
 */
const TAKE = /* sql */ `
  UPDATE exams
  SET state = CASE WHEN outcome IS NULL THEN 'claimed' ELSE 'delivering' END,
      claimed_fingerprint = CASE WHEN outcome IS NULL THEN fingerprint ELSE claimed_fingerprint END,
      claim_number = claim_number + 1,
      attempts = attempts + 1,
      worker = :worker,
      ${HOLD},
      retry_at = NULL,
      updated_at = :now`;

/**
 * `takeable` of the rules, as SQL. A time that was set when the clock showed a later one than now is of no use any
 * more: the clock was set back, and the exam need not wait until it gets there again.
 */
const TAKEABLE: Record<Among, string> = {
  due: /* sql */ `(
    (state = 'waiting' AND (due_at <= :now OR (due_at IS NOT NULL AND last_seen_at > :now)))
    OR (state = 'failed' AND (retry_at <= MIN(:dueBy, :now) OR updated_at > :now)))`,
  'left-behind': /* sql */ `(state IN ('claimed', 'delivering') AND ${LEFT_BEHIND})`,
};

/** Whoever made the objects, they are delivered: an exam must not be stuck between two versions. */
const OURS = /* sql */ `(outcome IS NOT NULL OR (${THIS_MODEL}))`;

const ORDER: Record<Among, string> = {
  due: 'priority DESC, study_date DESC, first_seen_at DESC, id DESC',
  'left-behind': 'attempts, priority DESC, study_date DESC, first_seen_at DESC, id DESC',
};

/**
 * Of one study one set of results is made and delivered after the other (`isInTheWay` of the rules). Whose results are
 * made already, its turn has come.
 */
const ITS_TURN = /* sql */ `(outcome IS NOT NULL OR NOT EXISTS (
  SELECT 1 FROM exams other
  WHERE other.study_instance_uid = exams.study_instance_uid AND other.id <> exams.id
    AND ((other.state IN ('claimed', 'delivering') AND other.id NOT IN ${GONE})
      OR (other.model_name = exams.model_name AND other.outcome IS NOT NULL
        AND other.state IN ('delivering', 'failed')))))`;

/** Finds and takes in one statement, so that of many workers each gets another exam. */
export function claimNext(database: Database, among: Among, bindings: TakingNext): number | undefined {
  const sql = /* sql */ `${TAKE}
    WHERE id = (SELECT id FROM exams WHERE ${OURS} AND ${TAKEABLE[among]} AND ${ITS_TURN}
                ORDER BY ${ORDER[among]} LIMIT 1)
    RETURNING id`;
  return database.row<{ id: number }>(sql, bindings)?.id;
}

/** Takes one exam, complete or not, so that of two workers one wins. */
export function claim(database: Database, bindings: Taking & { id: number }): number | undefined {
  const sql = /* sql */ `${TAKE}
    WHERE id = :id
      AND (state = 'waiting'
        OR (state = 'failed' AND (retry_at <= :now OR updated_at > :now))
        OR (state IN ('claimed', 'delivering') AND ${LEFT_BEHIND}))
      AND ${ITS_TURN}
    RETURNING id`;
  return database.row<{ id: number }>(sql, bindings)?.id;
}

/** The same worker asks again, having lost the answer: its claim stands, and only the lease moves. */
export function reclaim(database: Database, bindings: Taking & { id: number }): number | undefined {
  const sql = /* sql */ `
    UPDATE exams SET ${HOLD}
    WHERE id = :id AND state IN ('claimed', 'delivering') AND worker = :worker AND NOT ${LEFT_BEHIND}
    RETURNING id`;
  return database.row<{ id: number }>(sql, bindings)?.id;
}

export function renew(database: Database, bindings: Grant & { id: number }): void {
  database.run(/* sql */ `UPDATE exams SET ${HOLD} WHERE id = :id`, bindings);
}

/** All that are in some worker's hands: no more than there are workers, and those that were left behind. */
export function heldRows(database: Database): HeldRow[] {
  const sql = /* sql */ `
    SELECT id, claim_number, lease_until, lease_ms, lease_steady, owner FROM exams
    WHERE state IN ('claimed', 'delivering')`;
  return database.rows(sql);
}

/** The work is about what the archive holds now; the settling time counts from there. */
export function setClaimedFingerprint(
  database: Database,
  bindings: { id: number; fingerprint: string; now: number },
): void {
  const sql = /* sql */ `
    UPDATE exams SET fingerprint = :fingerprint, claimed_fingerprint = :fingerprint, changed_at = :now WHERE id = :id`;
  database.run(sql, bindings);
}

/** Back to where the claim found it. A try that was cut short on purpose does not count. */
export function release(database: Database, bindings: { id: number; now: number }): void {
  const sql = /* sql */ `
    UPDATE exams
    SET state = CASE WHEN outcome IS NULL THEN 'waiting' ELSE 'failed' END,
        due_at = CASE WHEN outcome IS NULL THEN :now ELSE due_at END,
        retry_at = CASE WHEN outcome IS NULL THEN NULL ELSE :now END,
        attempts = attempts - 1, worker = NULL, lease_until = NULL, updated_at = :now
    WHERE id = :id`;
  database.run(sql, bindings);
}

export function countDue(
  database: Database,
  bindings: ModelBindings & LeftBehind & { dueBy: number; now: number },
): number {
  const sql = /* sql */ `
    SELECT COUNT(*) AS count FROM exams
    WHERE ${OURS} AND (${TAKEABLE.due} OR ${TAKEABLE['left-behind']}) AND ${ITS_TURN}`;
  return database.row<{ count: number }>(sql, bindings)!.count;
}
