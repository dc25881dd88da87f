import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Engine } from '../../src/model/index.js';
import { makeExam } from '../../src/phantom/index.js';
import { type OpenBench, openBench } from '../exam/openBench.js';
import { smallBundle } from '../model/bundles.js';
import { setClockAhead } from '../steppedClock.js';
import { ALGORITHM, demoArchive, Station, type TestArchive, today } from './hospital.js';

const HOLDING = fileURLToPath(new URL('../ledger/holding.js', import.meta.url));
const exam = (seed: string) =>
  makeExam({ rows: 128, columns: 104, seed, date: today(), views: ['LCC', 'RCC'] });

describe('What happens beside the work', () => {
  let bench: OpenBench;
  let archive: TestArchive;
  let here: Station | undefined;
  let other: ChildProcess | undefined;

  before(async () => {
    [bench, archive] = await Promise.all([smallBundle().then(openBench), demoArchive()]);
  });
  afterEach(async () => {
    other?.kill('SIGKILL');
    other = undefined;
    await here?.close();
    here = undefined;
    await archive.clear();
  });
  after(async () => {
    await archive.stop();
    await bench.close();
  });

  it('is the next look: an exam that comes meanwhile is taken by a worker that has nothing to do', async () => {
    const [long, short] = [exam('long'), exam('short')];
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let runs = 0;
    const engine: Engine = {
      ...bench.engine,
      infer: async (inputs) => {
        if (runs++ === 0) await held;
        return bench.engine.infer(inputs);
      },
    };
    await archive.add(...long);
    here = await Station.open(archive.access, {
      bench: { ...bench, engine },
      settings: { settleSeconds: 0, workers: 2 },
    });
    const { poller, ledger } = here;
    poller.start('* * * * * *');
    while (runs === 0) await sleep(20);
    await archive.add(...short);
    const key = { studyInstanceUID: short[0]!.studyInstanceUID, ...ALGORITHM };
    const isDelivered = async () => (await ledger.find(key))?.state === 'delivered';
    const start = performance.now();
    while (!(await isDelivered()) && performance.now() - start < 20_000) await sleep(50);
    expect(await isDelivered()).to.equal(true);
    expect(poller.running).to.equal(true);
    expect(await ledger.find({ ...key, studyInstanceUID: long[0]!.studyInstanceUID })).to.include({
      state: 'claimed',
    });
    release();
  });

  it('does not hide that the exam in hand has stopped getting on', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let runs = 0;
    const engine: Engine = {
      ...bench.engine,
      infer: async (inputs) => {
        runs++;
        await held;
        return bench.engine.infer(inputs);
      },
    };
    await archive.add(...exam('hangs'));
    here = await Station.open(archive.access, {
      bench: { ...bench, engine },
      settings: { settleSeconds: 0 },
    });
    const { poller } = here;
    expect(poller.lastStep).to.equal(undefined);
    poller.start('* * * * * *');
    while (runs === 0) await sleep(20);
    const [step, sign] = [poller.lastStep!, poller.lastSign];
    const start = performance.now();
    while (poller.lastSign <= sign && performance.now() - start < 20_000) await sleep(50);
    expect(poller.lastSign).to.be.greaterThan(sign);
    expect(poller.lastStep).to.deep.equal(step);
    release();
    while (poller.lastStep !== undefined && performance.now() - start < 20_000) {
      expect(poller.lastStep).to.be.at.least(step);
      await sleep(5);
    }
    expect(poller.lastStep).to.equal(undefined);
  });

  for (const hours of [-2, 2])
    it(`is a clock that somebody sets by ${hours} hours: polls go on`, async function () {
      this.timeout(30_000);
      here = await Station.open(archive.access, { bench });
      const { poller } = here;
      let cycles = 0;
      const polled = async (count: number) => {
        const start = performance.now();
        while (cycles < count && performance.now() - start < 15_000) await sleep(50);
        return cycles >= count;
      };
      try {
        poller.start('* * * * * *', () => {
          cycles++;
        });
        expect(await polled(2)).to.equal(true);
        setClockAhead(hours * 3_600_000);
        // One that is under way, or due in this very second, says nothing.
        expect(await polled(cycles + 4)).to.equal(true);
      } finally {
        setClockAhead(0);
      }
    });

  describe('by another process on the same ledger', () => {
    async function heldByAnother(): Promise<string> {
      const made = exam('held');
      const study = made[0]!.studyInstanceUID;
      await archive.add(...made);
      here = await Station.open(archive.access, { bench, settings: { settleSeconds: 0 } });
      const key = JSON.stringify({ studyInstanceUID: study, ...ALGORITHM });
      other = fork(HOLDING, [`sqlite:${here.file}`, key], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
      expect((await once(other, 'message'))[0]).to.equal('holds');
      return study;
    }

    it('is waited for, and named if it does not come to an end', async () => {
      const study = await heldByAnother();
      const start = performance.now();
      const cycles = await here!.poller.untilDone(() => {}, 1500);
      expect(performance.now() - start).to.be.greaterThan(1400);
      expect(cycles.flatMap(({ exams }) => exams)).to.deep.equal([]);
      const [left] = await here!.poller.heldByOthers();
      expect(left).to.include({ studyInstanceUID: study, worker: `held by ${other!.pid}` });
    });

    it('is taken over as soon as that process is killed', async () => {
      const study = await heldByAnother();
      setTimeout(() => other!.kill('SIGKILL'), 500);
      const start = performance.now();
      const cycles = await here!.poller.untilDone(() => {});
      expect(performance.now() - start).to.be.lessThan(30_000);
      const [report] = cycles.flatMap(({ exams }) => exams);
      expect(report).to.include({ studyInstanceUID: study, end: 'delivered' });
      expect(await here!.poller.heldByOthers()).to.deep.equal([]);
    });
  });
});
