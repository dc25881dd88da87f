import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import Libsql from 'libsql';
import { startAdmin } from '../../src/admin/index.js';
import { openLedger } from '../../src/ledger/index.js';
import { MIGRATIONS } from '../../src/ledger/sqlite/migrations.js';
import { hashPassword } from '../../src/passwordHash.js';
import { STATES } from '../admin/states.js';
import { answerOf } from '../ledger/exams.js';
import { MAIN, mamoriHere } from '../mamori.js';
import { selfSigned } from '../pacs/certificates.js';
import { isInstalled, needs } from '../parts.js';
import { scratchFolder } from '../scratch.js';

/** Of util-linux: runs a command at a terminal. */
const SCRIPT = '/usr/bin/script';

describe('mamori status', () => {
  const folder = scratchFolder('cli');
  const config = join(folder, 'mamori.yaml');
  const settings = (admin: string) =>
    writeFileSync(
      config,
      `pacs: { url: "http://127.0.0.1:9/" }\nledger: { url: "sqlite:l.db" }\nadmin: ${admin}\n`,
    );

  before(async () => {
    const ledger = await openLedger(`sqlite:${join(folder, 'l.db')}`);
    const exam = { studyInstanceUID: '2.25.1', modelName: 'm', modelVersion: '1', settingsDigest: 'd' };
    const object = {
      kind: 'tid1500' as const,
      sopClassUID: '1',
      seriesInstanceUID: '2',
      sopInstanceUID: '3',
    };
    await ledger.observe(exam, { fingerprint: 'x' });
    const claim = (await ledger.claim(exam, 'w', 60_000))!;
    const lacking = { code: 'images-missing', reason: 'The answer rests on 3 of 4 images.' };
    await ledger.keepObjects(claim, [{ ...object, bytes: new Uint8Array(9) }], {
      kind: 'partial',
      ...lacking,
      restsOn: [],
      shortAnswer: answerOf(12),
    });
    await ledger.confirm(claim, ['3']);
    await ledger.close(claim);
    const empty = { ...exam, studyInstanceUID: '2.25.2' };
    await ledger.observe(empty, { fingerprint: 'x' });
    const right = { code: 'no-mammogram', reason: 'The study holds no mammogram.' };
    await ledger.giveUp((await ledger.claim(empty, 'w', 60_000))!, right);
    await ledger.disconnect();
  });

  it('leaves a ledger of an earlier version as it is, as does all that only looks', async () => {
    const old = new Libsql(join(folder, 'older.db'));
    old.exec('PRAGMA journal_mode = WAL');
    for (const step of MIGRATIONS.slice(0, -1)) old.exec(step);
    old.exec(`PRAGMA user_version = ${MIGRATIONS.length - 1}`);
    old.close();
    const before = readFileSync(join(folder, 'older.db'));
    const older = join(folder, 'older.yaml');
    writeFileSync(older, 'pacs: { url: "http://127.0.0.1:9/" }\nledger: { url: "sqlite:older.db" }\n');
    for (const [command, ...others] of [
      ['status'],
      ['support-bundle', '2.25.1', '--out', join(folder, 'bundle.tar')],
      ['reprocess', '2.25.1', '--dry-run'],
    ]) {
      const { code, err } = await mamoriHere(command!, '-c', older, ...others);
      expect(code, command).not.to.equal(0);
      expect(err, command).to.match(/older\.db is of an earlier version of Mamori\.\s.*Nothing was changed/s);
    }
    expect(readFileSync(join(folder, 'older.db')).equals(before)).to.equal(true);
  });

  it('names partial exams as trouble, and no study that has rightly no answer', async () => {
    settings('{ listen: off }');
    const { code, out } = await mamoriHere('status', '-c', config);
    expect(code).to.equal(3);
    expect(out).to.match(/^The status page is off .* NOT KNOWN HERE: whether the PACS answers\./m);
    expect(out).to.match(
      /^Trouble: 1 partial \(images-missing\), the latest \d{4}-\S+ \S+\. The answer rests on 3 of 4 images\.$/m,
    );
    expect(out).not.to.match(/^Trouble: .*no-mammogram/m);
  });

  it('says once what many exams suffer from: how many, the latest of them, and what to do', async () => {
    settings('{ listen: off }');
    const file = join(scratchFolder('cli'), 'many.db');
    writeFileSync(config, `pacs: { url: "http://127.0.0.1:9/" }\nledger: { url: "sqlite:${file}" }\n`);
    const ledger = await openLedger(`sqlite:${file}`);
    const missing = (study: string) => ({
      code: 'pacs-not-found',
      reason: `The PACS lists images of study ${study} and does not find them.`,
    });
    for (let number = 1; number <= 5; number++) {
      const study = `2.25.3000000000000000000${number}`;
      const exam = { studyInstanceUID: study, modelName: 'm', modelVersion: '1', settingsDigest: 'd' };
      await ledger.observe(exam, { fingerprint: 'x' });
      await ledger.fail((await ledger.claim(exam, 'w', 60_000))!, missing(study), 60_000);
    }
    await ledger.disconnect();
    const { out } = await mamoriHere('status', '-c', config);
    expect(out.match(/does not find them/g)).to.have.length(1);
    expect(out).to.match(/^Trouble: 5 failed \(pacs-not-found\), the latest .* does not find them\.$/m);
    expect(out).to.match(/^ {2}2\.25\.3\d+5, 2\.25\.3\d+4, 2\.25\.3\d+3 and 2 more$/m);
    expect(out.match(/^ {2}→ .*still in the PACS/gm)).to.have.length(1);
    expect(out.match(/ pacs-not-found$/gm), 'in the list of exams').to.have.length(5);
    const one = await mamoriHere('status', '-c', config, '--study', '2.25.30000000000000000002');
    expect(one.out).to.include('study 2.25.30000000000000000002 and does not find them');
    const { troubles } = JSON.parse((await mamoriHere('status', '-c', config, '--json')).out);
    expect(troubles).to.have.length(1);
    expect(troubles[0]).to.include({ exams: 5 }).and.to.have.property('studies').with.length(3);
  });

  it('says PAUSED for a pause: who, since when and why, by an exit code of its own', async function () {
    this.timeout(60_000);
    const users = [
      { name: 'berta', role: 'see' as const, passwordHash: await hashPassword('correct horse') },
    ];
    const listen = { host: '127.0.0.1', port: 0 };
    const ledger = await openLedger(`sqlite:${join(folder, 'l.db')}`);
    let shown = STATES.paused;
    const admin = await startAdmin({ listen, users }, async () => shown);
    try {
      await ledger.pause('anna', 'PACS upgrade');
      settings(JSON.stringify({ listen: new URL(admin.url).host }));
      const paused = await mamoriHere('status', '-c', config);
      expect(paused.out).to.match(/^Service at .*: PAUSED, and the PACS answers\. /m);
      expect(paused.out).to.match(/^PAUSED by anna since \d{4}-\S+ \S+: no exam is taken up/m);
      expect(paused.out).not.to.include('NOT WORKING');
      expect(paused.code).to.equal(4);
      const json = await mamoriHere('status', '-c', config, '--json');
      expect(json.code).to.equal(4);
      for (const { out } of [paused, json])
        expect(out, 'goes on to other programs').not.to.include('PACS upgrade');
      if (process.platform === 'linux' && isInstalled(SCRIPT)) {
        // A terminal, as somebody has it.
        const command = [process.execPath, MAIN, 'status', '-c', config].join(' ');
        const { stdout } = await promisify(execFile)(SCRIPT, ['-qc', command, '/dev/null']);
        expect(stdout).to.match(/^PAUSED by anna since \d{4}-\S+ \S+, “PACS upgrade”: /m);
      }
      // Trouble beside it is trouble.
      shown = { ...STATES.trouble, pausing: STATES.paused.pausing };
      const both = await mamoriHere('status', '-c', config);
      expect(both.out)
        .to.match(/^Service at .*: NOT WORKING \(pacs\); /m)
        .and.match(/^PAUSED by anna /m);
      expect(both.code).to.equal(1);
    } finally {
      await admin.close();
      await ledger.goOn();
      await ledger.disconnect();
    }
  });

  it('tells programs what exams were answered with, and nothing of it where there is no answer', async () => {
    settings('{ listen: off }');
    const { exams } = JSON.parse((await mamoriHere('status', '-c', config, '--json')).out);
    const told = exams.map((exam: { state: string; shortAnswer?: object }) => [exam.state, exam.shortAnswer]);
    expect(told).to.have.deep.members([
      ['partial', answerOf(12)],
      ['not-processed', undefined],
    ]);
    expect((await mamoriHere('status', '-c', config)).out).not.to.contain('probability');
  });

  it('tells what a running service knows of an outage, and since when; or that none answers', async () => {
    settings('{ listen: "127.0.0.1:9" }');
    const none = await mamoriHere('status', '-c', config);
    expect(none.out).to.match(/^No service answers at 127\.0\.0\.1:9: .* NOT KNOWN HERE: /m);
    expect(none.code).to.equal(3);
    const since = new Date(2026, 2, 1, 10, 30).toISOString();
    const troubles = [{ what: 'The PACS cannot be reached.', todo: 'Check the network.', since }];
    const seen: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      seen.push(`${request.url}`);
      response.writeHead(seen.length === 1 ? 200 : 401, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ headline: 'Not working: the PACS cannot be used', troubles }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const { port } = server.address() as AddressInfo;
      settings(`{ listen: "127.0.0.1:${port}" }`);
      const { out, code } = await mamoriHere('status', '-c', config);
      expect(code).to.equal(1);
      expect(out)
        .to.include(`Service at 127.0.0.1:${port}: Not working: the PACS cannot be used.\n`)
        .and.include('  since 2026-03-01 10:30:00: The PACS cannot be reached.\n  → Check the network.\n');
      expect(seen).to.deep.equal(['/api/v1/service']);
      const ended = await mamoriHere('status', '-c', config, '--json');
      expect(ended.code).to.equal(3);
      const locked = JSON.parse(ended.out);
      expect(locked.service).to.deep.equal({ answer: 'locked', at: `127.0.0.1:${port}` });
      expect(locked.troubles).to.have.length(1);
    } finally {
      server.close();
    }
  });

  it('goes by the latest look that the ledger knows, where no service can be asked', async () => {
    const noted = async (problem?: { code: string; reason: string }) => {
      const ledger = await openLedger(`sqlite:${join(folder, 'l.db')}`);
      await ledger.noteLook(problem);
      await ledger.disconnect();
    };
    for (const admin of ['{ listen: off }', '{ listen: "127.0.0.1:9" }']) {
      settings(admin);
      await noted();
      const well = await mamoriHere('status', '-c', config);
      expect(well.out).to.match(/ The PACS was last looked at \d{4}-\S+ \S+ and answered\.$/m);
      expect(well.code).to.equal(0);
      await noted({ code: 'pacs-unreachable', reason: 'The PACS cannot be reached.' });
      const away = await mamoriHere('status', '-c', config);
      expect(away.out).to.match(
        / last looked at .* and COULD NOT BE SEARCHED: The PACS cannot be reached\.$/m,
      );
      expect(away.code).to.equal(1);
    }
    await noted();
    const ledger = new Libsql(join(folder, 'l.db'));
    ledger.exec('UPDATE last_look SET at = at - 3600000');
    const late = await mamoriHere('status', '-c', config, '--json');
    expect(JSON.parse(late.out).lastLook).to.include({ isOverdue: true });
    expect(late.code).to.equal(3);
    // It keeps to the rhythm that the settings name.
    settings(`{ listen: off }\npoll: { schedule: "0 0 * * * *" }`);
    expect((await mamoriHere('status', '-c', config)).code).to.equal(0);
    ledger.exec('DELETE FROM last_look');
    ledger.close();
  });

  it('asks a service at a fixed address of this machine, whatever name its certificate is for', async function () {
    needs(this, 'openssl');
    const own = Object.values(networkInterfaces()).flat();
    const addresses = own.filter((one) => one?.internal === false && !one.address.startsWith('fe80'));
    const users = [
      { name: 'berta', role: 'see' as const, passwordHash: await hashPassword('correct horse') },
    ];
    const { certFile: cert, keyFile: key } = selfSigned(folder, 'mamori.hospital.example');
    const tls = { cert, key };
    for (const host of ['0.0.0.0', '::', ...addresses.map((one) => one!.address)]) {
      const admin = await startAdmin({ listen: { host, port: 0 }, users, tls }, async () => STATES.busy);
      try {
        const at = `${host.includes(':') ? `[${host}]` : host}:${new URL(admin.url).port}`;
        settings(JSON.stringify({ listen: at, tls, users: users.map((user) => ({ ...user })) }));
        const well = await mamoriHere('status', '-c', config);
        expect(well.out + well.err).to.match(/^Service at .*: it works, and the PACS answers\./m);
        expect(well.code).to.equal(0);
      } finally {
        await admin.close();
      }
    }
  });

  it('tells of an outage of the PACS though the service has users, by http and https', async function () {
    this.timeout(60_000);
    needs(this, 'openssl');
    const users = [
      { name: 'berta', role: 'see' as const, passwordHash: await hashPassword('correct horse') },
    ];
    const { certFile: cert, keyFile: key } = selfSigned(folder, 'page');
    const another = selfSigned(folder, 'another');
    const listen = { host: '127.0.0.1', port: 0 };
    let state: keyof typeof STATES = 'trouble';
    for (const tls of [undefined, { cert, key }]) {
      const admin = await startAdmin({ listen, users, tls }, async () => STATES[state]);
      const { port } = new URL(admin.url);
      const saved = (shown: typeof tls) =>
        settings(JSON.stringify({ listen: `127.0.0.1:${port}`, tls: shown }));
      try {
        saved(tls);
        state = 'trouble';
        const trouble = await mamoriHere('status', '-c', config);
        expect(trouble.out).to.match(
          /^Service at .*: NOT WORKING \(pacs\); the PACS CANNOT BE USED since \d/m,
        );
        expect(trouble.code).to.equal(1);
        state = 'busy';
        const well = await mamoriHere('status', '-c', config);
        expect(well.out).to.match(/^Service at .*: it works, and the PACS answers\. Sign in /m);
        expect(well.code).to.equal(0);
        if (tls === undefined) continue;
        // Whoever else listens there is not believed.
        saved({ cert: another.certFile, key: another.keyFile });
        expect((await mamoriHere('status', '-c', config)).code).to.equal(3);
      } finally {
        await admin.close();
      }
    }
  });
});
