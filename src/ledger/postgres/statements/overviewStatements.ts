import type {
  BacklogRow,
  EndingRow,
  LatencyRow,
  LookRow,
  MadeRow,
  ModelBindings,
  PauseRow,
  ReasonRow,
  Stretches,
} from '../../statements.js';
import type { Transaction } from '../ledgerServer.js';
import { THIS_MODEL } from './thisModel.js';

/** Not of what is delivered: the index by state serves it, however many exams there are. */
export function reasons(transaction: Transaction): Promise<ReasonRow[]> {
  const sql = /* sql */ `
    SELECT state, code, COUNT(*) AS exams, MAX(updated_at) AS latest,
           (array_agg(reason ORDER BY updated_at DESC, id DESC))[1] AS reason
    FROM mamori.exams
    WHERE state IN ('failed', 'partial', 'not-processed')
    GROUP BY state, code
    ORDER BY exams DESC, latest DESC`;
  return transaction.rows(sql);
}

/** As `claimNext` has it: whoever made the objects, they are delivered. */
export function backlog(
  transaction: Transaction,
  bindings: ModelBindings & { now: number },
): Promise<BacklogRow[]> {
  const sql = /* sql */ `
    SELECT state,
           CASE WHEN outcome IS NOT NULL OR (${THIS_MODEL}) THEN 1 ELSE 0 END AS ours,
           CASE WHEN COALESCE(retry_at, due_at) <= :now::bigint THEN 1 ELSE 0 END AS due,
           COUNT(*) AS exams, MIN(COALESCE(retry_at, due_at)) AS next
    FROM mamori.exams
    WHERE state IN ('waiting', 'failed')
    GROUP BY 1, 2, 3`;
  return transaction.rows(sql, bindings);
}

/** How exams ended, the latest end of each: one that failed and was delivered later counts where it was delivered. */
export function endings(transaction: Transaction, bindings: Stretches): Promise<EndingRow[]> {
  const sql = /* sql */ `
    SELECT (updated_at - :since::bigint) / :width::bigint AS stretch, state, code, COUNT(*) AS exams
    FROM mamori.exams
    WHERE updated_at >= :since::bigint AND state IN ('failed', 'delivered', 'partial', 'not-processed')
    GROUP BY 1, 2, 3
    ORDER BY 1`;
  return transaction.rows(sql, bindings);
}

/**
 * An exam's time begins with what last made it due: an image that came, or an order to try it again. Where these events
 * are gone it is left out.
 */
export function latencies(transaction: Transaction, bindings: Stretches): Promise<LatencyRow[]> {
  const sql = /* sql */ `
    WITH answered AS (
      SELECT (closed_at - :since::bigint) / :width::bigint AS stretch,
             closed_at - (SELECT MAX(at) FROM mamori.events v
                          WHERE v.exam_id = exams.id AND at <= closed_at
                            AND event IN ('seen', 'changed', 'reopened', 'retried')) AS took
      FROM mamori.exams
      WHERE updated_at >= :since::bigint AND state IN ('delivered', 'partial') AND closed_at >= :since::bigint
    ), ranked AS (
      SELECT stretch, took, ROW_NUMBER() OVER (PARTITION BY stretch ORDER BY took) AS place,
             COUNT(*) OVER (PARTITION BY stretch) AS among
      FROM answered WHERE took IS NOT NULL
    )
    SELECT stretch, COUNT(*) AS exams,
           MAX(CASE WHEN place = (among + 1) / 2 THEN took END) AS median,
           MAX(CASE WHEN place = (95 * among + 99) / 100 THEN took END) AS most
    FROM ranked GROUP BY stretch ORDER BY stretch`;
  return transaction.rows(sql, bindings);
}

export function newestExam(transaction: Transaction): Promise<{ first_seen_at: number } | undefined> {
  const sql = /* sql */ `SELECT first_seen_at FROM mamori.exams WHERE priority > 0 ORDER BY id DESC LIMIT 1`;
  return transaction.row(sql);
}

/** What gives way to other exams may wait. With an order to try again its waiting begins once more. */
export function oldestReady(
  transaction: Transaction,
  bindings: ModelBindings & { now: number },
): Promise<{ since: number | null } | undefined> {
  const sql = /* sql */ `
    SELECT MIN(GREATEST(due_at, updated_at)) AS since
    FROM mamori.exams
    WHERE state = 'waiting' AND priority > 0 AND due_at <= :now::bigint AND ${THIS_MODEL}`;
  return transaction.row(sql, bindings);
}

export function made(transaction: Transaction, bindings: { id: number }): Promise<MadeRow[]> {
  const sql = /* sql */ `SELECT * FROM mamori.objects WHERE exam_id = :id ORDER BY revision DESC, position`;
  return transaction.rows(sql, bindings);
}

export function lastLook(transaction: Transaction): Promise<LookRow | undefined> {
  return transaction.row(/* sql */ `SELECT at, code, reason FROM mamori.last_look`);
}

export async function noteLook(
  transaction: Transaction,
  bindings: { now: number; code: string | null; reason: string | null },
): Promise<void> {
  const sql = /* sql */ `
    INSERT INTO mamori.last_look (id, at, code, reason) VALUES (1, :now, :code, :reason)
    ON CONFLICT (id) DO UPDATE SET at = excluded.at, code = excluded.code, reason = excluded.reason`;
  await transaction.run(sql, bindings);
}

export function pausing(transaction: Transaction): Promise<PauseRow | undefined> {
  return transaction.row(/* sql */ `SELECT since, ordered_by, why FROM mamori.pause`);
}

export async function pause(
  transaction: Transaction,
  bindings: { now: number; by: string; why: string | null },
): Promise<void> {
  const sql = /* sql */ `
    INSERT INTO mamori.pause (id, since, ordered_by, why) VALUES (1, :now, :by, :why) ON CONFLICT DO NOTHING`;
  await transaction.run(sql, bindings);
}

export async function goOn(transaction: Transaction): Promise<void> {
  await transaction.run(/* sql */ `DELETE FROM mamori.pause`, {});
}
