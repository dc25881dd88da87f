import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from '../freePort.js';
import { selfSigned } from '../pacs/certificates.js';
import { isInstalled, PARTS_ARE_HIDDEN, skipped } from '../parts.js';
import { scratchFolder } from '../scratch.js';

const VERSIONS = '/usr/lib/postgresql';
const START_MS = 30_000;

/** A PostgreSQL server of its own: empty, on loopback and a Unix socket, gone without a trace after the tests. */
export interface PostgresServer {
  port: number;
  /** Of the user that must give it over TCP, where TLS is offered, too. */
  password: string;
  /** The certificate that vouches for the server under the names localhost and 127.0.0.1. */
  ca: string;
  /** An empty database for one test, by its URL over the Unix socket, where nobody asks for a password. */
  makeDatabase(): Promise<string>;
  dropDatabase(url: string): Promise<void>;
  /** Runs statements as the server's administrator. */
  ask<Row>(sql: string | pg.QueryConfig, url?: string): Promise<Row[]>;
  /** Cuts every connection to a database. */
  cut(url: string): Promise<void>;
  /** Ends it as a power failure would. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** Whether anybody is connected to a database, and whether it holds or is set to more than a new one but the ledger. */
const WHAT_IS_LEFT = `
  SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()) AS used,
         EXISTS (SELECT FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
                 WHERE nspname <> 'mamori' AND nspname <> 'information_schema' AND NOT starts_with(nspname, 'pg_'))
      OR EXISTS (SELECT FROM pg_db_role_setting JOIN pg_database d ON d.oid = setdatabase
                 WHERE datname = current_database()) AS other`;

let shared: Promise<PostgresServer> | undefined;

/** Skips the suite visibly where PostgreSQL is missing, and fails it under CI. */
export function requirePostgres(test: Mocha.Context): void {
  const reason = postgresMissing();
  if (reason !== undefined) skipped(test, reason);
}

/** Why PostgreSQL cannot be started here; undefined where it can. */
export function postgresMissing(): string | undefined {
  return programs() === undefined ? 'PostgreSQL is not installed (apt-get install postgresql)' : undefined;
}

/** The one server of a process, whichever tests it runs. It ends with the process. */
export function postgresServer(): Promise<PostgresServer> {
  shared ??= startPostgres();
  return shared;
}

/** No server outlives the tests, whatever becomes of them. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const server of running) server.kill('SIGQUIT');
});

function programs(): string | undefined {
  if (PARTS_ARE_HIDDEN || !existsSync(VERSIONS)) return undefined;
  const folders = readdirSync(VERSIONS).map((version) => join(VERSIONS, version, 'bin'));
  return folders.find((folder) => isInstalled(join(folder, 'initdb')));
}

async function startPostgres(): Promise<PostgresServer> {
  const bin = programs()!;
  const folder = scratchFolder('postgres');
  const data = join(folder, 'data');
  const account = unprivileged();
  const password = 'pa:ss wörd/%';
  const { certFile, keyFile } = selfSigned(folder, 'server');
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, password);
  mkdirSync(data);
  if (account !== undefined)
    for (const file of [folder, data, keyFile, certFile, passwordFile])
      chownSync(file, account.uid, account.gid);
  const as = { ...account, cwd: folder, env: { ...process.env, LC_ALL: 'C' } };
  const access = ['--auth-local=trust', '--auth-host=scram-sha-256', `--pwfile=${passwordFile}`];
  execFileSync(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'mamori', '-E', 'UTF8', '--no-sync', '--no-instructions', ...access],
    { ...as, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const port = await freePort();
  const log = join(folder, 'server.log');
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: folder,
    ssl: 'on',
    ssl_cert_file: certFile,
    ssl_key_file: keyFile,
    // The machine does not fail while tests run; the server does, and that loses nothing.
    fsync: 'off',
    full_page_writes: 'off',
    shared_buffers: '32MB',
    max_connections: 100,
    log_min_messages: 'fatal',
  };
  writeFileSync(
    join(data, 'postgresql.auto.conf'),
    Object.entries(settings)
      .map(([key, value]) => `${key} = '${value}'\n`)
      .join(''),
  );
  const control = (...args: string[]) =>
    execFileSync(join(bin, 'pg_ctl'), ['-D', data, '-l', log, '-s', '-w', ...args], {
      ...as,
      stdio: 'ignore',
    });
  const urlOf = (database: string) =>
    `postgres://mamori@/${database}?host=${encodeURIComponent(folder)}`.replace('@/', `@x:${port}/`);

  const start = async () => {
    // Not by pg_ctl, whose server would outlive tests that are killed.
    const server = spawn(join(bin, 'postgres'), ['-D', data], { ...as, stdio: 'ignore' });
    server.unref();
    running.add(server);
    server.once('exit', () => running.delete(server));
    for (const until = Date.now() + START_MS; ; await sleep(50)) {
      const answer = await ask('SELECT 1').catch((error: Error) => error);
      if (!(answer instanceof Error)) return;
      if (Date.now() > until)
        throw new Error(`PostgreSQL does not start: ${answer.message}\n${logText(log)}`);
    }
  };
  const ask = async <Row>(sql: string | pg.QueryConfig, url = urlOf('postgres')): Promise<Row[]> => {
    const database = new URL(url).pathname.slice(1);
    const client = new pg.Client({ host: folder, port, user: 'mamori', database });
    client.on('error', () => {});
    await client.connect();
    try {
      return (await client.query(sql)).rows as Row[];
    } finally {
      await client.end();
    }
  };
  /** Removes the ledger. False where somebody still uses the database, or something else was put into it. */
  const isEmptied = async (url: string): Promise<boolean> => {
    // A connection that was ended just now may take a moment to go.
    for (let tries = 0; ; tries++) {
      const [row] = await ask<{ used: boolean; other: boolean }>(WHAT_IS_LEFT, url);
      if (row!.other || (row!.used && tries === 5)) return false;
      if (!row!.used) break;
      await sleep(10);
    }
    await ask('DROP SCHEMA IF EXISTS mamori CASCADE', url);
    return true;
  };
  let made = 0;
  /** Databases that tests have left as empty as new ones: making one takes longer than most tests. */
  const empty: string[] = [];
  const server: PostgresServer = {
    port,
    password,
    ca: certFile,
    ask,
    makeDatabase: async () => {
      const again = empty.pop();
      if (again !== undefined) return again;
      const name = `ledger_${process.pid}_${++made}`;
      await ask(`CREATE DATABASE ${name} STRATEGY file_copy`);
      return urlOf(name);
    },
    dropDatabase: async (url) => {
      if (await isEmptied(url)) empty.push(url);
      else await ask(`DROP DATABASE ${new URL(url).pathname.slice(1)} WITH (FORCE)`);
    },
    cut: async (url) => {
      const database = new URL(url).pathname.slice(1);
      await ask(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database}'`);
    },
    stop: async () => {
      control('stop', '-m', 'immediate');
    },
    start,
  };
  await start();
  return server;
}

/** PostgreSQL refuses to run as root. */
function unprivileged(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const [, , uid, gid] = (accounts.find(([name]) => name === 'postgres') ??
    accounts.find(([name]) => name === 'nobody'))!;
  return { uid: Number(uid), gid: Number(gid) };
}

function logText(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
