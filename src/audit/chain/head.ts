import { setTimeout as sleep } from 'node:timers/promises';
import Libsql from 'libsql';
import type { Anchor } from './link.js';

/** What the last writer left. */
export interface Head extends Anchor {
  /** The file that is written, and how long it is. */
  file: string;
  bytes: number;
}

/** An order under way, in this process or another. */
export interface OpenOrder {
  id: string;
  /** Milliseconds since 1970. */
  begunAt: number;
  /** What was ordered, as JSON. */
  event: string;
}

export const HEAD_FILE = 'head.db';

const TABLES = `
  CREATE TABLE IF NOT EXISTS head (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    sequence INTEGER NOT NULL, hash TEXT NOT NULL, file TEXT NOT NULL, bytes INTEGER NOT NULL
  );
  CREATE TABLE IF NOT EXISTS settings (key TEXT PRIMARY KEY, value TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS receivers (url TEXT PRIMARY KEY, sequence INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS orders (id TEXT PRIMARY KEY, begun_at INTEGER NOT NULL, event TEXT NOT NULL);
`;

/** Another process holds the trail for a few milliseconds at a time. */
const PATIENCE_MS = 30_000;
const ASK_AGAIN_MS = 20;

/**
 * A small SQLite file beside the trail: whose turn it is to write, how far the trail reaches, and which orders are
 * open. The operating system lets go of its lock when a process dies, however it dies.
 */
export class HeadStore {
  readonly #connection: Libsql.Database;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(connection: Libsql.Database) {
    this.#connection = connection;
  }

  /** Throws SQLite's own error. */
  static open(file: string, { readonly = false } = {}): HeadStore {
    const connection = new Libsql(file, { readonly, timeout: readonly ? PATIENCE_MS : 0 });
    const store = new HeadStore(connection);
    if (readonly) connection.pragma('query_only = ON');
    return store;
  }

  /**
   * Runs a piece of work while nobody else writes, in this process or another. What it set is kept only if it comes to
   * its end.
   */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(() => this.#transact(work));
    this.#turn = mine.catch(() => {});
    return mine;
  }

  async #transact<T>(work: () => Promise<T>): Promise<T> {
    await this.#begin();
    try {
      this.#connection.exec(TABLES);
      const result = await work();
      this.#connection.exec('COMMIT');
      return result;
    } catch (error) {
      if (this.#connection.inTransaction) this.#connection.exec('ROLLBACK');
      throw error;
    }
  }

  /** Without holding up this process: SQLite itself would wait with all its threads' work. */
  async #begin(): Promise<void> {
    const until = performance.now() + PATIENCE_MS;
    for (;;) {
      try {
        // Not IMMEDIATE: others that ask for their turn would then make COMMIT fail.
        this.#connection.exec('BEGIN EXCLUSIVE');
        return;
      } catch (error) {
        const isBusy = String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY');
        if (!isBusy || performance.now() > until) throw error;
      }
      await sleep(ASK_AGAIN_MS);
    }
  }

  get head(): Head | undefined {
    return this.#connection.prepare('SELECT sequence, hash, file, bytes FROM head').get() as Head | undefined;
  }

  set head(head: Head) {
    this.#connection
      .prepare('INSERT OR REPLACE INTO head (id, sequence, hash, file, bytes) VALUES (1, ?, ?, ?, ?)')
      .run([head.sequence, head.hash, head.file, head.bytes]);
  }

  /** The settings that the last writer had, by key. */
  get settings(): Map<string, string> {
    const rows = this.#connection.prepare('SELECT key, value FROM settings').all() as {
      key: string;
      value: string;
    }[];
    return new Map(rows.map(({ key, value }) => [key, value]));
  }

  set settings(settings: ReadonlyMap<string, string>) {
    this.#connection.exec('DELETE FROM settings');
    const insert = this.#connection.prepare('INSERT INTO settings (key, value) VALUES (?, ?)');
    for (const [key, value] of settings) insert.run([key, value]);
  }

  /** Orders that have a beginning in the trail and no end yet, the earliest first. */
  get orders(): OpenOrder[] {
    const sql = 'SELECT id, begun_at AS begunAt, event FROM orders ORDER BY begun_at, id';
    return this.#connection.prepare(sql).all() as OpenOrder[];
  }

  noteOrder({ id, begunAt, event }: OpenOrder): void {
    this.#connection
      .prepare('INSERT INTO orders (id, begun_at, event) VALUES (?, ?, ?)')
      .run([id, begunAt, event]);
  }

  forgetOrder(id: string): void {
    this.#connection.prepare('DELETE FROM orders WHERE id = ?').run([id]);
  }

  /** The last line that a receiver was given; 0 where it was given none. */
  sentTo(url: string): number {
    const row = this.#connection.prepare('SELECT sequence FROM receivers WHERE url = ?').get([url]);
    return (row as { sequence: number } | undefined)?.sequence ?? 0;
  }

  noteSent(url: string, sequence: number): void {
    this.#connection
      .prepare('INSERT OR REPLACE INTO receivers (url, sequence) VALUES (?, ?)')
      .run([url, sequence]);
  }

  close(): void {
    this.#connection.close();
  }
}
