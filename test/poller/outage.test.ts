import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { type MadeInstance, makeExam } from '../../src/phantom/index.js';
import type { ExamReport } from '../../src/poller/index.js';
import { type OpenBench, openBench } from '../exam/openBench.js';
import { smallBundle } from '../model/bundles.js';
import { type Fate, type Relay, startRelay } from '../pacs/relay.js';
import {
  ALGORITHM,
  demoArchive,
  kindsOf,
  resultsIn,
  Station,
  type StationOptions,
  studyOf,
  type TestArchive,
  today,
} from './hospital.js';
import { listeningLog } from './listeningLog.js';

describe('An outage of the PACS', () => {
  let bench: OpenBench;
  let server: Server;
  let isDown = true;

  before(async () => {
    bench = await openBench(await smallBundle());
    server = createServer((_, response) => {
      response.writeHead(isDown ? 503 : 200, { 'content-type': 'application/dicom+json' });
      response.end(isDown ? '' : '[]');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(async () => {
    server.close();
    await bench.close();
  });

  it('is logged when it begins and when it ends, however often the PACS is asked', async () => {
    const { log, lines } = listeningLog();
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const here = await Station.open({ url }, { bench, log });
    const began = new Date();
    for (let poll = 0; poll < 5; poll++) {
      const { searched, unsearchableSince, problems } = await here.poller.cycle();
      expect(searched).to.equal(false);
      expect(unsearchableSince!.getTime()).to.be.within(began.getTime(), Date.now());
      expect(problems).to.have.length(1);
    }
    // Whoever finds no process any more can still learn of it.
    expect((await here.ledger.lastLook())!.problem).to.include({ code: 'pacs-busy' });
    isDown = false;
    await sleep(80); // It is not asked at once.
    for (let poll = 0; poll < 3; poll++) {
      const { searched, unsearchableSince } = await here.poller.cycle();
      expect({ searched, unsearchableSince }).to.deep.equal({ searched: true, unsearchableSince: undefined });
    }
    const { at, problem } = (await here.ledger.lastLook())!;
    expect(at.getTime()).to.be.at.least(began.getTime());
    expect(problem).to.equal(undefined);
    await here.close();
    expect(lines.map(({ level, message }) => `${level}: ${message}`)).to.deep.equal([
      'error: The PACS could not be searched',
      'info: The PACS can be searched again',
    ]);
    expect(lines[1]).to.have.property('seconds');
  });
});

const WRITTEN = ['mammography-cad', 'secondary-capture', 'secondary-capture', 'tid1500'];
const exam = (seed: string): MadeInstance[] =>
  makeExam({ rows: 128, columns: 104, seed, date: today(), views: ['LCC', 'RCC'] });
/** More than there are tries. */
const CYCLES = 3;
const isRetrieval = (line: string) => /^GET .*\/instances\/[\d.]+$/.test(line);

describe('An archive in trouble, and an exam in trouble', () => {
  let bench: OpenBench;
  let archive: TestArchive;
  let relay: Relay;
  let here: Station | undefined;

  before(async () => {
    [bench, archive] = await Promise.all([smallBundle().then(openBench), demoArchive()]);
  });
  beforeEach(async () => {
    relay = await startRelay(archive.access.url!);
  });
  afterEach(async () => {
    await here?.close();
    here = undefined;
    await relay.close();
    await archive.clear();
  });
  after(async () => {
    await archive.stop();
    await bench.close();
  });

  /** Few tries, so that an outage that counted would use them up within the cycles. */
  const open = async ({
    headersMs,
    ...station
  }: Partial<StationOptions> & { headersMs?: number } = {}): Promise<Station> => {
    const retry = { attempts: 2, firstDelaySeconds: 0.05, longestDelaySeconds: 0.05 };
    here = await Station.open(
      { url: relay.url, ...(headersMs !== undefined && { timeouts: { headersMs } }) },
      { bench, ...station, settings: { settleSeconds: 0, retry, ...station.settings } },
    );
    return here;
  };
  /** Until the archive may be asked again, and exams are due. */
  const later = () => sleep(200);
  const askedAgain = async ({ poller }: Station) => {
    while (poller.leftAlone !== undefined) await sleep(10);
  };
  const ends = (exams: ExamReport[]) => exams.map(({ end }) => end);

  for (const [name, fate] of [
    ['answers 500 for every image', { status: 500 }],
    ['answers 503 for every image', { status: 503 }],
    ['gives a login page for every image', { status: 200, page: '<html>Log in</html>' }],
    ['breaks off every image', 'refuse'],
    ['never answers for any image', 'hang'],
  ] as [string, Fate][])
    it(`keeps every exam and uses up no try while the archive ${name}`, async () => {
      const made = ['one', 'two'].map(exam);
      await archive.add(...made.flat());
      const at = await open(fate === 'hang' ? { headersMs: 300 } : {});
      relay.fate = (line) => (isRetrieval(line) ? fate : 'pass');
      for (let cycle = 0; cycle < CYCLES; cycle++) {
        const report = await at.poller.cycle();
        expect(report.problems).to.not.deep.equal([]);
        expect(ends(report.exams).filter((end) => end !== 'failed')).to.deep.equal([]);
        await later();
      }
      for (const record of await at.ledger.list())
        expect(record)
          .to.include({ attempts: 0 })
          .and.to.have.property('state')
          .that.is.oneOf(['waiting', 'failed']);

      relay.fate = () => 'pass';
      await later();
      expect(ends((await at.poller.cycle()).exams)).to.deep.equal(['delivered', 'delivered']);
      for (const one of made) expect(kindsOf(await resultsIn(at.pacs, studyOf(one)))).to.deep.equal(WRITTEN);
      expect(at.poller.leftAlone).to.equal(undefined);
    });

  it('keeps every exam while images are asked for under a wrong address, and says where to look', async () => {
    const made = ['one', 'two'].map(exam);
    await archive.add(...made.flat());
    const { log, lines } = listeningLog();
    const at = await open({ log });
    const isOfWado = (line: string) => isRetrieval(line) || line.includes('/metadata');
    relay.fate = (line) => (isOfWado(line) ? { status: 404 } : 'pass');
    for (let cycle = 0; cycle < CYCLES; cycle++) {
      const report = await at.poller.cycle();
      expect(report.problems[0]!.reason).to.include('pacs.wadoUrl');
      expect(ends(report.exams).filter((end) => end !== 'failed')).to.deep.equal([]);
      await later();
    }
    for (const record of await at.ledger.list()) expect(record).to.include({ attempts: 0 });
    expect(lines.filter(({ level }) => level === 'error').map(({ code }) => code)).to.include(
      'pacs-not-found',
    );
    relay.fate = () => 'pass';
    await later();
    expect(ends((await at.poller.cycle()).exams)).to.deep.equal(['delivered', 'delivered']);
    // Once an image was read, an exam of which none is found is the exam's fault.
    const lost = exam('lost');
    await archive.add(...lost);
    relay.fate = (line) => (isOfWado(line) && line.includes(studyOf(lost)) ? { status: 404 } : 'pass');
    const attempts: (number | undefined)[] = [];
    for (let cycle = 0; cycle < 2; cycle++) {
      await at.poller.cycle();
      attempts.push((await at.ledger.list({ studyInstanceUID: studyOf(lost) }))[0]?.attempts);
      await later();
    }
    expect(attempts).to.deep.equal([1, 2]);
  });

  it('asks nothing while the archive is left alone', async () => {
    await archive.add(...exam('quiet'));
    const retry = { attempts: 2, firstDelaySeconds: 30, longestDelaySeconds: 60 };
    const at = await open({ settings: { retry } });
    relay.fate = (line) => (isRetrieval(line) ? { status: 500 } : 'pass');
    await at.poller.cycle();
    const asked = relay.asked.length;
    for (let cycle = 0; cycle < 3; cycle++) {
      const { problems, exams, searched } = await at.poller.cycle();
      expect({ exams, searched }).to.deep.equal({ exams: [], searched: false });
      expect(problems.map(({ code }) => code)).to.deep.equal(['pacs-server-error']);
    }
    expect(relay.asked).to.have.length(asked);
    const wait = at.poller.leftAlone!.until.getTime() - Date.now();
    expect(wait).to.be.within(20_000, 36_000);
  });

  it('tries one exam before the others when the archive is back', async () => {
    const made = ['a', 'b', 'c', 'd'].map(exam);
    await archive.add(...made.flat());
    const at = await open({ settings: { workers: 3 } });
    relay.fate = () => ({ status: 503 });
    await at.poller.cycle();
    await later();

    let underWay = 0;
    const together: number[] = [];
    const { claimNext, close } = at.ledger;
    at.ledger.claimNext = async (served, turn) => {
      const claim = await claimNext(served, turn);
      if (claim !== undefined) together.push(++underWay);
      return claim;
    };
    at.ledger.close = async (claim) => {
      const end = await close(claim);
      underWay--;
      return end;
    };
    relay.fate = () => 'pass';
    expect(ends((await at.poller.cycle()).exams)).to.deep.equal(Array(4).fill('delivered'));
    expect(together[1]).to.equal(1);
    expect(Math.max(...together)).to.equal(3);
  });

  it('closes an exam whose images alone cannot be had, with the reason, beside others that can', async () => {
    const [bad, good] = [exam('bad'), exam('good')];
    await archive.add(...bad, ...good);
    const at = await open();
    relay.fate = (line) => (isRetrieval(line) && line.includes(studyOf(bad)) ? { status: 500 } : 'pass');
    const all: ExamReport[] = [];
    for (let cycle = 0; cycle < 6; cycle++) {
      all.push(...(await at.poller.cycle()).exams);
      await later();
    }
    const of = (made: MadeInstance[]) =>
      all.filter(({ studyInstanceUID }) => studyInstanceUID === studyOf(made));
    expect(ends(of(good)).at(-1)).to.equal('delivered');
    expect(of(bad).at(-1)).to.deep.nested.include({
      end: 'not-processed',
      'reason.code': 'images-unreadable',
    });
    expect(at.poller.leftAlone).to.equal(undefined);
  });

  it('does not let one exam that cannot be had keep the others waiting, not even at the very first', async () => {
    const good = ['one', 'two'].map(exam);
    const [bad] = [exam('the newest')];
    await archive.add(...good.flat());
    await archive.add(...bad!);
    const at = await open();
    // Nothing was ever given by this archive: nothing tells the exam's fault from an outage.
    relay.fate = (line) => (isRetrieval(line) && line.includes(studyOf(bad!)) ? { status: 500 } : 'pass');
    await at.ledger.observe(
      { studyInstanceUID: studyOf(bad!), ...ALGORITHM },
      { fingerprint: 'x', priority: 99 },
    );
    const ended = new Set<string>();
    for (let cycle = 0; cycle < 8 && ended.size < 2; cycle++) {
      for (const { studyInstanceUID, end } of (await at.poller.cycle()).exams)
        if (end === 'delivered') ended.add(studyInstanceUID);
      await sleep(30);
    }
    expect([...ended]).to.have.members(good.map(studyOf));
  });

  it('goes on with all others beside a study that is locked, asks for that one less often, and names it', async () => {
    const [locked, good] = [exam('locked'), exam('open')];
    await archive.add(...locked, ...good);
    const retry = { attempts: 2, firstDelaySeconds: 10, longestDelaySeconds: 60 };
    const at = await open({ settings: { retry } });
    const isLocked = (line: string) => line.includes(`/${studyOf(locked)}/`);
    relay.fate = (line) => (isLocked(line) ? { status: 403 } : 'pass');
    const first = await at.poller.cycle();
    expect(ends(first.exams)).to.deep.equal(['delivered']);
    for (let cycle = 0; cycle < 3; cycle++) {
      expect((await at.poller.cycle()).problems.map(({ code }) => code)).to.deep.equal(['pacs-unauthorised']);
      expect(at.poller.leftAlone).to.equal(undefined);
    }
    expect(relay.asked.filter(isLocked)).to.have.length(1);
  });

  it('counts the tries of an exam whose images alone are locked, and closes it', async () => {
    const [locked, good] = [exam('locked'), exam('open')];
    await archive.add(...good);
    const at = await open();
    expect(ends((await at.poller.cycle()).exams)).to.deep.equal(['delivered']);
    await archive.add(...locked);
    relay.fate = (line) => (isRetrieval(line) && line.includes(studyOf(locked)) ? { status: 403 } : 'pass');
    const all: ExamReport[] = [];
    for (let cycle = 0; cycle < 2; cycle++) {
      all.push(...(await at.poller.cycle()).exams);
      await later();
    }
    expect(ends(all)).to.deep.equal(['failed', 'not-processed']);
    expect(all[1]!.reason?.code).to.equal('images-unreadable');
    expect(at.poller.leftAlone).to.equal(undefined);
  });

  for (const status of [401, 403])
    it(`asks once and not again for long when it is refused with ${status}, and says so`, async () => {
      const made = exam('refused');
      await archive.add(...made);
      const { log, lines } = listeningLog();
      const retry = { attempts: 2, firstDelaySeconds: 0.3, longestDelaySeconds: 0.3 };
      const at = await open({ log, settings: { retry, workers: 2 } });
      relay.fate = () => ({ status });
      const began = Date.now();
      for (let cycle = 0; cycle < 4; cycle++) {
        const { problems } = await at.poller.cycle();
        expect(problems.map(({ code }) => code)).to.deep.equal(['pacs-unauthorised']);
        // Five times as long as after an outage, spread by a fifth.
        if (cycle === 0) expect(at.poller.leftAlone!.until.getTime() - began).to.be.above(5 * 300 * 0.8 - 5);
      }
      expect(relay.asked).to.have.length(1);
      expect(at.poller.leftAlone).to.deep.nested.include({ 'reason.code': 'pacs-unauthorised' });
      const loud = lines.filter(({ message }) => message.startsWith('The PACS refuses us'));
      expect(loud).to.have.length(1);
      expect(loud[0]).to.include({ level: 'error', code: 'pacs-unauthorised' });

      await askedAgain(at);
      await at.poller.cycle();
      expect(relay.asked).to.have.length(2);
      relay.fate = () => 'pass';
      await askedAgain(at);
      expect(ends((await at.poller.cycle()).exams)).to.deep.equal(['delivered']);
    });

  it('stops the work when the account is refused in the middle of it, and counts nothing', async () => {
    const made = ['one', 'two', 'three'].map(exam);
    await archive.add(...made.flat());
    // Long enough for a busy machine: while the pause lasts, no other exam asks.
    const retry = { attempts: 2, firstDelaySeconds: 0.4, longestDelaySeconds: 0.4 };
    const at = await open({ settings: { retry } });
    let isRefused = true;
    relay.fate = (line) => (isRefused && isRetrieval(line) ? { status: 401 } : 'pass');
    const first = await at.poller.cycle();
    expect(ends(first.exams)).to.deep.equal(['failed']);
    // Its two images were asked for at the same time.
    expect(relay.asked.filter(isRetrieval).length).to.be.at.most(2);
    expect((await at.ledger.list()).map(({ attempts }) => attempts)).to.deep.equal([0, 0, 0]);
    isRefused = false;
    const rest: ExamReport[] = [];
    while (rest.length < made.length) {
      await sleep(100);
      rest.push(...(await at.poller.cycle()).exams);
    }
    expect(ends(rest)).to.deep.equal(Array(3).fill('delivered'));
  });
});
