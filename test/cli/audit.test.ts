import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openLedger } from '../../src/ledger/index.js';
import { loadBundle } from '../../src/model/index.js';
import { mamori, mamoriHere } from '../mamori.js';
import { scratchFolder } from '../scratch.js';

interface Listed {
  entries: {
    sequence: number;
    event: string;
    types: string[];
    by: string;
    about: string[];
    failure?: string;
  }[];
}

describe('mamori audit', function () {
  this.timeout(120_000);
  let folder: string;
  let config: string;

  beforeEach(async () => {
    folder = scratchFolder('cli-audit');
    config = join(folder, 'mamori.yaml');
    writeFileSync(config, 'pacs: { url: "http://127.0.0.1:9" }\nledger: { url: "sqlite:l.db" }\n');
    await (await openLedger(`sqlite:${join(folder, 'l.db')}`)).disconnect();
  });

  const trail = () => join(folder, 'l.db-audit', 'audit-000000000001.log');

  it('lists who ordered what at the command line and what came of it, and that the trail was read', async () => {
    expect((await mamoriHere('retry', '2.25.7', '--state', 'failed', '-c', config)).err).to.equal('');
    await mamoriHere('adopt', '-c', config);
    const first = JSON.parse((await mamoriHere('audit', '--json', '-c', config)).out) as Listed;
    const { username } = userInfo();
    expect(
      first.entries.map(({ by, types, failure }) => [by.split('/')[0], types[1], failure]),
    ).to.deep.equal([
      [username, 'retry', undefined],
      [username, 'retry', 'refused: nothing to try again'],
      [username, 'adopt', undefined],
      [username, 'adopt', 'refused: nothing to take over'],
    ]);
    for (const entry of first.entries.slice(0, 2)) expect(entry.about).to.include('2.25.7');
    expect(first.entries[0]!.about).to.include('retry: {"states":["failed"]}');
    const { out } = await mamoriHere('audit', 'list', '-c', config);
    expect(out).to.match(/5 .*Audit Log Used/);
  });

  it('says how many exams an order was for, and why one failed that met trouble', async () => {
    const ledger = await openLedger(`sqlite:${join(folder, 'l.db')}`);
    const unfinished = { modelName: 'breast-cancer', modelVersion: '0.0.0', settingsDigest: 'd' };
    for (const study of ['2.25.1', '2.25.2'])
      await ledger.observe({ ...unfinished, studyInstanceUID: study }, { fingerprint: 'x' });
    await ledger.disconnect();
    await mamoriHere('adopt', '-c', config);
    expect((await mamori('process', '2.25.404', '-c', config)).code).to.equal(1);
    const { entries } = JSON.parse((await mamoriHere('audit', '--json', '-c', config)).out) as Listed;
    const ended = (what: string) =>
      entries.filter(({ types }) => types[1] === what).map(({ about, failure }) => failure ?? about[0]);
    expect(ended('adopt')).to.deep.equal([
      `adopt: {"model":"breast-cancer ${(await loadBundle('models/breast-cancer')).version}"}`,
      'adopt: done: 2 exams',
    ]);
    expect(ended('process')).to.deep.equal(['process', 'pacs-unreachable']);
  });

  it('verifies the trail, names the line that is another, and keeps to an anchor', async () => {
    await mamoriHere('retry', '2.25.7', '-c', config);
    await mamoriHere('adopt', '-c', config);
    const whole = await mamoriHere('audit', 'verify', '-c', config);
    expect(whole).to.include({ code: 0, err: '' });
    const [, anchor] = /--anchor next time: (4:[0-9a-f]{64})/.exec(whole.out) ?? [];
    expect((await mamoriHere('audit', 'verify', '--anchor', anchor!, '-c', config)).code).to.equal(0);
    const wrong = `4:${'0'.repeat(64)}`;
    const other = await mamoriHere('audit', 'verify', '--anchor', wrong, '-c', config);
    expect(other.code).to.equal(1);
    expect(other.out).to.contain('line 4 is another than when its anchor was noted');
    writeFileSync(trail(), readFileSync(trail(), 'utf8').replace('2.25.7', '2.25.8'));
    const changed = await mamoriHere('audit', 'verify', '-c', config);
    expect(changed.code).to.equal(1);
    expect(changed.out)
      .to.contain('audit-000000000001.log:1: line 1 was changed')
      .and.to.contain('NOT as written');
    expect((await mamoriHere('audit', 'verify', '--anchor', 'x', '-c', config)).code).to.equal(2);
  });

  it('says that there is no trail where none was begun', async () => {
    const { code, err } = await mamoriHere('audit', 'verify', '-c', config);
    expect(code).to.equal(2);
    expect(err).to.contain('There is no audit trail in');
  });

  it('lets nobody act where it cannot be noted', async () => {
    writeFileSync(join(folder, 'file'), '');
    writeFileSync(config, `${readFileSync(config, 'utf8')}audit: { folder: file/below }\n`);
    const { code, err } = await mamoriHere('retry', '2.25.7', '-c', config);
    expect(code).to.equal(2);
    expect(err).to.contain('cannot be written');
  });

  it('names settings that changed since the last act, without secrets', async () => {
    mkdirSync(join(folder, 'x'));
    const settings = (password: string, days: number) =>
      `pacs: { url: "http://127.0.0.1:9", auth: { type: basic, username: m, password: ${password} } }
poll: { lookbackDays: ${days} }
ledger: { url: "sqlite:l.db" }
`;
    writeFileSync(config, settings('geheim-1', 3));
    await mamori('once', '-c', config);
    writeFileSync(config, settings('geheim-2', 7));
    await mamori('once', '-c', config);
    const { out } = await mamoriHere('audit', '--json', '-c', config);
    const { entries } = JSON.parse(out) as Listed;
    const changed = entries.find(({ types }) => types.includes('Network Configuration'));
    expect(changed?.about).to.have.members(['pacs.auth.password changed', 'poll.lookbackDays: 3 → 7']);
    expect(out).to.not.contain('geheim');
    expect(entries.map(({ types }) => types[0])).to.include.members([
      'Application Start',
      'Application Stop',
    ]);
  });
});
