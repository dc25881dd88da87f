import { expect } from 'chai';
import { makeExam } from '../../src/phantom/index.js';
import { type OpenBench, openBench } from '../exam/openBench.js';
import { smallBundle } from '../model/bundles.js';
import { setClockAhead } from '../steppedClock.js';
import { demoArchive, Station, type StationOptions, type TestArchive, today } from './hospital.js';

const HOUR_MS = 3_600_000;

describe('An exam that settles while somebody sets the clock', () => {
  let bench: OpenBench;
  let archive: TestArchive;
  const stations: Station[] = [];

  before(async () => {
    [bench, archive] = await Promise.all([smallBundle().then(openBench), demoArchive()]);
  });
  afterEach(async () => {
    setClockAhead(0);
    for (const station of stations.splice(0)) await station.close();
    await archive.clear();
  });
  after(async () => {
    await archive.stop();
    await bench.close();
  });

  const station = async (file?: string, options: Partial<StationOptions> = {}) => {
    const settings = { settleSeconds: 3600 };
    const one = await Station.open(archive.access, { bench, settings, ...(file && { file }), ...options });
    stations.push(one);
    return one;
  };
  const arrives = () =>
    archive.add(...makeExam({ rows: 128, columns: 104, seed: 'x', date: today(), views: ['LCC'] }));

  it('forth, waits as long as before: more may come', async () => {
    await arrives();
    const { poller, ledger } = await station();
    const before = await poller.cycle();
    expect(before).to.include({ arriving: 1 });
    setClockAhead(2 * HOUR_MS);
    const after = await poller.cycle();
    expect(after).to.deep.include({ arriving: 1, exams: [] });
    const leftMs = after.nextCompleteAt!.getTime() - (await ledger.now()).getTime();
    expect(leftMs).to.be.within(HOUR_MS / 2, HOUR_MS);
  });

  it('back, waits no longer than before', async () => {
    await arrives();
    const { poller, ledger } = await station();
    await poller.cycle();
    setClockAhead(-2 * HOUR_MS);
    // The ledger notes that its last change lay in the future, and that counts no more.
    for (let look = 0; look < 2; look++) {
      const { nextCompleteAt } = await poller.cycle();
      const leftMs = nextCompleteAt!.getTime() - (await ledger.now()).getTime();
      expect(leftMs).to.be.within(HOUR_MS / 2, HOUR_MS);
    }
    setClockAhead(0);
    expect(await poller.cycle()).to.deep.include({ arriving: 1, exams: [] });
  });

  it('is judged by the time of day where the process that saw it come has ended', async () => {
    await arrives();
    const first = await station();
    await first.poller.cycle();
    await first.close();
    stations.splice(stations.indexOf(first), 1);
    setClockAhead(2 * HOUR_MS);
    const { exams } = await (await station(first.file)).poller.cycle();
    expect(exams.map(({ end }) => end)).to.deep.equal(['delivered']);
  });

  it('is waited for by the clock of the ledger, which may be another machine’s', async () => {
    await arrives();
    const steady = () => Math.round(performance.now());
    const clock = { now: () => new Date(Date.now() + 2 * HOUR_MS), steady };
    const { poller } = await station(undefined, { clock, settings: { settleSeconds: 1 } });
    const reports = await poller.untilDone(() => {});
    expect(reports.flatMap(({ exams }) => exams).map(({ end }) => end)).to.deep.equal(['delivered']);
  });
});
