import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { type MadeInstance, makeExam } from '../../src/phantom/index.js';
import { Backfill, type BackfillParts, type PollerSettings } from '../../src/poller/index.js';
import { startRelay } from '../pacs/relay.js';
import { demoHospital } from './demoHospital.js';
import { daysAgo, resultsIn, Station, studyOf, today } from './hospital.js';

const HOUR_MS = 3_600_000;
const exam = (seed: string, date: string, override = {}): MadeInstance[] =>
  makeExam({ rows: 128, columns: 104, seed, date, views: ['LCC', 'RCC'], override });

describe('A backfill', () => {
  const hospital = demoHospital();
  const range = { from: daysAgo(40), to: daysAgo(10) };

  /** A Mamori that backfills, with a clock of its own for the rate. */
  async function backfilling(
    perHour: number,
    options: {
      file?: string;
      url?: string;
      exclude?: Record<string, string[]>;
      retry?: PollerSettings['retry'];
      pace?: Pick<BackfillParts, 'hours' | 'now'>;
    } = {},
  ) {
    const clock = { hours: 0 };
    let backfill: Backfill | undefined;
    const station = await Station.open(
      { ...hospital.archive.access, ...(options.url === undefined ? {} : { url: options.url }) },
      {
        bench: hospital.bench,
        ...(options.file === undefined ? {} : { file: options.file }),
        settings: { exclude: options.exclude, ...(options.retry && { retry: options.retry }) },
        sources: (parts) => {
          const steady = () => clock.hours * HOUR_MS;
          const pace = { perHour, steady, ...options.pace };
          backfill = new Backfill({ ...parts, ...pace, range }, new AbortController().signal);
          return [backfill];
        },
      },
    );
    hospital.open.push(station);
    const cycle = async () =>
      (await station.poller.cycle({ whole: false })).exams.map(({ studyInstanceUID }) => studyInstanceUID);
    return { station, backfill: backfill!, clock, cycle };
  }

  it('takes what is new first, then old exams from the newest on, and none outside the range', async () => {
    const fresh = makeExam({ rows: 128, columns: 104, seed: 'new', date: today() });
    const [older, newer] = [exam('older', daysAgo(35)), exam('newer', daysAgo(12))];
    await hospital.archive.add(...older, ...newer, ...fresh, ...exam('outside', daysAgo(60)));
    const opened = await backfilling(3600);
    const { backfill, cycle, station } = opened;
    const taken: string[] = [];
    const end = await backfillToEnd();
    expect(taken).to.deep.equal([fresh, newer, older].map(studyOf));
    expect(end).to.include({ taken: 2, known: 0, daysDone: 31, days: 31, hoursLeft: 0 });
    expect(await resultsIn(station.pacs, studyOf(older))).not.to.have.length(0);

    async function backfillToEnd() {
      for (let round = 0; round < 10; round++) {
        taken.push(...(await cycle()));
        opened.clock.hours += 1;
        if (backfill.isOver) break;
      }
      taken.push(...(await cycle()));
      return backfill.progress;
    }
  });

  it('takes no more in an hour than it is told to, and says how long it will take', async () => {
    for (let i = 0; i < 4; i++) await hospital.archive.add(...exam(`e${i}`, daysAgo(11 + i)));
    const { backfill, clock, cycle } = await backfilling(2);
    expect(await cycle()).to.have.length(1);
    expect(await cycle()).to.have.length(0);
    expect(backfill.progress.hoursLeft).to.be.greaterThan(1);
    clock.hours = 0.5;
    expect(await cycle()).to.have.length(1);
    clock.hours = 1.6;
    expect([...(await cycle()), ...(await cycle())]).to.have.length(2);
    expect(backfill.progress).to.include({ taken: 4 });
  });

  it('goes on where it was stopped, and does nothing twice', async () => {
    for (let i = 0; i < 3; i++) await hospital.archive.add(...exam(`e${i}`, daysAgo(11 + i)));
    const first = await backfilling(1);
    expect(await first.cycle()).to.have.length(1);
    await first.station.close();
    hospital.open.splice(0);
    const second = await backfilling(3600, { file: first.station.file });
    second.clock.hours = 1;
    expect([...(await second.cycle()), ...(await second.cycle())]).to.have.length(2);
    expect(second.backfill.progress).to.include({ taken: 2, known: 1 });
    expect(second.backfill.isOver).to.equal(true);
  });

  it('neither searches nor takes up anything outside its hours', async () => {
    await hospital.archive.add(...exam('old', daysAgo(11)));
    const relay = await startRelay(hospital.archive.access.url!);
    try {
      const now = { is: new Date('2026-02-10T12:00:00') };
      const night = { hours: [{ from: 19 * 60, to: 6 * 60 }], now: () => now.is };
      const { backfill, cycle } = await backfilling(3600, { url: relay.url, pace: night });
      await cycle();
      expect(backfill.progress).to.include({ daysDone: 0, taken: 0, opensAt: '19:00' });
      expect(relay.asked.filter((line) => line.includes(`StudyDate=${daysAgo(11)}&`))).to.have.length(0);
      now.is = new Date('2026-02-11T01:00:00');
      expect([...(await cycle()), ...(await cycle())]).to.have.length(1);
      expect(backfill.progress).to.include({ taken: 1, opensAt: undefined });
    } finally {
      await relay.close();
    }
  });

  it('asks no more once its account is refused, so that it is not locked', async () => {
    await hospital.archive.add(...exam('old', daysAgo(11)));
    const relay = await startRelay(hospital.archive.access.url!);
    try {
      const ofOldDays = `StudyDate=${daysAgo(11)}`;
      relay.fate = (line) => (line.includes(ofOldDays) ? { status: 401 } : 'pass');
      const retry = { attempts: 3, firstDelaySeconds: 60, longestDelaySeconds: 60 };
      const { backfill, cycle, station } = await backfilling(3600, { url: relay.url, retry });
      for (let round = 0; round < 4; round++) await cycle();
      expect(relay.asked.filter((line) => line.includes(ofOldDays))).to.have.length(1);
      expect(station.poller.leftAlone?.reason.code).to.equal('pacs-unauthorised');
      expect(backfill.progress.troubledDays).to.deep.equal([]);
    } finally {
      await relay.close();
    }
  });

  it('leaves out no day for an outage, however often it meets one there', async () => {
    await hospital.archive.add(...exam('old', daysAgo(11)));
    const relay = await startRelay(hospital.archive.access.url!);
    try {
      let isAway = false;
      let outages = 4;
      relay.fate = (line) => {
        if (line.includes(`StudyDate=${daysAgo(11)}`) && outages > 0) isAway = true;
        return isAway ? 'refuse' : 'pass';
      };
      const { backfill, cycle, station } = await backfilling(3600, { url: relay.url });
      const taken: string[] = [];
      while (outages > 0) {
        taken.push(...(await cycle()));
        if (isAway) outages--;
        isAway = false;
        while (station.poller.leftAlone !== undefined) await sleep(10);
      }
      while (!backfill.isOver || taken.length === 0) taken.push(...(await cycle()));
      expect(taken).to.have.length(1);
      expect(backfill.progress).to.deep.include({ taken: 1, troubledDays: [], troubled: [] });
    } finally {
      await relay.close();
    }
  });

  it('passes over what the settings do', async () => {
    await hospital.archive.add(
      ...exam('a', daysAgo(11)),
      ...exam('b', daysAgo(12), { StudyDescription: 'BIOPSY' }),
    );
    const { backfill, clock, cycle } = await backfilling(3600, { exclude: { StudyDescription: ['BIOPSY'] } });
    clock.hours = 1;
    expect([...(await cycle()), ...(await cycle())]).to.have.length(1);
    expect(backfill.progress).to.include({ taken: 1, passedOver: 1 });
  });

  it('goes on past days that cannot be searched, names them, and holds back no new exam', async () => {
    const fresh = ['new1', 'new2'].map((seed) => makeExam({ rows: 128, columns: 104, seed, date: today() }));
    const old = exam('old', daysAgo(14));
    await hospital.archive.add(...fresh.flat(), ...old);
    const relay = await startRelay(hospital.archive.access.url!);
    try {
      const [failing, unlisted] = [daysAgo(11), daysAgo(13)];
      const searches = (day: string) =>
        relay.asked.filter((line) => line.includes(`StudyDate=${day}&`)).length;
      relay.fate = (line) => {
        if (line.includes(`StudyDate=${failing}&`)) return { status: 500 };
        return line.includes(`StudyDate=${unlisted}&`) ? { status: 413 } : 'pass';
      };
      const { backfill, clock, cycle } = await backfilling(3600, { url: relay.url });
      clock.hours = 1;
      expect(await cycle()).to.have.members(fresh.map(studyOf));
      const taken: string[] = [];
      for (let round = 0; round < 8 && !backfill.isOver; round++) taken.push(...(await cycle()));
      taken.push(...(await cycle()));
      expect(taken).to.deep.equal([studyOf(old)]);
      expect(backfill.progress).to.deep.include({ troubledDays: [failing, unlisted], daysDone: 31 });
      expect(searches(failing)).to.equal(3);
    } finally {
      await relay.close();
    }
  });

  it('counts no outage of the archive against a day', async () => {
    const old = exam('old', daysAgo(10));
    await hospital.archive.add(...old);
    const relay = await startRelay(hospital.archive.access.url!);
    try {
      relay.fate = () => ({ status: 503 });
      const { backfill, clock, cycle } = await backfilling(3600, { url: relay.url });
      clock.hours = 1;
      for (let round = 0; round < 5; round++) {
        await cycle();
        await sleep(100);
      }
      relay.fate = () => 'pass';
      const taken: string[] = [];
      for (let round = 0; round < 8 && !backfill.isOver; round++) taken.push(...(await cycle()));
      expect([...taken, ...(await cycle())]).to.deep.equal([studyOf(old)]);
      expect(backfill.progress.troubledDays).to.deep.equal([]);
    } finally {
      await relay.close();
    }
  });

  it('leaves out, by name, what cannot be looked at, and goes on', async () => {
    const [broken, fine] = [exam('broken', daysAgo(11)), exam('fine', daysAgo(12))];
    await hospital.archive.add(...broken, ...fine);
    const relay = await startRelay(hospital.archive.access.url!);
    try {
      relay.fate = (line) =>
        line.includes(`/studies/${studyOf(broken)}/`) && !line.includes('/studies?')
          ? { status: 404 }
          : 'pass';
      const { backfill, clock, cycle } = await backfilling(3600, { url: relay.url });
      clock.hours = 1;
      const taken: string[] = [];
      for (let round = 0; round < 8 && !backfill.isOver; round++) taken.push(...(await cycle()));
      taken.push(...(await cycle()));
      expect(taken).to.deep.equal([studyOf(fine)]);
      expect(backfill.progress.troubled).to.deep.equal([studyOf(broken)]);
    } finally {
      await relay.close();
    }
  });
});
