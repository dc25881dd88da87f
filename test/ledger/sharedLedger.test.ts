import { once } from 'node:events';
import {
  type AddressInfo,
  createServer,
  connect as dial,
  type Server as Listener,
  type Socket,
} from 'node:net';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { shareWork } from '../../proof/index.js';
import { type Ledger, LedgerError, openExistingLedger, openLedger } from '../../src/ledger/index.js';
import { TABLES } from '../../src/ledger/postgres/tables.js';
import { TEST_SEED } from '../seeds.js';
import { EXAM, objects } from './exams.js';
import { type PostgresServer, postgresServer, requirePostgres } from './postgresServer.js';

const uids = objects().map(({ sopInstanceUID }) => sopInstanceUID);

describe('a ledger that several machines share', function () {
  this.timeout(120_000);
  let server: PostgresServer;
  let url: string;
  const open: Ledger[] = [];
  const opened = async (place: Parameters<typeof openLedger>[0] = url): Promise<Ledger> => {
    const ledger = await openLedger(place);
    open.push(ledger);
    return ledger;
  };

  before(async function () {
    requirePostgres(this);
    server = await postgresServer();
  });
  beforeEach(async () => {
    url = await server.makeDatabase();
  });
  afterEach(async () => {
    for (const ledger of open.splice(0)) await ledger.disconnect();
    await server.dropDatabase(url);
  });

  const errorOf = (work: Promise<unknown>): Promise<LedgerError | undefined> =>
    work.then(
      () => undefined,
      (error: LedgerError) => error,
    );
  const refused = async (work: Promise<unknown>, code: string): Promise<void> => {
    const error = await errorOf(work);
    expect(error, `expected ${code}`).instanceOf(LedgerError).with.property('code', code);
  };
  const count = async (table: string) =>
    Number((await server.ask<{ n: string }>(`SELECT COUNT(*) AS n FROM mamori.${table}`, url))[0]!.n);
  /** Over TCP, as a hospital reaches it. */
  const overTcp = (query: string, host = 'localhost', port = server.port) =>
    `postgres://mamori@${host}:${port}${new URL(url).pathname}${query}`;

  describe('with workers that are killed, cut off, and a server that fails', () => {
    it('has each exam done once, and only once', async () => {
      const seed = TEST_SEED;
      console.log(`      seed ${seed}`);
      const report = await shareWork({ server, url, seed, exams: 24, workers: 3, troubles: 16, workMs: 20 });
      expect(report.broken).to.deep.equal([]);
      // What a process had written when it was killed and not named yet goes with the first start an hour later.
      await server.ask('UPDATE mamori.kept_bytes SET stored_at = stored_at - 7200000', url);
      await opened();
      expect(await count('byte_pieces')).to.equal(0);
    });
  });

  describe('where a connection is lost', () => {
    it('after any answer, takes the exam the whole way all the same, with one claim and one set', async () => {
      // All that the server says goes through here, and what it says at one moment is lost with the connection.
      const relay = new CuttingRelay(server.port);
      await relay.listen();
      const place = { url: overTcp('?sslmode=disable', '127.0.0.1', relay.port), password: server.password };
      try {
        let cut = 1;
        for (; cut < 400; cut++) {
          const exam = { ...EXAM, studyInstanceUID: `2.25.${cut}` };
          const ledger = await openLedger(place);
          await ledger.now();
          relay.cutAt(cut);
          await ledger.observe(exam, { fingerprint: 'x', studyDate: '20260101' });
          await ledger.due(exam, 'x', await ledger.now());
          const turn = { worker: 'w', leaseMs: 60_000, among: 'due' as const, dueBy: await ledger.now() };
          const claim = (await ledger.claimNext(EXAM, turn))!;
          expect(claim, `cut at ${cut}`).to.deep.include({ exam, attempt: 1, number: 1 });
          await ledger.renew(claim, 60_000);
          const made = objects().map((object) => ({
            ...object,
            sopInstanceUID: `${object.sopInstanceUID}.${cut}`,
          }));
          await ledger.keepObjects(claim, made, { kind: 'processed' });
          const kept = await ledger.objectsToDeliver(claim);
          expect(kept).to.have.lengthOf(3);
          for (const [index, object] of kept.entries())
            expect(Buffer.from(await object.bytes()).equals(made[index]!.bytes)).to.equal(true);
          const names = made.map(({ sopInstanceUID }) => sopInstanceUID);
          await ledger.sent(claim, names);
          await ledger.confirm(claim, names);
          expect(await ledger.close(claim)).to.equal('delivered');
          await ledger.disconnect();
          if (!relay.hasCut) break;
        }
        expect(cut).to.be.greaterThan(40).and.lessThan(400);
        console.log(`      cut after each of ${cut - 1} answers`);
        expect(await count('kept_bytes')).to.equal(0);
      } finally {
        await relay.close();
      }
    });

    it('waits for a server that restarts', async () => {
      const ledger = await opened();
      await server.stop();
      const looking = ledger.observe(EXAM, { fingerprint: 'x' });
      await sleep(500);
      await server.start();
      expect((await looking).change).to.equal('new');
    });

    it('says so by name at once, if it cannot be opened', async () => {
      const error = await errorOf(openLedger(overTcp('?sslmode=disable', '127.0.0.1', 1)));
      expect(error).to.have.property('code', 'ledger-unreachable');
      expect(error!.message).to.match(/127\.0\.0\.1:1, database/);
    });
  });

  describe('a worker that was thought dead', () => {
    it('cannot deliver or close any more, by the clock of the database', async () => {
      const [late, other] = [await opened(), await opened()];
      await late.observe(EXAM, { fingerprint: 'x' });
      const old = (await late.claim(EXAM, 'late', 200))!;
      await sleep(300);
      const turn = { worker: 'other', leaseMs: 60_000, among: 'left-behind' as const };
      const next = await other.claimNext(EXAM, { ...turn, dueBy: await other.now() });
      expect(next).to.include({ attempt: 2, number: old.number + 1 });
      await refused(late.keepObjects(old, objects(1), { kind: 'processed' }), 'ledger-claim-lost');
      await other.keepObjects(next!, objects(2), { kind: 'processed' });
      await refused(late.objectsToDeliver(old), 'ledger-claim-lost');
      await refused(late.sent(old, uids), 'ledger-claim-lost');
      await refused(late.confirm(old, uids), 'ledger-claim-lost');
      await refused(late.close(old), 'ledger-claim-lost');
      await refused(late.renew(old, 60_000), 'ledger-claim-lost');
      expect(await other.objectsToDeliver(next!)).to.have.lengthOf(3);
      expect(await count('kept_bytes')).to.equal(3);
    });
  });

  describe('a worker on another machine of the same name', () => {
    it('keeps its exam as long as its lease runs', async () => {
      const ledger = await opened();
      await ledger.observe(EXAM, { fingerprint: 'x' });
      await ledger.claim(EXAM, 'elsewhere', 60_000);
      const elsewhere = { host: hostname(), boot: 'another start', space: '', pid: 2 ** 22 + 1, started: '' };
      for (const owner of [elsewhere, { ...elsewhere, host: elsewhere.boot }]) {
        await server.ask(`UPDATE mamori.exams SET owner = '${JSON.stringify(owner)}'`, url);
        const turn = { worker: 'here', leaseMs: 60_000, among: 'left-behind' as const };
        expect(await ledger.claimNext(EXAM, { ...turn, dueBy: await ledger.now() })).to.equal(undefined);
      }
    });
  });

  describe('what one machine made', () => {
    it('another delivers byte for byte, however large', async () => {
      const [one, other] = [await opened(), await opened()];
      const large = objects().map((object, index) => {
        const bytes = new Uint8Array(index * 1024 * 1024 + index);
        for (let at = 0; at < bytes.length; at++) bytes[at] = (at * 31 + (at >> 11)) & 255;
        return { ...object, bytes };
      });
      await one.observe(EXAM, { fingerprint: 'x' });
      const claim = (await one.claim(EXAM, 'one', 100))!;
      await one.keepObjects(claim, large, { kind: 'processed' });
      await one.disconnect();
      await sleep(150);
      const next = (await other.claim(EXAM, 'other', 60_000))!;
      expect(next.objectsKept).to.equal(true);
      for (const [index, object] of (await other.objectsToDeliver(next)).entries())
        expect(Buffer.from(await object.bytes()).equals(large[index]!.bytes)).to.equal(true);
    });

    it('and nobody names any more is cleared away, once it is old', async () => {
      const ledger = await opened();
      const claim = await ledger
        .observe(EXAM, { fingerprint: 'x' })
        .then(() => ledger.claim(EXAM, 'w', 60_000));
      await ledger.keepObjects(claim!, objects(), { kind: 'processed' });
      await server.ask("INSERT INTO mamori.kept_bytes VALUES ('old', 1), ('young', 9e15)", url);
      await server.ask("UPDATE mamori.kept_bytes SET stored_at = 1 WHERE name <> 'young'", url);
      await opened();
      expect(await count('kept_bytes')).to.equal(4);
    });
  });

  describe('its tables', () => {
    it('that a later version has changed are left alone, also by a process that runs', async () => {
      const ledger = await opened();
      await server.ask('INSERT INTO mamori.migrations (version) VALUES (99)', url);
      await refused(ledger.observe(EXAM, { fingerprint: 'x' }), 'ledger-newer');
      await refused(openLedger(url), 'ledger-newer');
    });

    it('of an earlier version are brought up to date with all that they hold', async () => {
      await server.ask(
        `CREATE SCHEMA mamori;
         CREATE TABLE mamori.migrations (version integer PRIMARY KEY, at timestamptz DEFAULT now());
         ${TABLES.slice(0, 5).join('\n')}
         INSERT INTO mamori.migrations (version) SELECT generate_series(1, 5);
         INSERT INTO mamori.exams (study_instance_uid, model_name, model_version, settings_digest, state, fingerprint,
           first_seen_at, last_seen_at, changed_at, updated_at, outcome, closed_at, answer, answer_revision)
         VALUES ('2.25.1', 'ddsm-mass', '1.0.0', '0123456789abcdef', 'delivered', 'x', 1, 2, 3, 4, 'processed', 5,
           '{"state":"delivered","code":null,"reason":null,"restsOn":["2.25.8"]}', 1)`,
        url,
      );
      const ledger = await opened();
      const record = await ledger.find(EXAM);
      expect(record).to.deep.include({ state: 'delivered', answer: { state: 'delivered', revision: 1 } });
      // Which is not to be mistaken for an answer that there is none.
      expect(record!.shortAnswer).to.equal(undefined);
      expect((await ledger.observe(EXAM, { fingerprint: 'y' })).change).to.equal('reopened');
    });

    it('are not made by whoever only asks what was done', async () => {
      await refused(openExistingLedger(url), 'ledger-missing');
      const found = await server.ask("SELECT to_regnamespace('mamori') AS found", url);
      expect(found).to.deep.equal([{ found: null }]);
      await refused(openLedger(url.replace(/ledger_\w+/, 'no_such_database')), 'ledger-missing');
    });

    it('are not put into a schema of another program', async () => {
      await server.ask('CREATE SCHEMA mamori; CREATE TABLE mamori.patients (name text)', url);
      await refused(openLedger(url), 'ledger-foreign');
    });
  });

  describe('over the network', () => {
    it('is reached by TLS with a certificate that is checked, and with a password', async () => {
      const tls = { ca: server.ca };
      const ledger = await opened({ url: overTcp('?sslmode=verify-full'), password: server.password, tls });
      expect(await ledger.counts()).to.include({ waiting: 0 });
      const [found] = await server.ask<{ ssl: boolean }>(
        `SELECT bool_and(ssl) AS ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
         WHERE application_name LIKE 'mamori %' AND datname = current_database()`,
        url,
      );
      expect(found!.ssl).to.equal(true);
    });

    it('is not trusted without', async () => {
      const place = { url: overTcp('?sslmode=verify-full'), password: server.password };
      const error = await errorOf(openLedger(place));
      expect(error).to.have.property('code', 'ledger-untrusted');
      expect(error!.remedy).to.match(/ledger\.tls\.ca/);
    });

    it('lets nobody in with a wrong password, and tells neither that nor the right one', async () => {
      for (const password of ['wrong hunter2', undefined]) {
        const error = await errorOf(openLedger({ url: overTcp('?sslmode=disable'), password }));
        expect(error).to.have.property('code', 'ledger-denied');
        expect(`${error!.message} ${error!.remedy}`).not.to.match(/hunter2|wörd/);
      }
    });
  });
});

/** A way to the server that loses what it says at one moment, and the connection with it. */
class CuttingRelay {
  readonly #target: number;
  readonly #listener: Listener;
  readonly #sockets = new Set<Socket>();
  #left = Number.POSITIVE_INFINITY;

  constructor(target: number) {
    this.#target = target;
    this.#listener = createServer((client) => this.#join(client));
  }

  get port(): number {
    return (this.#listener.address() as AddressInfo).port;
  }

  get hasCut(): boolean {
    return this.#left <= 0;
  }

  async listen(): Promise<void> {
    this.#listener.listen(0, '127.0.0.1');
    await once(this.#listener, 'listening');
  }

  /** @param answers the last of so many, counted from now, is lost */
  cutAt(answers: number): void {
    this.#left = answers;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#listener.close();
  }

  #join(client: Socket): void {
    const upstream = dial(this.#target, '127.0.0.1');
    for (const socket of [client, upstream]) {
      this.#sockets.add(socket);
      socket.on('error', () => {}).on('close', () => this.#sockets.delete(socket));
    }
    client.on('data', (bytes) => upstream.write(bytes)).on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
    upstream.on('data', (bytes) => {
      if (this.#left-- === 1) client.destroy();
      else client.write(bytes);
    });
  }
}
