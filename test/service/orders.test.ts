import { mkdirSync, renameSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { auditEntries } from '../../src/audit/index.js';
import { MamoriError } from '../../src/errors.js';
import { carryOut } from '../../src/service/orders.js';
import { type RunningService, runningService } from '../admin/runningService.js';

describe('Orders on the status page', function () {
  this.timeout(60_000);
  let running: RunningService;

  before(async () => {
    running = await runningService();
  });
  after(async () => {
    await running?.close();
  });

  const order = (path: string) =>
    fetch(new URL(`api/v1${path}`, running.admin.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    });
  /** Of the latest entries of the trail: what, and how it ended. */
  const noted = async (count: number) => {
    await running.service.audit.trail.written();
    const entries = await auditEntries(running.settings.audit.folder, { limit: 100 });
    return entries.slice(-count).map(({ about, failure }) => [about[0], failure]);
  };

  it('stand in the audit trail before they are done, and with how they ended', async () => {
    const { ledger, poller } = running.service;
    const study = running.arrives('ordered');
    await poller.cycle();
    expect((await order(`/exams/${study}/reprocess`)).status).to.equal(409);
    expect(await noted(2)).to.deep.equal([
      ['reprocess', undefined],
      ['reprocess', 'refused: done'],
    ]);
    expect((await order('/retry')).status).to.equal(200);
    expect(await noted(2)).to.deep.equal([
      ['retry', undefined],
      ['retry', 'refused: nothing to try again'],
    ]);
    const [record] = await ledger.list({ studyInstanceUID: study });
    const failed = { ...record!, studyInstanceUID: '2.25.61' };
    await ledger.observe(failed, { fingerprint: 'x' });
    const reason = { code: 'images-unreadable', reason: 'Two images could not be read.' };
    await ledger.giveUp((await ledger.claim(failed, 'test', 60_000))!, reason);
    expect((await order('/exams/2.25.61/retry')).status).to.equal(200);
    expect(await noted(2)).to.deep.equal([
      ['retry', undefined],
      ['retry: done: 1 exam', undefined],
    ]);
  });

  it('stand there as what became of them, also where that comes later than anybody waits', async () => {
    const { ledger } = running.service;
    const { pause } = ledger;
    let answer = () => {};
    const gate = new Promise<void>((resolve) => {
      answer = resolve;
    });
    ledger.pause = async (...given) => {
      await gate;
      return pause(...given);
    };
    try {
      const late = await order('/pause');
      expect(late.status).to.equal(503);
      expect(((await late.json()) as { detail: string }).detail).to.contain('may still take effect');
      expect(await noted(1)).to.deep.equal([['pause', undefined]]);
      answer();
      while ((await ledger.pausing()) === undefined) await new Promise((resolve) => setTimeout(resolve, 10));
      while ((await noted(1))[0]![0] === 'pause') await new Promise((resolve) => setTimeout(resolve, 10));
      expect(await noted(1)).to.deep.equal([['pause: done', undefined]]);
    } finally {
      answer();
      ledger.pause = pause;
      await ledger.goOn();
    }
  });

  it('are refused where they cannot be noted, and what was noted late says so', async () => {
    const { ledger } = running.service;
    const { folder } = running.settings.audit;
    const file = join(folder, 'audit-000000000001.log');
    // A disk that takes nothing, for whoever writes as root as well.
    renameSync(file, `${file}.aside`);
    mkdirSync(file);
    try {
      for (const path of ['/pause', '/retry', '/go-on']) {
        const refused = await order(path);
        expect(refused.status, path).to.equal(503);
        expect(await refused.json(), path).to.include({ code: 'trail-unwritable' });
      }
      expect(await ledger.pausing()).to.equal(undefined);
    } finally {
      rmdirSync(file);
      renameSync(`${file}.aside`, file);
    }
    const all = await noted(6);
    expect(all).to.deep.equal(
      ['pause', 'retry', 'go-on'].flatMap((what) => [
        [what, undefined],
        [what, 'refused: trail-unwritable'],
      ]),
    );
    expect((await order('/pause')).status).to.equal(200);
    expect((await order('/go-on')).status).to.equal(200);
  });

  it('that fail stand there with the reason', async () => {
    const { trail } = running.service.audit;
    const fails = (what: string, error: Error) =>
      carryOut(trail, { userId: 'ana' }, { what, work: () => Promise.reject(error) }).catch(() => {});
    await fails('adopt', new MamoriError('ledger-busy', 'It is busy.'));
    await fails('go-on', new TypeError('Smith^Anna is no number'));
    expect(await noted(4)).to.deep.equal([
      ['adopt', undefined],
      ['adopt', 'ledger-busy'],
      ['go-on', undefined],
      ['go-on', 'unexpected-error'],
    ]);
  });
});
