import pg from 'pg';
import { LedgerError, ledgerClosed } from '../errors.js';
import { patiently } from './patience.js';
import { positional } from './positional.js';
import type { ServerAddress } from './serverAddress.js';
import { isConnectionLost } from './serverErrors.js';
import { TABLES } from './tables.js';

/** A transaction under way. */
export interface Transaction {
  /** Milliseconds since 1970 by the server's clock, when it began. */
  now: number;
  /** The work is run again: the answer to its first run was lost, and with it whether that was committed. */
  again: boolean;
  /** Every row that a statement answers, `RETURNING` included. Values stand in it as `:name`. */
  rows<Row>(sql: string, bindings?: object): Promise<Row[]>;
  row<Row>(sql: string, bindings?: object): Promise<Row | undefined>;
  /** Runs a statement; answers how many rows it changed. */
  run(sql: string, bindings?: object): Promise<number>;
}

/**
 * What this process's connections are called: whoever brings the tables up to date sees by it whether processes of an
 * earlier version still use them. Those of versions up to table 6 are called `mamori` alone.
 */
export const APPLICATION = `mamori ${TABLES.length}`;

/** Connections of one process: its workers, their signs of life, the status page. */
const MOST_CONNECTIONS = 5;

/**
 * For this transaction alone, as a pool in between may hand the connection on: what a process that stands still or is
 * cut off holds is free again soon, and what is committed holds after a power cut, whatever the server's default is.
 */
const OWN_SETTINGS = /* sql */ `
  SET LOCAL lock_timeout = '10s';
  SET LOCAL statement_timeout = '60s';
  SET LOCAL idle_in_transaction_session_timeout = '30s';
  SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now,
         (SELECT max(version) FROM mamori.migrations) AS version,
         set_config('synchronous_commit', CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on'
                    ELSE current_setting('synchronous_commit') END, true)`;

/** Whole numbers of 64 bits: times and ids, which JavaScript's numbers hold exactly. */
const INT8 = 20;

const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === INT8 && format !== 'binary' ? Number : pg.types.getTypeParser(oid, format as 'text'),
} as pg.CustomTypesConfig;

/** A PostgreSQL server with the ledger's tables. */
export class Server {
  readonly text: string;
  readonly #pool: pg.Pool;
  readonly #patienceMs: number;
  #closed = false;

  /** @param patienceMs how long a lost connection is waited for */
  constructor({ config, text }: ServerAddress, patienceMs: number) {
    this.text = text;
    this.#patienceMs = patienceMs;
    this.#pool = new pg.Pool({
      ...config,
      types,
      max: MOST_CONNECTIONS,
      // One stays: a process that waits for new exams is seen by those that would change the tables.
      min: 1,
      application_name: APPLICATION,
      connectionTimeoutMillis: 10_000,
      idleTimeoutMillis: 60_000,
      // As a file does: an open ledger alone keeps no process running.
      allowExitOnIdle: true,
      query_timeout: 90_000,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
    });
    // A connection that ends while nobody uses it is replaced; one in use tells whoever uses it.
    this.#pool.on('error', () => {});
    this.#pool.on('connect', (client) => client.on('error', () => {}));
  }

  /**
   * Runs the work as one transaction: all of it or nothing. It is run again from its start while trouble may pass.
   *
   * @throws LedgerError `ledger-unreachable` and the like; what the work throws
   */
  async transact<T>(work: (transaction: Transaction) => Promise<T>, access = 'READ WRITE'): Promise<T> {
    const run = (again: boolean) =>
      this.connected(async (client) => {
        const results = await client.query(`BEGIN ${access};${OWN_SETTINGS}`);
        const { now, version } = (results as unknown as pg.QueryResult[]).at(-1)!.rows[0];
        if (version > TABLES.length) throw isNewer(this.text);
        const result = await work(transactionOn(client, now, again));
        await client.query('COMMIT');
        return result;
      });
    const { text: server } = this;
    return patiently(run, { patienceMs: this.#patienceMs, server, isClosed: () => this.#closed });
  }

  /** The same for work that only looks. */
  async look<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.transact(work, 'READ ONLY');
  }

  /** One connection, without waiting for it. What is left open on it after an error is rolled back. */
  async connected<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    if (this.#closed) throw ledgerClosed(`in ${this.text}`);
    const client = await this.#pool.connect();
    let unusable = false;
    try {
      return await work(client);
    } catch (error) {
      unusable = isConnectionLost(error) || !(await rolledBack(client));
      throw error;
    } finally {
      client.release(unusable);
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#pool.end();
  }
}

function transactionOn(client: pg.PoolClient, now: number, again: boolean): Transaction {
  const query = (sql: string, bindings: object = {}) => client.query(positional(sql, bindings));
  const rows = async <Row>(sql: string, bindings?: object) => (await query(sql, bindings)).rows as Row[];
  return {
    now,
    again,
    rows,
    row: async <Row>(sql: string, bindings?: object) => (await rows<Row>(sql, bindings))[0],
    run: async (sql, bindings) => (await query(sql, bindings)).rowCount ?? 0,
  };
}

async function rolledBack(client: pg.PoolClient): Promise<boolean> {
  return client.query('ROLLBACK').then(
    () => true,
    () => false,
  );
}

export function isNewer(server: string): LedgerError {
  return new LedgerError('ledger-newer', `A later version of Mamori has changed the ledger in ${server}.`, {
    remedy: 'Install that version on this machine, too.',
  });
}
