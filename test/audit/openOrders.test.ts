import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { auditEntries, verifyAudit } from '../../src/audit/index.js';
import { defaultSettings } from '../../src/config/index.js';
import { openAudit } from '../../src/service/auditing.js';
import { BY, newFolder, openTrail, SILENT } from './trails.js';

const ORDERER = fileURLToPath(new URL('./orderer.js', import.meta.url));

describe('An order in the audit trail', () => {
  const children: ChildProcess[] = [];
  afterEach(async () => {
    for (const child of children.splice(0)) await killed(child);
  });
  /** A process with an order under way. */
  const ordering = async (folder: string) => {
    const child = fork(ORDERER, [folder]);
    children.push(child);
    await once(child, 'message');
    return child;
  };
  const killed = async (child: ChildProcess) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  const noted = async (folder: string) =>
    (await auditEntries(folder, { limit: 100 })).map(({ about, failure, by }) => [
      by,
      about[0],
      failure?.replace(/\d{4}-\S+Z/, 'TIME'),
    ]);
  const LOST = 'no known end: its process is gone; begun TIME';
  const RETRY = 'retry: {"states":["failed"]}';
  const locks = (folder: string) => readdirSync(folder).filter((name) => name.startsWith('order-'));
  const order = { act: 'used' as const, what: 'pause', by: BY };

  it('that was killed is noted as one with no known end by the next order, once, before that begins', async () => {
    const folder = newFolder();
    const trail = await openTrail(folder);
    await killed(await ordering(folder));
    (await trail.begin(order))({ detail: 'done' });
    (await trail.begin(order))({ failure: 'refused' });
    await trail.close();
    expect(await noted(folder)).to.deep.equal([
      ['admin', RETRY, undefined],
      ['admin', RETRY, LOST],
      ['admin', 'pause', undefined],
      ['admin', 'pause: done', undefined],
      ['admin', 'pause', undefined],
      ['admin', 'pause', 'refused'],
    ]);
    const [, lost] = await auditEntries(folder, { limit: 100 });
    expect(lost!.about).to.include('2.25.1');
    expect(locks(folder)).to.deep.equal([]);
    expect((await verifyAudit(folder)).problems).to.deep.equal([]);
  });

  it('is left alone while its process lives, in this one and in another', async () => {
    const folder = newFolder();
    const [here, beside] = [await openTrail(folder), await openTrail(folder)];
    const child = await ordering(folder);
    const ended = await here.begin(order);
    await beside.noteLost();
    await here.noteLost();
    (await beside.begin({ ...order, what: 'go-on' }))({ detail: 'done' });
    ended({ detail: 'done' });
    await here.written();
    await beside.close();
    expect((await noted(folder)).map(([, about, failure]) => [about, failure])).to.deep.equal([
      [RETRY, undefined],
      ['pause', undefined],
      ['go-on', undefined],
      ['go-on: done', undefined],
      ['pause: done', undefined],
    ]);
    await killed(child);
    await here.noteLost();
    await here.close();
    expect((await noted(folder)).at(-1)).to.deep.equal(['admin', RETRY, LOST]);
  });

  it('that was killed is noted by the next start of the service', async () => {
    const folder = newFolder();
    await killed(await ordering(folder));
    const usual = defaultSettings('https://pacs.example/dicom-web');
    for (const _ of [1, 2])
      await (await openAudit({ ...usual, audit: { ...usual.audit, folder } }, SILENT as never)).close();
    expect((await noted(folder)).filter(([, , failure]) => failure === LOST)).to.have.length(1);
  });
});
