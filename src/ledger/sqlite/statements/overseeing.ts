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
import type { Database } from '../database.js';
import { THIS_MODEL } from './keys.js';

/**
 * Not of what is delivered: the index by state serves it, however many exams there are. SQLite takes a column that is
 * not aggregated from the row that has the maximum.
 */
export function reasons(database: Database): ReasonRow[] {
  const sql = /* sql */ `
    SELECT state, code, COUNT(*) AS exams, MAX(updated_at) AS latest, reason
    FROM exams
    WHERE state IN ('failed', 'partial', 'not-processed')
    GROUP BY state, code
    ORDER BY exams DESC, latest DESC`;
  return database.rows(sql);
}

/** As `claimNext` has it: whoever made the objects, they are delivered. */
export function backlog(database: Database, bindings: ModelBindings & { now: number }): BacklogRow[] {
  const sql = /* sql */ `
    SELECT state,
           CASE WHEN outcome IS NOT NULL OR (${THIS_MODEL}) THEN 1 ELSE 0 END AS ours,
           CASE WHEN COALESCE(retry_at, due_at) <= :now THEN 1 ELSE 0 END AS due,
           COUNT(*) AS exams, MIN(COALESCE(retry_at, due_at)) AS next
    FROM exams
    WHERE state IN ('waiting', 'failed')
    GROUP BY 1, 2, 3`;
  return database.rows(sql, bindings);
}

/**
 * How exams ended, the latest end of each: one that failed and was delivered later counts where it was delivered.
 * Numbers are bound as reals; a stretch is a whole number.
 */
export function endings(database: Database, bindings: Stretches): EndingRow[] {
  const sql = /* sql */ `
    SELECT (updated_at - CAST(:since AS INTEGER)) / CAST(:width AS INTEGER) AS stretch, state, code, COUNT(*) AS exams
    FROM exams
    WHERE updated_at >= :since AND state IN ('failed', 'delivered', 'partial', 'not-processed')
    GROUP BY 1, 2, 3
    ORDER BY 1`;
  return database.rows(sql, bindings);
}

/**
 * An exam's time begins with what last made it due: an image that came, or an order to try it again. Where these events
 * are gone it is left out.
 */
export function latencies(database: Database, bindings: Stretches): LatencyRow[] {
  const sql = /* sql */ `
    WITH answered AS (
      SELECT (closed_at - CAST(:since AS INTEGER)) / CAST(:width AS INTEGER) AS stretch,
             closed_at - (SELECT MAX(at) FROM events v
                          WHERE v.exam_id = exams.id AND at <= closed_at
                            AND event IN ('seen', 'changed', 'reopened', 'retried')) AS took
      FROM exams
      WHERE updated_at >= :since AND state IN ('delivered', 'partial') AND closed_at >= :since
    ), ranked AS (
      SELECT stretch, took, ROW_NUMBER() OVER (PARTITION BY stretch ORDER BY took) AS place,
             COUNT(*) OVER (PARTITION BY stretch) AS among
      FROM answered WHERE took IS NOT NULL
    )
    SELECT stretch, COUNT(*) AS exams,
           MAX(CASE WHEN place = (among + 1) / 2 THEN took END) AS median,
           MAX(CASE WHEN place = (95 * among + 99) / 100 THEN took END) AS most
    FROM ranked GROUP BY stretch ORDER BY stretch`;
  return database.rows(sql, bindings);
}

/** Old exams that a backfill takes up are no news. Exams get their numbers in the order in which they are seen. */
export function newestExam(database: Database): { first_seen_at: number } | undefined {
  return database.row(
    /* sql */ `SELECT first_seen_at FROM exams WHERE priority > 0 ORDER BY id DESC LIMIT 1`,
  );
}

/** What gives way to other exams may wait. With an order to try again its waiting begins once more. */
export function oldestReady(
  database: Database,
  bindings: ModelBindings & { now: number },
): { since: number | null } | undefined {
  const sql = /* sql */ `
    SELECT MIN(MAX(due_at, updated_at)) AS since
    FROM exams
    WHERE state = 'waiting' AND priority > 0 AND due_at <= :now AND ${THIS_MODEL}`;
  return database.row(sql, bindings);
}

export function made(database: Database, bindings: { id: number }): MadeRow[] {
  const sql = /* sql */ `SELECT * FROM objects WHERE exam_id = :id ORDER BY revision DESC, position`;
  return database.rows(sql, bindings);
}

export function lastLook(database: Database): LookRow | undefined {
  return database.row(/* sql */ `SELECT at, code, reason FROM last_look`);
}

export function noteLook(
  database: Database,
  bindings: { now: number; code: string | null; reason: string | null },
): void {
  const sql = /* sql */ `
    INSERT INTO last_look (id, at, code, reason) VALUES (1, :now, :code, :reason)
    ON CONFLICT (id) DO UPDATE SET at = excluded.at, code = excluded.code, reason = excluded.reason`;
  database.run(sql, bindings);
}

export function pausing(database: Database): PauseRow | undefined {
  return database.row(/* sql */ `SELECT since, ordered_by, why FROM pause`);
}

export function pause(database: Database, bindings: { now: number; by: string; why: string | null }): void {
  const sql = /* sql */ `
    INSERT INTO pause (id, since, ordered_by, why) VALUES (1, :now, :by, :why) ON CONFLICT DO NOTHING`;
  database.run(sql, bindings);
}

export function goOn(database: Database): void {
  database.run(/* sql */ `DELETE FROM pause`, {});
}
