import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { openLedger } from '../../src/ledger/index.js';
import { at, clock, EXAM, on } from '../ledger/exams.js';
import { type PostgresServer, postgresServer, requirePostgres } from '../ledger/postgresServer.js';
import { mamori, mamoriHere } from '../mamori.js';
import { smallBundle } from '../model/bundles.js';
import { scratchFolder } from '../scratch.js';

describe('mamori with a ledger on a server', () => {
  let server: PostgresServer;
  let url: string;
  let config: string;

  before(async function () {
    requirePostgres(this);
    server = await postgresServer();
  });
  beforeEach(async () => {
    url = await server.makeDatabase();
    const folder = scratchFolder('cli-server');
    config = join(folder, 'mamori.yaml');
    const { directory } = await smallBundle();
    writeFileSync(join(folder, 'password'), `${server.password}\n`);
    const database = new URL(url).pathname;
    writeFileSync(
      config,
      `pacs: { url: "http://127.0.0.1:9/" }
model: { bundle: ${JSON.stringify(directory)}, device: cpu }
ledger:
  url: "postgres://mamori@localhost:${server.port}${database}?sslmode=verify-full"
  password: { file: password }
  tls: { ca: ${JSON.stringify(server.ca)} }
admin: { listen: off }
`,
    );
  });
  afterEach(() => server.dropDatabase(url));

  const told = (...args: string[]) => mamoriHere(...args, '-c', config);

  it('shows, retries and adopts what is in it', async () => {
    const ledger = await openLedger(url, clock);
    const model = { modelName: 'm', modelVersion: '1', settingsDigest: 'd' };
    await on(0, ledger).observe({ ...EXAM, ...model }, { fingerprint: 'x' });
    const claim = await ledger.claim({ ...EXAM, ...model }, 'w', 60_000);
    await ledger.giveUp(claim!, { code: 'pacs-unreachable', reason: 'The PACS does not answer.' });
    expect(await ledger.now()).to.deep.equal(at(0));
    await ledger.disconnect();

    const before = await told('status', '--json');
    expect(before.code, before.err).to.equal(3);
    expect(JSON.parse(before.out).counts).to.include({ 'not-processed': 1 });
    expect((await told('retry')).out).to.match(/^1 exam is left: of another version .* mamori reprocess\.$/m);
    expect(JSON.parse((await told('status', '--json')).out).counts).to.include({ 'not-processed': 1 });
    const adopted = await told('adopt', '--json');
    expect(adopted.code, adopted.err).to.equal(0);
    expect(JSON.parse(adopted.out)).to.include({ adopted: 0 });
  });

  it('is examined by the doctor', async () => {
    const none = await mamori('doctor', '-c', config);
    expect(none.out)
      .to.match(/^ok +ledger +not there yet/m)
      .and.match(/^skipped +disk /m);
    await (await openLedger(url)).disconnect();
    expect((await mamori('doctor', '-c', config)).out).to.match(/^ok +ledger +can be read/m);
  });

  it('says what is missing, with 2 for wrong settings, and never a password', async () => {
    const missing = await told('status');
    expect(missing).to.include({ code: 2 });
    expect(missing.err).to.match(/There is no ledger in that database/);
    writeFileSync(join(config, '..', 'password'), 'hunter2\n');
    const denied = await told('status');
    expect(denied).to.include({ code: 2 });
    expect(denied.err)
      .to.match(/does not let this user in/)
      .and.not.match(/hunter2/);
  });
});
