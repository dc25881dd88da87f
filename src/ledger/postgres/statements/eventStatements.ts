import type { LedgerEvent } from '../../allExams.js';
import type { HappenedEvent } from '../../statements.js';
import type { Transaction } from '../ledgerServer.js';

/** Events kept of one exam: a story that can be read, and the latest of it. */
const MOST_EVENTS = 100;

/** Events are kept for a year. How an exam ended stands in its own row, for good. */
const EVENT_AGE_MS = 365 * 86_400_000;

/**
 * Adds an event to an exam's story, and drops what is too much: all but the exam's latest, and some of the oldest of
 * all. Of those more than are written, so that they get fewer, and no sweep stops the work. No part of the statement
 * sees what another does: the exam's latest are one fewer. Old ones that another process is about to drop are its.
 */
export async function insertEvent(transaction: Transaction, event: HappenedEvent): Promise<void> {
  const sql = /* sql */ `
    WITH added AS (
      INSERT INTO mamori.events (exam_id, at, event, worker, code, reason)
      VALUES (:id, :now, :event, :worker, :code, :reason)
    ), surplus AS (
      DELETE FROM mamori.events
      WHERE exam_id = :id
        AND id <= (SELECT id FROM mamori.events WHERE exam_id = :id ORDER BY id DESC LIMIT 1 OFFSET :most - 1)
    )
    DELETE FROM mamori.events
    WHERE id IN (
      SELECT id FROM mamori.events
      WHERE id IN (SELECT id FROM mamori.events ORDER BY id LIMIT 10) AND at < :before
      FOR UPDATE SKIP LOCKED)`;
  await transaction.run(sql, { ...event, most: MOST_EVENTS, before: event.now - EVENT_AGE_MS });
}

/** Oldest first. */
export async function history(transaction: Transaction, bindings: { id: number }): Promise<LedgerEvent[]> {
  type Row = { at: number; event: string; worker: string | null; code: string | null; reason: string | null };
  const sql = /* sql */ `
    SELECT at, event, worker, code, reason FROM mamori.events WHERE exam_id = :id ORDER BY id`;
  const rows = await transaction.rows<Row>(sql, bindings);
  return rows.map(({ at, event, worker, code, reason }) => ({
    at: new Date(at),
    event,
    worker: worker ?? undefined,
    code: code ?? undefined,
    reason: reason ?? undefined,
  }));
}
