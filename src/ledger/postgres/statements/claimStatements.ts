import type { Among } from '../../ledger.js';
import type { Grant, HeldRow, LeftBehind, ModelBindings, Taking, TakingNext } from '../../statements.js';
import type { Transaction } from '../ledgerServer.js';
import { THIS_MODEL } from './thisModel.js';

const HOLD = /* sql */ `
  owner = :owner, lease_until = :leaseUntil, lease_steady = :leaseSteady, lease_ms = :leaseMs`;

/**
 * Not the id alone: between the moment when an exam was found left behind and this statement, another worker may have
 * taken it, or its own have given a sign of life.
 */
const leftBehindOf = (exam: string) => /* sql */ `
  (${exam}.id, ${exam}.claim_number, ${exam}.lease_until) IN (
    SELECT gone.id, gone.claim, gone.until
    FROM jsonb_to_recordset(:leftBehind::text::jsonb) AS gone (id bigint, claim integer, until bigint))`;

export const LEFT_BEHIND = leftBehindOf('exams');

/**
 * What a claim makes of an exam. The claim's number rises: whoever held an earlier one is refused from then on, even if
 * it wakes up after its lease has run out. With objects kept the work goes on with their delivery, and stays about what
 * they were made from.
 */
const TAKE = /* sql */ `
  state = CASE WHEN outcome IS NULL THEN 'claimed' ELSE 'delivering' END,
  claimed_fingerprint = CASE WHEN outcome IS NULL THEN fingerprint ELSE claimed_fingerprint END,
  claim_number = claim_number + 1,
  attempts = attempts + 1,
  worker = :worker,
  ${HOLD},
  retry_at = NULL,
  updated_at = :now`;

/**
 * `takeable` of the rules, as SQL. A time that was set when the clock showed a later one than now is of no use any
 * more: the clock was set back, and the exam need not wait until it gets there again. The states stand first, for the
 * index on them.
 */
const TAKEABLE: Record<Among, string> = {
  due: /* sql */ `(state IN ('waiting', 'failed') AND (
    (state = 'waiting' AND (due_at <= :now::bigint OR (due_at IS NOT NULL AND last_seen_at > :now::bigint)))
    OR (state = 'failed'
        AND (retry_at <= LEAST(:dueBy::bigint, :now::bigint) OR updated_at > :now::bigint))))`,
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
 * made already, its turn has come. Two that are taken in the same moment do not see each other: the second learns it
 * when its results are to be kept.
 */
const ITS_TURN = /* sql */ `(outcome IS NOT NULL OR NOT EXISTS (
  SELECT FROM mamori.exams other
  WHERE other.study_instance_uid = exams.study_instance_uid AND other.id <> exams.id
    AND ((other.state IN ('claimed', 'delivering') AND NOT (${leftBehindOf('other')}))
      OR (other.model_name = exams.model_name AND other.outcome IS NOT NULL
        AND other.state IN ('delivering', 'failed')))))`;

/**
 * Finds and takes in one statement. What another transaction is about to take is passed over and not waited for, so
 * that of many workers each gets another exam at once. NO KEY: rows that refer to the exam may be written meanwhile.
 */
export async function claimNext(
  transaction: Transaction,
  among: Among,
  bindings: TakingNext,
): Promise<number | undefined> {
  if (transaction.again) {
    const taken = await takenBy(transaction, bindings.ticket);
    if (taken !== undefined) return taken;
  }
  const sql = /* sql */ `
    WITH next AS MATERIALIZED (
      SELECT id FROM mamori.exams WHERE ${OURS} AND ${TAKEABLE[among]} AND ${ITS_TURN}
      ORDER BY ${ORDER[among]}
      LIMIT 1
      FOR NO KEY UPDATE SKIP LOCKED
    )
    UPDATE mamori.exams SET ${TAKE}, claim_ticket = :ticket
    WHERE id = (SELECT id FROM next)
    RETURNING id`;
  return (await transaction.row<{ id: number }>(sql, bindings))?.id;
}

/** What the same asking took before, if it was only the answer that was lost. */
async function takenBy(transaction: Transaction, ticket: string): Promise<number | undefined> {
  const sql = /* sql */ `
    SELECT id FROM mamori.exams WHERE state IN ('claimed', 'delivering') AND claim_ticket = :ticket`;
  return (await transaction.row<{ id: number }>(sql, { ticket }))?.id;
}

/** Takes one exam, complete or not. Its row is locked already. */
export async function claim(
  transaction: Transaction,
  bindings: Taking & { id: number },
): Promise<number | undefined> {
  const sql = /* sql */ `
    UPDATE mamori.exams SET ${TAKE}
    WHERE id = :id
      AND (state = 'waiting'
        OR (state = 'failed' AND (retry_at <= :now::bigint OR updated_at > :now::bigint))
        OR (state IN ('claimed', 'delivering') AND ${LEFT_BEHIND}))
      AND ${ITS_TURN}
    RETURNING id`;
  return (await transaction.row<{ id: number }>(sql, bindings))?.id;
}

/** The same worker asks again, having lost the answer: its claim stands, and only the lease moves. */
export async function reclaim(
  transaction: Transaction,
  bindings: Taking & { id: number },
): Promise<number | undefined> {
  const sql = /* sql */ `
    UPDATE mamori.exams SET ${HOLD}
    WHERE id = :id AND state IN ('claimed', 'delivering') AND worker = :worker AND NOT (${LEFT_BEHIND})
    RETURNING id`;
  return (await transaction.row<{ id: number }>(sql, bindings))?.id;
}

export async function renew(transaction: Transaction, bindings: Grant & { id: number }): Promise<void> {
  await transaction.run(/* sql */ `UPDATE mamori.exams SET ${HOLD} WHERE id = :id`, bindings);
}

/** No more than there are workers, and those that were left behind. */
export function heldRows(transaction: Transaction): Promise<HeldRow[]> {
  const sql = /* sql */ `
    SELECT id, claim_number, lease_until, lease_ms, lease_steady, owner FROM mamori.exams
    WHERE state IN ('claimed', 'delivering')`;
  return transaction.rows(sql);
}

/** The work is about what the archive holds now; the settling time counts from there. */
export async function setClaimedFingerprint(
  transaction: Transaction,
  bindings: { id: number; fingerprint: string; now: number },
): Promise<void> {
  const sql = /* sql */ `
    UPDATE mamori.exams SET fingerprint = :fingerprint, claimed_fingerprint = :fingerprint, changed_at = :now
    WHERE id = :id`;
  await transaction.run(sql, bindings);
}

/** Back to where the claim found it. A try that was cut short on purpose does not count. */
export async function release(
  transaction: Transaction,
  bindings: { id: number; now: number },
): Promise<void> {
  const sql = /* sql */ `
    UPDATE mamori.exams
    SET state = CASE WHEN outcome IS NULL THEN 'waiting' ELSE 'failed' END,
        due_at = CASE WHEN outcome IS NULL THEN :now::bigint ELSE due_at END,
        retry_at = CASE WHEN outcome IS NULL THEN NULL ELSE :now::bigint END,
        attempts = attempts - 1, worker = NULL, lease_until = NULL, updated_at = :now
    WHERE id = :id`;
  await transaction.run(sql, bindings);
}

export async function countDue(
  transaction: Transaction,
  bindings: ModelBindings & LeftBehind & { dueBy: number; now: number },
): Promise<number> {
  const sql = /* sql */ `
    SELECT COUNT(*) AS count FROM mamori.exams
    WHERE ${OURS} AND (${TAKEABLE.due} OR ${TAKEABLE['left-behind']}) AND ${ITS_TURN}`;
  return (await transaction.row<{ count: number }>(sql, bindings))!.count;
}
