// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is what settings files hold
import { once } from 'node:events';
import { appendFileSync, chmodSync, chownSync, cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import Libsql from 'libsql';
import { startAdmin } from '../../../src/admin/index.js';
import { openLedger } from '../../../src/ledger/index.js';
import type { Bundle } from '../../../src/model/index.js';
import { examine } from '../../../src/service/index.js';
import { quietState } from '../../admin/quietState.js';
import { trailOf } from '../../audit/trails.js';
import { mountSmallDisk } from '../../fixtures/smallDisk.js';
import { smallBundle } from '../../model/bundles.js';
import { scratchFolder } from '../../scratch.js';
import { namesIn, resultOf, visit } from './surgery.js';

/** Where nothing listens: what lies on this machine is looked at all the same. */
const url = 'http://127.0.0.1:9/dicom-web';

describe('mamori doctor, on its own machine', () => {
  let bundle: Bundle;
  before(async () => {
    bundle = await smallBundle();
  });

  it('names what is wrong in the settings by line, and skips all the rest', async () => {
    const file = join(scratchFolder('doctor'), 'mamori.yaml');
    writeFileSync(
      file,
      'pacs:\n  url: http://pacs.example/\n  auth: { type: bearer, token: "${PACS_TOKEN}" }\npol: {}\n',
    );
    const results = await examine(file, { write: false, env: {} });
    const { state, says } = resultOf(results, 'settings');
    expect(state).to.equal('failure');
    expect(says).to.include('line 3').and.include('PACS_TOKEN');
    expect(says).to.include('line 4').and.include('did you mean poll');
    expect(resultOf(results, 'settings').remedy)
      .to.include('EnvironmentFile')
      .and.include('env_file')
      .and.include('export PACS_TOKEN=');
    expect(namesIn(results, 'skipped'), 'one line for all that could not be asked').to.deep.equal([
      'all others',
    ]);
  });

  it('is content with model, engine, disk and ledger that are as they should be', async () => {
    const results = await visit(bundle, { url });
    expect(namesIn(results, 'ok')).to.include.members(['settings', 'model', 'engine', 'disk', 'ledger']);
    expect(resultOf(results, 'engine').says).to.include('onnxruntime on cpu');
  });

  it('makes no ledger and leaves nothing behind', async () => {
    const folder = scratchFolder('doctor');
    chmodSync(folder, 0o700);
    await visit(bundle, { url, ledger: join(folder, 'mamori.db') });
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  it('finds a bundle that was changed, one that is not there, and one with terms of use', async () => {
    const folder = join(scratchFolder('doctor'), 'bundle');
    cpSync(bundle.directory, folder, { recursive: true });
    appendFileSync(join(folder, 'model.onnx'), ' ');
    const changed = await visit({ ...bundle, directory: folder }, { url });
    expect(resultOf(changed, 'model').says).to.include('SHA-256');
    expect(namesIn(changed, 'skipped')).to.include('engine');
    const gone = await visit({ ...bundle, directory: `${folder}-gone` }, { url });
    expect(resultOf(gone, 'model').state).to.equal('failure');
    const shipped = await visit(
      { ...bundle, directory: join(process.cwd(), 'models/breast-cancer') },
      { url },
    );
    expect(resultOf(shipped, 'model')).to.include({ state: 'warning' });
    expect(resultOf(shipped, 'model').says).to.match(/non-commercial/i);
  });

  it('finds an audit trail that was changed, that cannot be written, or that is sent to nobody', async () => {
    const folder = scratchFolder('doctor');
    const ledger = join(folder, 'mamori.db');
    expect(resultOf(await visit(bundle, { url, ledger }), 'audit').state).to.equal('ok');
    cpSync(await trailOf(3), `${ledger}-audit`, { recursive: true });
    expect(resultOf(await visit(bundle, { url, ledger }), 'audit').says).to.include('3 lines');
    appendFileSync(join(`${ledger}-audit`, 'audit-000000000001.log'), 'no line\n4 x\n');
    expect(resultOf(await visit(bundle, { url, ledger }), 'audit')).to.include({ state: 'warning' });
    const nowhere = await visit(bundle, { url, more: 'audit: { folder: /proc/nowhere/audit }\n' });
    expect(resultOf(nowhere, 'audit').state).to.equal('failure');
    const away = await visit(bundle, { url, more: 'audit: { syslog: { url: "tcp://127.0.0.1:9" } }\n' });
    expect(resultOf(away, 'audit').says).to.include('cannot be reached');
  });

  it('names a secret that the log would give away, without saying what it is', async () => {
    const pacs = '  auth: { type: basic, username: reader, password: delivered }';
    const weak = resultOf(await visit(bundle, { url, pacs }), 'secrets');
    expect(weak).to.include({ state: 'warning' });
    expect(weak.says).to.include('pacs.auth.password').and.not.include('delivered');
    const good = await visit(bundle, { url, pacs: pacs.replace('delivered', 'q8Rk0-mv2LxW7dTz') });
    expect(resultOf(good, 'secrets')).to.include({ state: 'ok' });
  });

  it('finds that a device is not there', async () => {
    const file = join(scratchFolder('doctor'), 'mamori.yaml');
    const model = JSON.stringify({ bundle: bundle.directory, engine: 'onnxruntime', device: 'cuda' });
    writeFileSync(file, `pacs: { url: "${url}" }\nmodel: ${model}\nadmin: { listen: off }\n`);
    const results = await examine(file, { write: false });
    expect(resultOf(results, 'engine')).to.include({ state: 'failure' });
    expect(resultOf(results, 'engine').remedy).to.be.a('string');
  });

  it('finds a folder for the ledger that is missing, or cannot be written', async () => {
    const missing = await visit(bundle, { url, ledger: join(scratchFolder('doctor'), 'no/mamori.db') });
    expect(resultOf(missing, 'disk').says).to.include('There is no folder');
    expect(resultOf(missing, 'ledger')).to.include({ state: 'failure' });
    expect(resultOf(missing, 'audit').remedy, 'not to give it to somebody').to.include('install -d');
    const locked = await visit(bundle, { url, ledger: '/proc/mamori.db' });
    expect(resultOf(locked, 'disk').says).to.include('cannot write into');
  });

  it('says to root that the folder is another account’s, and does not store as root', async function () {
    if (process.getuid?.() !== 0) this.skip();
    const folder = scratchFolder('doctor');
    chownSync(folder, 1, 1);
    const ledger = join(folder, 'mamori.db');
    const results = await visit(bundle, { url, ledger, write: true });
    expect(resultOf(results, 'disk')).to.include({ state: 'warning' });
    expect(resultOf(results, 'disk').remedy).to.include('runuser -u daemon -- mamori doctor');
    expect(namesIn(results, 'skipped')).to.include.members(['audit', 'store']);
    chmodSync(folder, 0o755);
    expect(resultOf(await visit(bundle, { url, ledger }), 'disk').state, 'such as a clone').to.equal('ok');
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  it('finds a folder into which every account can write, and results on their way that all can see', async () => {
    const folder = scratchFolder('doctor');
    const ledger = join(folder, 'mamori.db');
    chmodSync(folder, 0o777);
    const open = resultOf(await visit(bundle, { url, ledger }), 'disk');
    expect(open).to.include({ state: 'warning' });
    expect(open.remedy)
      .to.include('ledger.url: sqlite:/var/lib/mamori/mamori.db')
      .and.include(`chmod 700 ${folder}`);
    // Such as the folder of a clone, with the settings in it.
    chmodSync(folder, 0o755);
    expect(resultOf(await visit(bundle, { url, ledger }), 'disk').state).to.equal('ok');
    mkdirSync(`${ledger}-objects`);
    chmodSync(`${ledger}-objects`, 0o755);
    const seen = resultOf(await visit(bundle, { url, ledger }), 'disk');
    expect(seen).to.include({ state: 'warning' });
    expect(seen.says).to.include('results on their way');
  });

  it('finds a disk with little room, and one that may only be read', async function () {
    const disk = mountSmallDisk(join(scratchFolder('doctor'), 'disk'), 2000, this);
    const ledger = join(disk.folder, 'mamori.db');
    try {
      const small = resultOf(await visit(bundle, { url, ledger }), 'disk');
      expect(small).to.include({ state: 'failure' });
      expect(small.remedy).to.include('room');
      const ledgerLine = resultOf(await visit(bundle, { url, ledger }), 'ledger');
      expect(ledgerLine, 'no line may say that all is well with it').to.include({ state: 'failure' });
      expect(ledgerLine.says).to.include('cannot be written');
      disk.makeReadOnly();
      expect(resultOf(await visit(bundle, { url, ledger }), 'disk').says).to.include('EROFS');
    } finally {
      disk.unmount();
    }
  });

  it('finds a ledger that is none, is of another program, or is of a later version', async () => {
    const folder = scratchFolder('doctor');
    const at = (name: string) => join(folder, name);
    writeFileSync(at('text.db'), 'this is no database, and long enough to be sure of it\n'.repeat(50));
    const foreign = new Libsql(at('foreign.db'));
    foreign.exec('CREATE TABLE invoices (id INTEGER)');
    foreign.close();
    await (await openLedger(`sqlite:${at('later.db')}`)).disconnect();
    const later = new Libsql(at('later.db'));
    later.exec('PRAGMA user_version = 999');
    later.close();
    for (const [name, says] of [
      ['text.db', /cannot be used/],
      ['foreign.db', /another program|other program/],
      ['later.db', /later version/],
    ] as const) {
      const results = await visit(bundle, { url, ledger: at(name) });
      expect(resultOf(results, 'ledger')).to.include({ state: 'failure' });
      expect(resultOf(results, 'ledger').says).to.match(says);
      expect(resultOf(results, 'ledger').remedy).to.be.a('string');
    }
    const refused = await openLedger(`sqlite:${at('foreign.db')}`).catch((error) => error);
    expect(refused).to.include({ code: 'ledger-foreign' });
  });

  it('takes a ledger that is in use', async () => {
    const folder = scratchFolder('doctor');
    mkdirSync(join(folder, 'home'), { mode: 0o700 });
    const file = join(folder, 'home', 'mamori.db');
    const ledger = await openLedger(`sqlite:${file}`);
    try {
      expect(resultOf(await visit(bundle, { url, ledger: file }), 'ledger')).to.include({ state: 'ok' });
    } finally {
      await ledger.disconnect();
    }
  });

  it('finds a status page whose port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const file = join(scratchFolder('doctor'), 'mamori.yaml');
    const settings = {
      pacs: { url },
      model: { bundle: bundle.directory },
      admin: { listen: `127.0.0.1:${port}` },
    };
    writeFileSync(file, JSON.stringify(settings));
    const taken = resultOf(await examine(file, { write: false }), 'status-page');
    expect(taken).to.include({ state: 'warning' });
    expect(taken.remedy, 'the likeliest first').to.match(/^If the service runs already.*admin\.listen/);
    server.close();
  });

  it('takes the port of the status page for its own where a Mamori answers there', async () => {
    const desk = {} as never;
    const admin = await startAdmin({ listen: { host: '127.0.0.1', port: 0 }, desk }, async () =>
      quietState(),
    );
    try {
      const file = join(scratchFolder('doctor'), 'mamori.yaml');
      const listen = `127.0.0.1:${new URL(admin.url).port}`;
      const model = { bundle: bundle.directory };
      writeFileSync(file, JSON.stringify({ pacs: { url }, model, admin: { listen } }));
      const found = resultOf(await examine(file, { write: false }), 'status-page');
      expect(found).to.include({ state: 'ok' });
      expect(found.says).to.include('a Mamori that runs');
    } finally {
      await admin.close();
    }
  });

  it('says of what an earlier failure hides which failure that is', async () => {
    const results = await visit({ ...bundle, directory: `${bundle.directory}-gone` }, { url });
    expect(resultOf(results, 'engine').says).to.equal('means nothing before model is ok');
    expect(resultOf(results, 'retrieve').says).to.match(/means nothing before \w+ is ok/);
  });
});
