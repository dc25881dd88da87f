import { expect } from 'chai';
import { asUid } from '../../src/dicom/index.js';
import type { MadeObject } from '../../src/ledger/index.js';
import { openLog, servedModelOf } from '../../src/service/index.js';
import { LedgerView } from '../../src/service/ledgerView.js';
import { examDesk } from '../../src/service/serviceDesk.js';
import { StoredResults } from '../../src/service/storedResults.js';
import { runningService } from '../admin/runningService.js';
import { type RelayedService, relayedService } from './relayedService.js';

describe('What the status page asks of the PACS', function () {
  this.timeout(60_000);
  let running: RelayedService;

  before(async () => {
    running = await relayedService();
  });
  after(() => running?.close());

  const called = (path: string, init?: RequestInit) => fetch(new URL(path, running.admin.url), init);

  it('is shown of no other object, nor of what cannot be read, whatever the PACS gives in its place', async () => {
    const { ledger, poller, pacs } = running.service;
    const [own, other] = [running.arrives('own'), running.arrives('other')];
    await poller.cycle();
    const madeOf = async (studyInstanceUID: string) =>
      ledger.made((await ledger.list({ studyInstanceUID }))[0]!);
    const fileOf = (study: string, { seriesInstanceUID, sopInstanceUID }: MadeObject) =>
      pacs.retrieveInstance(asUid(study), asUid(seriesInstanceUID), asUid(sopInstanceUID));
    for (const kind of ['tid1500', 'secondary-capture']) {
      const [wanted, another] = await Promise.all(
        [own, other].map(async (study) => (await madeOf(study)).find((object) => object.kind === kind)!),
      );
      let given: Uint8Array = await fileOf(own, wanted!);
      // Of the same exam: another picture, and for the report a picture.
      const [, sibling] = (await madeOf(own)).filter((object) => object.kind === 'secondary-capture');
      const giving = { retrieveInstance: async () => given };
      const results = new StoredResults({ pacs: giving, poller } as never);
      const show = async () => {
        if (kind === 'tid1500') await results.answer(own, wanted!);
        else await results.picture(own, wanted!);
        return 'shown';
      };
      expect(await show()).to.equal('shown');
      for (const file of [
        await fileOf(other, another!),
        await fileOf(own, sibling!),
        new Uint8Array(200),
        given.slice(0, 400),
      ]) {
        given = file;
        expect(await show().catch(({ code }) => code), kind).to.equal('object-unknown');
      }
    }
  });

  it('is told that an order took effect, though the ledger tells of nothing after it', async () => {
    const { service, settings } = running;
    const ledger = new Proxy(service.ledger, {
      get: (target, name) => {
        if (name === 'countRetriable') return () => new Promise(() => {});
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const served = servedModelOf(service.bundle, settings);
    const desk = examDesk({
      service: { ...service, ledger },
      served,
      view: new LedgerView(ledger, served),
      log: openLog(settings),
    });
    const by = { name: 'ana', role: 'act', by: 'password' } as const;
    expect(await desk.retry({}, by)).to.deep.equal({ exams: 0, earlier: 0 });
  });

  it('is told of an order that the PACS keeps waiting that it may still take effect', async () => {
    const { service, settings } = running;
    const served = servedModelOf(service.bundle, settings);
    const desk = examDesk({
      service: { ...service, reprocess: () => new Promise(() => {}) },
      served,
      view: new LedgerView(service.ledger, served),
      log: openLog(settings),
      patienceMs: 20,
    });
    const late = await desk
      .reprocess('2.25.1', { name: 'ana', role: 'act', by: 'password' })
      .catch((error) => error);
    expect(late).to.include({ code: 'pacs-away', remedy: 'mamori audit says how the order ended.' });
    expect(late.message).to.contain('may still take effect');
  });

  it('stops with the first refusal of the account, for all that asks, and says until when', async () => {
    const { ledger, poller } = running.service;
    const study = running.arrives('shown');
    await poller.cycle();
    const exam = (await ledger.list({ studyInstanceUID: study }))[0]!;
    const { sopInstanceUID } = (await ledger.made(exam)).find(({ kind }) => kind === 'secondary-capture')!;
    const earlier = { ...exam, studyInstanceUID: running.arrives('earlier'), modelVersion: '0.9.0' };
    await ledger.observe(earlier, { fingerprint: 'x' });
    const claim = (await ledger.claim(earlier, 'test', 60_000))!;
    await ledger.giveUp(claim, { code: 'images-unreadable', reason: 'Two images could not be read.' });

    running.relay.fate = () => ({ status: 401 });
    const before = running.relay.asked.length;
    const refused = await called(`api/v1/exams/${study}/report`);
    expect(refused.status).to.equal(502);
    expect(running.relay.asked.length - before).to.equal(1);
    expect(poller.leftAlone?.reason.code).to.equal('pacs-unauthorised');

    const headers = { 'content-type': 'application/json' };
    for (const [path, init] of [
      [`api/v1/exams/${study}/report`],
      [`api/v1/exams/${study}/pictures/${sopInstanceUID}`],
      [`api/v1/exams/${earlier.studyInstanceUID}/reprocess`, { method: 'POST', headers }],
    ] as [string, RequestInit?][]) {
      const answer = await called(path, init);
      expect(answer.status, path).to.equal(502);
      const { detail } = (await answer.json()) as { detail: string };
      expect(detail, path).to.match(/^The PACS is not asked at the moment, and not before \d{4}-\d\d-\d\d /);
    }
    const page = await (await called(`exams/${study}?answer=pacs`)).text();
    expect(page).to.contain('The PACS is not asked at the moment');
    expect(running.relay.asked.length - before).to.equal(1);
    const { state } = (await ledger.find(earlier))!;
    expect(state).to.equal('not-processed');
  });
});

describe('Many who ask the PACS for pictures at once', () => {
  it('wait for each other, and of more than forty who wait the others are told so', async () => {
    let asked = 0;
    let answer: () => void = () => {};
    const stalled = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const pacs = {
      retrieveInstance: async () => {
        asked++;
        await stalled;
        return new Uint8Array(200);
      },
    };
    const results = new StoredResults({ pacs, poller: { leftAlone: undefined } } as never);
    const object = { seriesInstanceUID: '2.25.2', sopInstanceUID: '2.25.3' } as never;
    const show = () =>
      results.picture('2.25.1', object).then(
        () => 'shown',
        ({ message }: Error) => message,
      );
    const first = show();
    while (asked === 0) await new Promise(setImmediate);
    const waiting = Array.from({ length: 40 }, show);
    expect(await show()).to.contain('Too many ask');
    expect(asked, 'one at a time').to.equal(1);
    answer();
    expect(
      (await Promise.all([first, ...waiting])).filter((said) => said.includes('Too many')),
    ).to.deep.equal([]);
    expect(asked).to.equal(41);
    expect(await show()).not.to.contain('Too many');
  });
});

describe('A service that ends', () => {
  it('lets go of everything, though one of its parts cannot be closed', async () => {
    const { service, admin, archive } = await runningService();
    await admin.close();
    service.audit.close = async () => {
      throw new Error('no room left');
    };
    expect(await service.close().catch(({ message }) => message)).to.equal('no room left');
    expect(await service.ledger.counts().catch(() => 'closed')).to.equal('closed');
    await archive.close();
  });
});
