import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { defaultSettings, type Settings } from '../../src/config/index.js';
import { LedgerError, openLedger } from '../../src/ledger/index.js';
import type { Situation } from '../../src/notify/index.js';
import { openNotifier, openService } from '../../src/service/index.js';
import { type SituationParts, situationSource } from '../../src/service/situationSource.js';
import { Setting } from '../dicomweb/setting.js';
import { smallBundle } from '../model/bundles.js';
import { scratchFolder } from '../scratch.js';

const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

function settingsIn(folder: string, url = 'http://127.0.0.1:9/dicom-web'): Settings {
  return defaultSettings(url, folder);
}

describe('what notification knows of the service', () => {
  const served = { modelName: 'm', modelVersion: '1', settingsDigest: 'd' };
  const now = () => new Date();
  const idle: SituationParts['poller'] = { leftAlone: undefined, latest: undefined };

  it('watches the disk of the audit trail, also where the ledger is elsewhere', async () => {
    const settings = settingsIn(scratchFolder('situation'));
    mkdirSync(settings.audit.folder, { recursive: true });
    const ledger = await openLedger(settings.ledger);
    try {
      const elsewhere = {
        ...settings,
        ledger: { ...settings.ledger, url: 'postgres://ledger.example/mamori' },
      };
      const { disks } = await situationSource({ settings: elsewhere, ledger, poller: idle, served })(now());
      expect(disks?.map(({ place }) => place)).to.deep.equal([settings.audit.folder]);
      const otherDisk = { ...settings, audit: { ...settings.audit, folder: '/dev/shm' } };
      const both = await situationSource({ settings: otherDisk, ledger, poller: idle, served })(now());
      expect(both.disks?.map(({ place }) => place))
        .to.have.lengthOf(2)
        .and.to.include('/dev/shm');
    } finally {
      await ledger.disconnect();
    }
  });

  it('comes from the ledger, the poller and the disk, without UIDs and secrets', async () => {
    const settings = settingsIn(scratchFolder('situation'));
    mkdirSync(settings.audit.folder, { recursive: true });
    settings.pacs.auth = { type: 'basic', username: 'mamori', password: 'hunter2' };
    const ledger = await openLedger(settings.ledger);
    const situation = async (poller = idle): Promise<Situation> =>
      situationSource({ settings, served, ledger, poller })(now());
    try {
      const empty = await situation();
      expect(empty).to.include({ ledger: 'well', pacs: undefined, paused: 'no' });
      expect(empty.failures).to.deep.equal({ ended: 0, bad: 0, mostly: undefined });
      expect(empty.disks?.[0]?.freeMegabytes).to.be.greaterThan(0);
      expect(empty.disks, 'of the ledger and the trail, which lie on the same').to.have.lengthOf(1);
      expect(empty.oldestReady).to.equal('none');

      for (const [index, code] of ['engine-failed', 'engine-failed', 'no-mammogram'].entries()) {
        const exam = { studyInstanceUID: `1.2.840.99.${index}`, ...served };
        await ledger.observe(exam, { fingerprint: 'f', priority: 10 });
        const claim = await ledger.claim(exam, 'w', 60_000);
        const own = '2.25.323286567321792844004006586199723841425';
        const reason = `Study ${exam.studyInstanceUID} (${own}) with hunter2 cannot be read.`;
        if (index === 0) await ledger.fail(claim!, { code, reason }, 60_000);
        else await ledger.giveUp(claim!, { code, reason });
      }
      await ledger.pause('Dr Roentgen', 'for Mrs Patient');
      const told = await situation();
      // What holds no mammogram is rightly not processed.
      expect(told.failures).to.include({ ended: 2, bad: 2 });
      expect(told.failures!.mostly).to.equal('Study (UID) ((UID)) with *** cannot be read.');
      expect(told.newestExam!.getTime()).to.be.closeTo(Date.now(), 60_000);
      expect(told.paused).to.have.property('since');
      expect(JSON.stringify(told)).not.to.match(/Roentgen|Patient|hunter2|1\.2\.840/);

      const reason = { code: 'pacs-unauthorised', reason: 'The PACS refuses hunter2.' };
      const since = new Date(0);
      const refused = await situation({ ...idle, leftAlone: { reason, since, until: now() } });
      expect(refused.pacs).to.deep.equal({ kind: 'refuses', since, reason: 'The PACS refuses ***.' });
      const out = await situation({
        ...idle,
        leftAlone: { reason: { ...reason, code: 'pacs-unreachable' }, since, until: now() },
      });
      expect(out.pacs).to.have.property('kind', 'down');
    } finally {
      await ledger.disconnect();
    }
  });

  it('leaves old exams that a backfill takes up out of what is new', async () => {
    const ledger = await openLedger(`sqlite:${join(scratchFolder('situation'), 'l.db')}`);
    try {
      expect(await ledger.newestExam()).to.equal(undefined);
      await ledger.observe({ studyInstanceUID: '1.2.3', ...served }, { fingerprint: 'f', priority: 0 });
      expect(await ledger.newestExam()).to.equal(undefined);
      await ledger.observe({ studyInstanceUID: '1.2.4', ...served }, { fingerprint: 'f', priority: 10 });
      await ledger.observe({ studyInstanceUID: '1.2.5', ...served }, { fingerprint: 'f', priority: 0 });
      const { firstSeen } = (await ledger.list({ studyInstanceUID: '1.2.4' }))[0]!;
      expect(await ledger.newestExam()).to.deep.equal(firstSeen);
    } finally {
      await ledger.disconnect();
    }
  });

  it('says that the ledger is away, since when, and then nothing of exams', async () => {
    const away = () =>
      Promise.reject(
        new LedgerError('ledger-unreachable', 'The server does not answer.', { remedy: 'See to it.' }),
      );
    const ledger = { endings: away, reasons: away, newestExam: away, oldestReady: away, pausing: away };
    const source = situationSource({
      settings: settingsIn(scratchFolder('situation')),
      served,
      ledger,
      poller: idle,
    });
    const first = await source(new Date(1000));
    const later = await source(new Date(9000));
    expect(first.ledger).to.deep.equal({
      since: new Date(1000),
      reason: 'The server does not answer. See to it.',
    });
    expect(later.ledger).to.have.property('since').that.deep.equals(new Date(1000));
    expect(later).to.include({ failures: undefined, newestExam: undefined, paused: undefined });
  });
});

describe('notification of a running service', () => {
  const setting = new Setting();
  afterEach(() => setting.endAll());

  it('posts at once that the PACS refuses the password, without it, and once', async function () {
    this.timeout(60_000);
    const pacs = await setting.server((_, response) => void response.writeHead(401).end('hunter2'));
    const receiver = await setting.server((_, response) => void response.end());
    const settings = settingsIn(scratchFolder('notified'), pacs.url);
    const { directory } = await smallBundle();
    settings.model = { ...settings.model, bundle: directory, engine: 'onnxruntime', device: 'cpu' };
    settings.pacs.auth = { type: 'basic', username: 'mamori', password: 'hunter2' };
    settings.notify.webhook = { url: `${receiver.url}/in`, headers: {} };
    settings.notify.name = 'radiology-1';
    const service = await openService(settings, SILENT);
    const results: string[] = [];
    try {
      await service.poller.cycle();
      const notifier = await openNotifier(
        service,
        settings,
        SILENT,
        (_, result) => void results.push(result),
      );
      await notifier.look();
      await notifier.look();
      await notifier.stop();
      const again = await openNotifier(service, settings, SILENT, () => {});
      await again.look();
      await again.stop();
    } finally {
      await service.close();
    }
    expect(results).to.deep.equal(['sent']);
    expect(receiver.seen).to.have.length(1);
    const text = receiver.seen[0]!.body.toString();
    expect(JSON.parse(text)).to.have.property('from', 'radiology-1');
    expect(text)
      .to.match(/The PACS refuses our credentials/)
      .and.not.match(/hunter2/);
  });
});
