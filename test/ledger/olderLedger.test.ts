import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import Libsql from 'libsql';
import pg from 'pg';
import {
  LedgerError,
  openExistingLedger,
  openExistingLedgerToRead,
  openLedger,
  openLedgerToRead,
} from '../../src/ledger/index.js';
import { TABLES } from '../../src/ledger/postgres/tables.js';
import { MIGRATIONS } from '../../src/ledger/sqlite/migrations.js';
import { EXAM } from './exams.js';
import { type PostgresServer, postgresServer, requirePostgres } from './postgresServer.js';

const COMING_AND_GOING = fileURLToPath(new URL('./comingAndGoing.js', import.meta.url));
const LIBSQL = import.meta.resolve('libsql');

const EARLIER = { file: MIGRATIONS.length - 1, server: TABLES.length - 1 };
const VALUES = `'2.25.1', 'ddsm-mass', '1.0.0', '0123456789abcdef', 'waiting', 'x', 1, 2, 3, 4`;
const AN_EXAM = `exams (study_instance_uid, model_name, model_version, settings_digest, state, fingerprint,
  first_seen_at, last_seen_at, changed_at, updated_at) VALUES (${VALUES})`;

async function refused(work: Promise<unknown>, code: string): Promise<LedgerError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error, `expected ${code}`).instanceOf(LedgerError).with.property('code', code);
  return error as LedgerError;
}

describe("a ledger of an earlier version's format", function () {
  this.timeout(60_000);

  describe('in a file', () => {
    let folder: string;
    let file: string;
    let url: string;
    const children: ChildProcess[] = [];

    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'older-'));
      file = join(folder, 'mamori.db');
      url = `sqlite:${file}`;
      const old = new Libsql(file);
      // By `exec` alone: the library lets go of a closed file only when its statements are collected.
      old.exec('PRAGMA journal_mode = WAL');
      for (const step of MIGRATIONS.slice(0, EARLIER.file)) old.exec(step);
      old.exec(`PRAGMA user_version = ${EARLIER.file}; INSERT INTO ${AN_EXAM}`);
      old.close();
    });
    afterEach(() => {
      for (const child of children.splice(0)) child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    });

    /** A service of that version, between two looks: it has the file open, and does nothing with it. */
    const olderService = async (): Promise<ChildProcess> => {
      const program = `const { default: Libsql } = await import(${JSON.stringify(LIBSQL)});
        const open = new Libsql(${JSON.stringify(file)});
        open.pragma('journal_mode = WAL');
        open.prepare('SELECT * FROM exams').all();
        console.log('open');
        setInterval(() => open.inTransaction, 1000);`;
      const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      children.push(child);
      await once(child.stdout!, 'data');
      return child;
    };
    const version = () => readFileSync(file).readInt32BE(60);

    it('stays as it is for whoever only looks', async () => {
      const before = readFileSync(file);
      await refused(openLedgerToRead(url), 'ledger-older');
      await refused(openExistingLedgerToRead(url), 'ledger-older');
      expect(readFileSync(file).equals(before)).to.equal(true);
      await refused(openExistingLedgerToRead(`sqlite:${join(folder, 'none.db')}`), 'ledger-missing');
    });

    it('stays as it is as long as a service of that version has it open, and says so', async () => {
      const service = await olderService();
      for (const open of [openLedger, openExistingLedger]) {
        const { message, remedy } = await refused(open(url), 'ledger-in-use');
        expect(message).to.contain(file);
        expect(remedy).to.match(/Stop the service of that version .* copy the ledger, then run this again/);
      }
      expect(version()).to.equal(EARLIER.file);
      service.kill('SIGKILL');
      await once(service, 'exit');
      const ledger = await openLedger(url);
      expect(await ledger.find(EXAM)).to.include({ state: 'waiting', fingerprint: 'x' });
      await ledger.disconnect();
      expect(version()).to.equal(MIGRATIONS.length);
    });

    it('is brought up to date once, by one of several processes that begin at the same time', async () => {
      // Odd numbers begin as a service does.
      const starting = ['1', '3', '5'].map((number) =>
        fork(COMING_AND_GOING, [url, number, '1'], { execArgv: ['--expose-gc'] }),
      );
      children.push(...starting);
      await Promise.all(starting.map((child) => once(child, 'message')));
      const ends = starting.map(async (child) => (await once(child, 'exit'))[0]);
      for (const child of starting) child.send('go');
      expect(await Promise.all(ends)).to.deep.equal([0, 0, 0]);
      const ledger = await openLedger(url);
      expect(await ledger.counts()).to.include({ waiting: 4 });
      await ledger.disconnect();
    });

    it('of a later version is refused, and nothing of it is changed', async () => {
      const later = new Libsql(file);
      later.exec('PRAGMA journal_mode = DELETE; PRAGMA user_version = 99');
      later.close();
      const before = readFileSync(file);
      await refused(openLedger(url), 'ledger-newer');
      await refused(openExistingLedgerToRead(url), 'ledger-newer');
      expect(readFileSync(file).equals(before)).to.equal(true);
    });
  });

  describe('on a server', () => {
    let server: PostgresServer;
    let url: string;

    before(async function () {
      requirePostgres(this);
      server = await postgresServer();
    });
    beforeEach(async () => {
      url = await server.makeDatabase();
      await server.ask(
        `CREATE SCHEMA mamori;
         CREATE TABLE mamori.migrations (version integer PRIMARY KEY, at timestamptz DEFAULT now());
         ${TABLES.slice(0, EARLIER.server).join('\n')}
         INSERT INTO mamori.migrations (version) SELECT generate_series(1, ${EARLIER.server});
         INSERT INTO mamori.${AN_EXAM}`,
        url,
      );
    });
    afterEach(async () => {
      await server.dropDatabase(url);
    });

    const version = async () => {
      const [row] = await server.ask<{ version: number }>(
        'SELECT max(version) AS version FROM mamori.migrations',
        url,
      );
      return row!.version;
    };
    const connected = async (application_name: string) => {
      const { hostname: _, port, pathname, searchParams } = new URL(url);
      const client = new pg.Client({
        ...{ host: searchParams.get('host')!, port: Number(port), user: 'mamori', application_name },
        database: pathname.slice(1),
      });
      await client.connect();
      return client;
    };

    it('stays as it is for whoever only looks', async () => {
      await refused(openLedgerToRead(url), 'ledger-older');
      await refused(openExistingLedgerToRead(url), 'ledger-older');
      expect(await version()).to.equal(EARLIER.server);
    });

    for (const name of ['mamori', `mamori ${EARLIER.server}`])
      it(`stays as it is as long as a process of that version is connected: ${name}`, async () => {
        const service = await connected(name);
        try {
          const { remedy } = await refused(openLedger(url), 'ledger-in-use');
          expect(remedy).to.match(/Stop the service of that version on every machine/);
          expect(await version()).to.equal(EARLIER.server);
        } finally {
          await service.end();
        }
        // Other programs, and processes of this version, are no reason.
        const others = [await connected('psql'), await connected(`mamori ${TABLES.length}`)];
        const ledger = await openLedger(url);
        expect(await ledger.find(EXAM)).to.include({ state: 'waiting', fingerprint: 'x' });
        await ledger.disconnect();
        for (const other of others) await other.end();
        expect(await version()).to.equal(TABLES.length);
      });

    it('shows which format the processes know that use it', async () => {
      const ledger = await openLedger(url);
      const found = await server.ask(
        `SELECT DISTINCT application_name FROM pg_stat_activity
         WHERE datname = current_database() AND application_name LIKE 'mamori%'`,
        url,
      );
      expect(found).to.deep.equal([{ application_name: `mamori ${TABLES.length}` }]);
      await ledger.disconnect();
    });
  });
});
