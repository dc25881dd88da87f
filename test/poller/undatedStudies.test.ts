import { expect } from 'chai';
import { type OpenBench, openBench } from '../exam/openBench.js';
import { smallBundle } from '../model/bundles.js';
import { type Relay, startRelay } from '../pacs/relay.js';
import { BusyArchive } from './busyArchive.js';
import { ALGORITHM, daysAgo, SETTINGS, Station, today } from './hospital.js';
import { listeningLog } from './listeningLog.js';

const TODAY = today();
const YESTERDAY = daysAgo(1);

describe('A search that fails for some studies only', () => {
  let bench: OpenBench;
  let archive: BusyArchive;
  let relay: Relay;
  const open: Station[] = [];

  before(async () => {
    bench = await smallBundle().then(openBench);
  });
  beforeEach(async () => {
    archive = await BusyArchive.start();
    relay = await startRelay(archive.url);
    archive.add({ uid: '2.25.1', date: TODAY, time: '000100', images: 4 });
    archive.add({ uid: '2.25.2', date: YESTERDAY, time: '000100', images: 4 });
    archive.add({ uid: '2.25.3', date: undefined, time: '', images: 4 });
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((station) => station.close()));
    await relay.close();
    await archive.stop();
  });
  after(() => bench.close());

  async function station(retry = SETTINGS.retry) {
    const { log, lines } = listeningLog();
    const settings = { lookbackDays: 3, maxExamsPerCycle: 0, retry };
    const here = await Station.open({ url: relay.url }, { bench, log, settings });
    open.push(here);
    const known = async () => {
      const exams = await here.ledger.list({ states: ['waiting'], served: ALGORITHM });
      return exams.map(({ studyInstanceUID }) => studyInstanceUID).sort();
    };
    const said = () =>
      lines.filter(({ message }) => /without a date/.test(message)).map(({ level }) => level);
    return { poller: here.poller, known, said };
  }

  const isSearch = (line: string) => line.includes('/studies?');

  it('ends all asking where it is the one that meets a refusal of the account', async () => {
    relay.fate = (line) => (isSearch(line) && !line.includes('StudyDate=') ? { status: 401 } : 'pass');
    const { poller } = await station({ attempts: 3, firstDelaySeconds: 60, longestDelaySeconds: 60 });
    await poller.cycle();
    expect(poller.leftAlone?.reason.code).to.equal('pacs-unauthorised');
    const asked = relay.asked.length;
    await poller.cycle();
    expect(relay.asked).to.have.length(asked);
  });

  for (const status of [400, 403, 500, 503]) {
    it(`holds up nothing else where it is the one without a date, and says so (${status})`, async () => {
      relay.fate = (line) => (isSearch(line) && !line.includes('StudyDate=') ? { status } : 'pass');
      const { poller, known, said } = await station();
      expect(await poller.cycle()).to.deep.include({ searched: true, problems: [] });
      expect(await poller.cycle({ whole: false })).to.deep.include({ searched: true, problems: [] });
      expect(poller.leftAlone).to.equal(undefined);
      expect(await known()).to.deep.equal(['2.25.1', '2.25.2']);
      expect(said()).to.deep.equal(['warn']);
      // Not put to it at every poll.
      const undated = () => relay.asked.filter((line) => isSearch(line) && !line.includes('StudyDate='));
      const asked = undated().length;
      await poller.cycle({ whole: false });
      expect(undated()).to.have.length(asked);
      relay.fate = () => 'pass';
      await poller.cycle();
      expect(await known()).to.deep.equal(['2.25.1', '2.25.2', '2.25.3']);
      expect(said()).to.deep.equal(['warn', 'info']);
    });
  }

  it('hides no other day, nor what has no date, where it is the one of a day, and says so', async () => {
    relay.fate = (line) => {
      const [, from = '', to = from] = /StudyDate=(\d+)(?:-(\d+))?/.exec(line) ?? [];
      return from !== '' && from <= TODAY && TODAY <= to ? { status: 413 } : 'pass';
    };
    const { poller, known } = await station();
    const { problems } = await poller.cycle();
    expect(problems.map(({ code }) => code)).to.deep.equal(['pacs-listing-incomplete']);
    expect(await known()).to.deep.equal(['2.25.2', '2.25.3']);
  });
});
