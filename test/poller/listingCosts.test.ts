import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { dicomTime } from '../../src/dicom/index.js';
import { DicomWeb } from '../../src/dicomweb/index.js';
import { type OpenBench, openBench } from '../exam/openBench.js';
import { closeExams } from '../ledger/closedExams.js';
import { smallBundle } from '../model/bundles.js';
import { BusyArchive, type ListedStudy } from './busyArchive.js';
import { ALGORITHM, daysAgo, Station, type StationOptions, today } from './hospital.js';

const DAY_MS = 86_400_000;

/**
 * Studies of the last days, oldest first as an archive may list them; each with its four views.
 *
 * @param until days ago that the latest were
 */
function studies(count: number, { days = 3, until = 0, prefix = '2.25.1' } = {}): ListedStudy[] {
  return Array.from({ length: count }, (_, i) => {
    const ago = days - Math.floor((i * (days + 1 - until)) / count);
    return { uid: `${prefix}.${i + 1}`, date: daysAgo(ago), time: '000100', images: 4 };
  });
}

const TODAY = today();

describe('What a look at the archive costs', () => {
  let bench: OpenBench;
  let archive: BusyArchive;
  let here: Station | undefined;

  before(async () => {
    bench = await smallBundle().then(openBench);
  });
  beforeEach(async () => {
    archive = await BusyArchive.start();
  });
  afterEach(async () => {
    await here?.close();
    here = undefined;
    await archive.stop();
  });
  after(() => bench.close());

  /** No exam is worked on but where it says so: this is about looking alone. */
  const station = async ({ settings, ...options }: Partial<StationOptions> = {}): Promise<Station> => {
    here = await Station.open(
      { url: archive.url },
      { bench, settings: { lookbackDays: 3, maxExamsPerCycle: 0, ...settings }, ...options },
    );
    return here;
  };

  /** As if all of them had been answered long since. */
  const closeAll = ({ file }: Station) => closeExams(file, ALGORITHM, archive.studies.values());

  it('is one listing of a study that is no exam, where the ledger’s clock is another than the machine’s', async () => {
    archive.add({ uid: '2.25.1', date: TODAY, time: '000100', images: 0 });
    const clock = {
      now: () => new Date(Date.now() + DAY_MS / 12),
      steady: () => Math.round(performance.now()),
    };
    const { poller } = await station({ clock });
    for (let look = 0; look < 3; look++) await poller.cycle();
    expect(archive.counted()).to.include({ instances: 1 });
  });

  it('is one listing for each new study, and none for one of which nothing is new', async () => {
    archive.add(...studies(300));
    const { poller } = await station();
    await poller.cycle();
    const first = archive.counted();
    expect(first).to.include({ instances: 300, metadata: 0, fetched: 0 });
    for (let i = 0; i < 5; i++) await poller.cycle();
    const later = archive.counted();
    expect(later.instances).to.equal(0);
    // One search more in the two hours after midnight.
    expect(later.studies).to.be.at.most(5 * 16);
  });

  it('is one listing more where an image has come, and none before exams have settled', async () => {
    archive.add(...studies(20).map((study) => ({ ...study, images: 2 })));
    const { poller } = await station();
    const waiting = await poller.cycle();
    expect(waiting.arriving).to.equal(20);
    archive.counted();
    archive.add({ ...archive.studies.get('2.25.1.7')!, images: 3 });
    expect((await poller.cycle()).arriving).to.equal(20);
    expect(archive.counted()).to.include({ instances: 1 });
  });

  it('finds the images of exams that settle without asking for them again', async () => {
    archive.add(...studies(5).map((study) => ({ ...study, images: 2 })));
    const { poller, ledger } = await station({ settings: { settleSeconds: 1 } });
    await poller.cycle();
    archive.counted();
    await sleep(1100);
    expect(await poller.cycle()).to.include({ arriving: 0 });
    expect(archive.counted()).to.include({ instances: 0 });
    expect(await ledger.countDue(ALGORITHM)).to.equal(5);
  });

  it('is known again after a restart', async () => {
    archive.add(...studies(50));
    const { poller, file } = await station();
    await poller.cycle();
    await here!.close();
    archive.counted();
    here = await Station.open({ url: archive.url }, { bench, file, settings: { maxExamsPerCycle: 0 } });
    await here.poller.cycle();
    expect(archive.counted()).to.include({ instances: 0 });
  });

  it('is the same for 100,000 closed studies as for 100, and what is new is found all the same', async () => {
    const polls = 6;
    const costs: { requests: number; bytes: number }[] = [];
    for (const count of [100, 100_000]) {
      archive.studies.clear();
      // None of the last two hours, whatever time it is now.
      archive.add(...studies(count, { until: 1, prefix: `2.25.${count}` }));
      const { poller, ledger } = await station();
      closeAll(here!);
      const beat = () => poller.cycle({ whole: false });
      await beat();
      archive.counted();
      for (let poll = 0; poll < polls; poll++) {
        const uid = `2.25.77.${count}.${poll}`;
        archive.add({ uid, date: TODAY, time: dicomTime(new Date()), images: 4 });
        await beat();
        expect((await ledger.find({ studyInstanceUID: uid, ...ALGORITHM }))?.state).to.equal('waiting');
      }
      const { studies: searches, instances, metadata, bytes } = archive.counted();
      expect(instances + metadata).to.equal(polls);
      const times: number[] = [];
      for (let i = 0; i < 5; i++) {
        const start = performance.now();
        expect(await ledger.list({ limit: 50 })).to.have.lengthOf(50);
        times.push(performance.now() - start);
      }
      // What the status page and each health check ask for.
      expect(Math.min(...times)).to.be.lessThan(100);
      costs.push({ requests: searches / polls, bytes: bytes / polls });
      await here!.close();
    }
    const [few, many] = costs as [(typeof costs)[0], (typeof costs)[0]];
    expect(many.requests).to.be.at.most(8);
    expect(few.requests).to.be.at.most(8);
    // Of 100,000 studies no more than some pages are read.
    expect(many.bytes).to.be.lessThan(few.bytes * 8);
  });

  it('goes through all of them in time, so that a study that comes late with an old date is found', async () => {
    archive.add(...studies(3000));
    const { poller, ledger } = await station();
    closeAll(here!);
    const [old] = archive.studies.values();
    const uid = '2.25.78.1';
    archive.add({ ...old!, uid });
    let looks = 0;
    const found = async () => (await ledger.find({ studyInstanceUID: uid, ...ALGORITHM })) !== undefined;
    while (!(await found()) && looks < 20) {
      await poller.cycle({ whole: false });
      looks++;
    }
    expect(looks).to.be.at.most(10);
  });

  it('finds a study without a date', async () => {
    archive.add(...studies(10), { uid: '2.25.79', date: undefined, time: '', images: 4 });
    const { poller, ledger } = await station();
    await poller.cycle({ whole: false });
    expect(await ledger.find({ studyInstanceUID: '2.25.79', ...ALGORITHM })).to.include({ state: 'waiting' });
  });

  it('keeps no work waiting: with 5,000 studies behind slow answers, the newest is fetched first', async () => {
    await archive.stop();
    archive = await BusyArchive.start(20);
    archive.add(...studies(5000));
    const { poller } = await station({ settings: { maxExamsPerCycle: 50 } });
    poller.start('0 0 0 1 1 *');
    while (archive.asked.fetched === 0) await sleep(10);
    // Not after all of them have been listed: 100 at a time, and the images of each.
    expect(archive.asked.studies).to.be.lessThan(25);
    expect(archive.asked.instances).to.be.lessThan(500);
    expect(archive.fetchedDates[0]).to.equal(TODAY);
  });
});

describe('A study that has just begun', () => {
  it('is asked for by its time of day, as real archives understand it', async () => {
    // See test/pacs for Orthanc; here only that the key is well formed.
    const asked: string[] = [];
    const archive = await BusyArchive.start();
    const pacs = new DicomWeb({ url: archive.url });
    archive.add({ uid: '2.25.1', date: TODAY, time: '080000', images: 1 });
    archive.add({ uid: '2.25.2', date: TODAY, time: '100000.5', images: 1 });
    for await (const { studyInstanceUID } of pacs.studies({ from: TODAY, to: TODAY, since: '090000' }))
      asked.push(studyInstanceUID);
    expect(asked).to.deep.equal(['2.25.2']);
    await pacs.close();
    await archive.stop();
  });
});
