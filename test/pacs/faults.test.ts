import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { readPart10, sopClass } from '../../src/dicom/index.js';
import type { Engine } from '../../src/model/index.js';
import { type MadeInstance, makeExam } from '../../src/phantom/index.js';
import type { ExamReport } from '../../src/poller/index.js';
import { type OpenBench, openBench } from '../exam/openBench.js';
import { smallBundle } from '../model/bundles.js';
import {
  demoArchive,
  kindsOf,
  realArchive,
  resultsIn,
  Station,
  type StationOptions,
  scratch,
  type TestArchive,
  today,
} from '../poller/hospital.js';
import { requireOrthanc } from './orthanc.js';
import { type Relay, startRelay } from './relay.js';

const WRITTEN = ['mammography-cad', 'secondary-capture', 'secondary-capture', 'tid1500'];
const SETTLED = { settleSeconds: 0 };

/** Two views are enough to see what becomes of an exam. */
const exam = (seed: string): MadeInstance[] =>
  makeExam({ rows: 128, columns: 104, seed, date: today(), views: ['LCC', 'RCC'] });
const studyOf = (instances: MadeInstance[]) => instances[0]!.studyInstanceUID;

const isStore = (line: string) => line.startsWith('POST ');
const isRetrieval = (line: string) => /^GET .*\/instances\/[\d.]+$/.test(line);

describe('When something goes wrong on the way', () => {
  let bench: OpenBench;
  let archive: TestArchive;
  let relay: Relay;
  let child: ChildProcess | undefined;
  const open: Station[] = [];

  before(async function () {
    requireOrthanc(this);
    [bench, archive] = await Promise.all([smallBundle().then(openBench), realArchive()]);
  });
  beforeEach(async () => {
    relay = await startRelay(archive.access.url!);
  });
  afterEach(async () => {
    child?.kill('SIGKILL');
    await Promise.all(open.splice(0).map((station) => station.close()));
    await relay.close();
    await archive.clear();
  });
  after(async () => {
    await archive?.stop();
    await bench?.close();
  });

  const station = async (options: Partial<StationOptions> = {}): Promise<Station> => {
    const opened = await Station.open(
      { ...archive.access, url: relay.url, timeouts: { headersMs: 5_000 } },
      { bench, ...options, settings: { ...SETTLED, ...options.settings } },
    );
    open.push(opened);
    return opened;
  };

  const cycle = async (at: Station): Promise<ExamReport | undefined> => (await at.poller.cycle()).exams[0];
  /** Until a retry is due. */
  const later = () => sleep(80);

  /** What stands in the study is what was kept, whole and once. */
  async function expectDelivered(at: Station, study: string, written = WRITTEN): Promise<void> {
    const results = await resultsIn(at.pacs, study);
    expect(kindsOf(results)).to.deep.equal(written);
    for (const { sopInstanceUID, bytes } of results) {
      expect(Buffer.compare(bytes, at.kept.get(sopInstanceUID)!)).to.equal(0);
    }
    expect((await at.ledger.list())[0]).to.include({ state: 'delivered' });
  }

  it('takes an exam for delivered whose results arrived although the answer was lost', async () => {
    const made = exam('answer lost');
    await archive.add(...made);
    relay.fate = (line) => (isStore(line) ? 'lose-answer' : 'pass');
    const here = await station();
    expect(await cycle(here)).to.include({ end: 'delivered' });
    await expectDelivered(here, studyOf(made));
  });

  it('sends the same bytes again when storing failed', async () => {
    const made = exam('store failed');
    await archive.add(...made);
    relay.fate = (line) => (isStore(line) ? { status: 503 } : 'pass');
    const here = await station();
    expect(await cycle(here)).to.deep.nested.include({ end: 'failed', 'reason.code': 'pacs-busy' });
    expect(await resultsIn(here.pacs, studyOf(made))).to.deep.equal([]);

    relay.fate = () => 'pass';
    relay.asked.length = 0;
    await later();
    expect(await cycle(here)).to.include({ end: 'delivered' });
    expect(relay.asked.filter(isRetrieval)).to.deep.equal([]);
    await expectDelivered(here, studyOf(made));
  });

  it('never gives up finished results because the archive takes none for a long time', async () => {
    const made = exam('long outage');
    await archive.add(...made);
    relay.fate = (line) => (isStore(line) ? 'refuse' : 'pass');
    const here = await station({
      settings: { retry: { attempts: 1, firstDelaySeconds: 0.01, longestDelaySeconds: 0.02 } },
    });
    for (let i = 0; i < 4; i++) {
      expect(await cycle(here)).to.include({ end: 'failed' });
      await later();
    }
    relay.fate = () => 'pass';
    expect(await cycle(here)).to.include({ end: 'delivered' });
    await expectDelivered(here, studyOf(made));
  });

  it('begins again when the archive goes down while images are on their way', async () => {
    const made = exam('cut');
    await archive.add(...made);
    let retrieved = 0;
    relay.fate = (line) => (isRetrieval(line) && ++retrieved > 1 ? 'cut-answer' : 'pass');
    const here = await station();
    expect(await cycle(here)).to.include({ end: 'failed' });
    relay.fate = () => 'pass';
    await later();
    const report = await cycle(here);
    expect(report).to.deep.nested.include({ end: 'delivered', 'outcome.status': 'analysed' });
    await expectDelivered(here, studyOf(made));
  });

  it('reports an archive that cannot be reached, uses up no try for it, and loses nothing', async () => {
    const made = exam('down');
    await archive.add(...made);
    relay.fate = (line) => (isStore(line) ? 'refuse' : 'pass');
    const here = await station({
      settings: { retry: { attempts: 2, firstDelaySeconds: 0.01, longestDelaySeconds: 0.01 } },
    });
    await cycle(here);
    relay.fate = () => 'refuse';
    for (let i = 0; i < 3; i++) {
      await later();
      const down = await here.poller.cycle();
      expect(down.problems.map(({ code }) => code)).to.deep.equal(['pacs-unreachable']);
      expect(down.exams).to.deep.equal([]);
    }
    expect((await here.ledger.list())[0]).to.include({ attempts: 1 });
    relay.fate = () => 'pass';
    await later();
    expect(await cycle(here)).to.include({ end: 'delivered' });
    await expectDelivered(here, studyOf(made));
  });

  it('names missing rights', async () => {
    await archive.add(...exam('rights'));
    const wrong = { type: 'basic' as const, username: 'mamori', password: 'wrong' };
    const here = await Station.open({ ...archive.access, auth: wrong }, { bench });
    open.push(here);
    const { problems, exams } = await here.poller.cycle();
    expect(problems.map(({ code }) => code)).to.deep.equal(['pacs-unauthorised']);
    expect(exams).to.deep.equal([]);
  });

  it('leaves out an image that the archive fails to give every time, and analyses the others', async () => {
    const made = exam('damaged');
    await archive.add(...made);
    relay.fate = (line) => (line.endsWith(made[0]!.sopInstanceUID) ? { status: 500 } : 'pass');
    const here = await station({
      settings: { retry: { attempts: 2, firstDelaySeconds: 0.01, longestDelaySeconds: 0.01 } },
    });
    expect(await cycle(here)).to.deep.nested.include({ end: 'failed', 'reason.code': 'pacs-server-error' });
    await later();
    const report = await cycle(here);
    expect(report).to.deep.nested.include({ end: 'partial', 'outcome.status': 'partly-analysed' });
    expect(report?.outcome?.leftOut[0]).to.include({ sopInstanceUID: made[0]!.sopInstanceUID });
  });

  it('says after the last try that an exam was not processed when the network cannot be run', async () => {
    const made = exam('engine');
    await archive.add(...made);
    const engine: Engine = {
      ...bench.engine,
      infer: async () => {
        throw new Error('out of memory');
      },
    };
    const here = await station({ bench: { ...bench, engine } });
    for (let attempt = 1; attempt <= 2; attempt++) {
      expect(await cycle(here)).to.include({ end: 'failed' });
      expect(await resultsIn(here.pacs, studyOf(made))).to.deep.equal([]);
      await later();
    }
    expect(await cycle(here)).to.deep.nested.include({
      end: 'not-processed',
      'reason.code': 'unexpected-error',
    });
    expect(kindsOf(await resultsIn(here.pacs, studyOf(made)))).to.deep.equal(['mammography-cad', 'tid1500']);
    await later();
    expect(await cycle(here)).to.equal(undefined);
  });

  it('delivers what a killed process had made, byte for byte, and makes nothing twice', async () => {
    const made = exam('killed');
    await archive.add(...made);
    const file = join(scratch(), 'ledger.db');
    const stored = new Promise<void>((resolve) => {
      relay.fate = (line) => {
        if (!isStore(line)) return 'pass';
        resolve();
        return 'hang';
      };
    });
    child = worker(bench.bundle.directory, file, { ...archive.access, url: relay.url });
    const ended = once(child, 'exit');
    await Promise.race([stored, ended]);
    expect(child.exitCode).to.equal(null);
    child.kill('SIGKILL');
    await ended;
    const kept = new Map(
      readdirSync(`${file}-objects`).map((name) => {
        const bytes = new Uint8Array(readFileSync(join(`${file}-objects`, name)));
        return [readPart10(bytes).dataset.string('SOPInstanceUID'), bytes];
      }),
    );
    expect(kept).to.have.property('size', WRITTEN.length);

    relay.fate = () => 'pass';
    relay.asked.length = 0;
    const here = await station({ file });
    await sleep(1_100); // The dead worker's lease.
    expect(await cycle(here)).to.include({ end: 'delivered' });
    expect(relay.asked.filter(isRetrieval)).to.deep.equal([]);
    const results = await resultsIn(here.pacs, studyOf(made));
    expect(kindsOf(results)).to.deep.equal(WRITTEN);
    for (const { sopInstanceUID, bytes } of results) {
      expect(Buffer.compare(bytes, kept.get(sopInstanceUID)!)).to.equal(0);
    }
    expect(readdirSync(`${file}-objects`)).to.deep.equal([]);
  });

  it('hands work back when it is stopped, without counting the try', async () => {
    await archive.add(...exam('stopped'));
    const here = await station();
    const retrieved = new Promise<void>((resolve) => {
      relay.fate = (line) => {
        if (!isRetrieval(line)) return 'pass';
        resolve();
        return 'hang';
      };
    });
    const running = here.poller.cycle();
    await retrieved;
    expect(here.poller.running).to.equal(true);
    const stopped = here.poller.stop();
    await here.pacs.close();
    await stopped;
    expect((await running).exams[0]).to.include({ end: 'released' });
    expect((await here.ledger.list())[0]).to.include({ state: 'waiting', attempts: 0 });
    expect(here.poller.running).to.equal(false);
  });

  describe('in an archive that says "stored" and throws results away', () => {
    /** As long as this file is there. */
    const dropping = join(scratch(), 'dropping');
    let filtering: TestArchive;

    before(async () => {
      writeFileSync(dropping, '');
      filtering = await realArchive({
        lua: `function ReceivedInstanceFilter(dicom, origin, info)
          local switch = io.open('${dropping}')
          if switch == nil then return true end
          switch:close()
          return dicom.SOPClassUID ~= '${sopClass.SecondaryCapture}'
        end`,
      });
    });
    after(() => filtering?.stop());

    it('does not take an exam for delivered before they are there', async () => {
      const made = exam('filtered');
      await filtering.add(...made);
      const here = await Station.open(
        // What it does not show at once it never shows.
        { ...filtering.access, readBackDelaysMs: [0, 100] },
        { bench, settings: SETTLED },
      );
      open.push(here);
      expect(await cycle(here)).to.deep.nested.include({
        end: 'failed',
        'reason.code': 'delivery-unconfirmed',
      });
      const first = await resultsIn(here.pacs, studyOf(made));
      expect(kindsOf(first)).to.deep.equal(['mammography-cad', 'tid1500']);

      rmSync(dropping);
      await later();
      expect(await cycle(here)).to.include({ end: 'delivered' });
      // Compressed pictures were never to be seen there, so these are the same ones uncompressed.
      expect(kindsOf(await resultsIn(here.pacs, studyOf(made)))).to.deep.equal(WRITTEN);
      expect((await here.ledger.list())[0]).to.include({ state: 'delivered' });
    });
  });

  describe('with several pollers on one ledger', () => {
    let shared: TestArchive;
    before(async () => {
      shared = await demoArchive();
    });
    after(() => shared?.stop());

    it('works on each exam once', async () => {
      const exams = ['one', 'two', 'three', 'four'].map(exam);
      for (const made of exams) await shared.add(...made);
      const file = join(scratch(), 'ledger.db');
      const stations = await Promise.all(
        [1, 2].map(() => Station.open(shared.access, { bench, file, settings: { ...SETTLED, workers: 2 } })),
      );
      open.push(...stations);
      const cycles = await Promise.all(stations.map(({ poller }) => poller.cycle()));
      const delivered = cycles
        .flatMap(({ exams: worked }) => worked)
        .filter(({ end }) => end === 'delivered');
      expect(delivered.map(({ studyInstanceUID }) => studyInstanceUID).sort()).to.deep.equal(
        exams.map(studyOf).sort(),
      );
      for (const made of exams) {
        expect(kindsOf(await resultsIn(stations[0]!.pacs, studyOf(made)))).to.deep.equal(WRITTEN);
      }
    });
  });
});

function worker(...args: [directory: string, file: string, access: object]): ChildProcess {
  const script = fileURLToPath(new URL('../poller/killedWorker.js', import.meta.url));
  const [directory, file, access] = args;
  return spawn(process.execPath, [script, directory, file, JSON.stringify(access)], { stdio: 'inherit' });
}
