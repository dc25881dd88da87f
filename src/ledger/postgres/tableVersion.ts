import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { LedgerError } from '../errors.js';
import { IN_USE_PATIENCE_MS, inUse } from '../olderLedger.js';
import { APPLICATION, isNewer, type Server } from './ledgerServer.js';
import { TABLES } from './tables.js';

/** Any number, the same in every process: held by the one that makes or changes the tables. */
const MIGRATION_LOCK = 7_261_962_664;

/** The oldest whose statements are all there. */
const OLDEST_SERVER = 130_000;

/**
 * The version of the tables that are there; undefined where there are none.
 *
 * @throws LedgerError `ledger-foreign`, `ledger-newer`, `ledger-unsupported`
 */
export async function tableVersion(client: pg.PoolClient, server: string): Promise<number | undefined> {
  const sql = /* sql */ `
    SELECT current_setting('server_version_num')::integer AS server,
           to_regclass('mamori.migrations') IS NOT NULL AS ours,
           EXISTS (SELECT FROM pg_class WHERE relnamespace = to_regnamespace('mamori')) AS taken`;
  const [found] = (await client.query(sql)).rows as [{ server: number; ours: boolean; taken: boolean }];
  if (found.server < OLDEST_SERVER)
    throw new LedgerError('ledger-unsupported', `${server} is older than version 13.`, {
      remedy: 'Use a PostgreSQL that is still kept up.',
    });
  if (!found.ours && found.taken)
    throw new LedgerError('ledger-foreign', `The schema mamori in ${server} is another program's.`, {
      remedy: 'Nothing was written to it. Make a database for Mamori alone, and name it in ledger.url.',
    });
  if (!found.ours) return undefined;
  const { rows } = await client.query('SELECT max(version) AS version FROM mamori.migrations');
  const version = (rows[0].version as number | null) ?? 0;
  if (version > TABLES.length) throw isNewer(server);
  return version;
}

/**
 * Makes the tables, or brings them up to date: one process at a time, all steps or none, and only while no process of
 * an earlier version uses them. Commands, which come and go, are waited for.
 *
 * @throws LedgerError `ledger-in-use`, and as `tableVersion`
 */
export async function migrate(server: Server, patienceMs = IN_USE_PATIENCE_MS): Promise<void> {
  const until = performance.now() + patienceMs;
  for (;;) {
    try {
      return await server.connected((client) => migrateBy(client, server.text));
    } catch (error) {
      const isUsed = error instanceof LedgerError && error.code === 'ledger-in-use';
      if (!isUsed || performance.now() > until) throw error;
    }
    await sleep(ASK_AGAIN_MS);
  }
}

const ASK_AGAIN_MS = 250;

async function migrateBy(client: pg.PoolClient, server: string): Promise<void> {
  if ((await tableVersion(client, server)) === TABLES.length) return;
  await client.query("BEGIN; SET LOCAL lock_timeout = '60s'");
  await client.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
  const version = (await tableVersion(client, server)) ?? 0;
  if (version === 0)
    await client.query(`CREATE SCHEMA IF NOT EXISTS mamori;
      CREATE TABLE mamori.migrations (version integer PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())`);
  else if (version < TABLES.length) await refuseOlderProcesses(client, server);
  for (const [index, step] of [...TABLES.entries()].slice(version)) {
    await client.query(step);
    await client.query('INSERT INTO mamori.migrations (version) VALUES ($1)', [index + 1]);
  }
  await client.query('COMMIT');
}

/** They would stop in the middle of their work, with `ledger-newer`. */
async function refuseOlderProcesses(client: pg.PoolClient, server: string): Promise<void> {
  const sql = /* sql */ `
    SELECT count(*)::integer AS found FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
      AND application_name ~ '^mamori( [0-9]+)?$' AND application_name <> $1`;
  const [{ found }] = (await client.query(sql, [APPLICATION])).rows as [{ found: number }];
  if (found === 0) return;
  const others = `processes of that version use it (${found} connections)`;
  throw inUse(`The ledger in ${server}`, { others });
}
