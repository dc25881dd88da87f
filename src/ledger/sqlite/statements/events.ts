import type { LedgerEvent } from '../../allExams.js';
import type { HappenedEvent } from '../../statements.js';
import type { Database } from '../database.js';

/** Events kept of one exam: a story that can be read, and the latest of it. */
const MOST_EVENTS = 100;

/** Events are kept for a year. How an exam ended stands in its own row, for good. */
const EVENT_AGE_MS = 365 * 86_400_000;

/**
 * Adds an event to an exam's story, and drops what is too much: all but the exam's latest, and some of the oldest of
 * all. Of those more than are written, so that they get fewer, and no sweep stops the work.
 */
export function insertEvent(database: Database, event: HappenedEvent): void {
  const insert = /* sql */ `
    INSERT INTO events (exam_id, at, event, worker, code, reason)
    VALUES (:id, :now, :event, :worker, :code, :reason)`;
  const dropSurplus = /* sql */ `
    DELETE FROM events
    WHERE exam_id = :id
      AND id <= (SELECT id FROM events WHERE exam_id = :id ORDER BY id DESC LIMIT 1 OFFSET :most)`;
  const dropOldest = /* sql */ `
    DELETE FROM events WHERE id IN (SELECT id FROM events ORDER BY id LIMIT 10) AND at < :before`;
  database.run(insert, event);
  database.run(dropSurplus, { id: event.id, most: MOST_EVENTS });
  database.run(dropOldest, { before: event.now - EVENT_AGE_MS });
}

/** Oldest first. */
export function history(database: Database, bindings: { id: number }): LedgerEvent[] {
  type Row = { at: number; event: string; worker: string | null; code: string | null; reason: string | null };
  const sql = /* sql */ `
    SELECT at, event, worker, code, reason FROM events WHERE exam_id = :id ORDER BY id`;
  return database.rows<Row>(sql, bindings).map(({ at, event, worker, code, reason }) => ({
    at: new Date(at),
    event,
    worker: worker ?? undefined,
    code: code ?? undefined,
    reason: reason ?? undefined,
  }));
}
