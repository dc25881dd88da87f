import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { makeExam } from '../../src/phantom/index.js';
import { mountSmallDisk, type SmallDisk } from '../fixtures/smallDisk.js';
import { demoHospital } from './demoHospital.js';
import { resultsIn, SETTINGS, type Station, scratch, today } from './hospital.js';

describe('A full disk under the ledger', () => {
  const hospital = demoHospital();
  let disk: SmallDisk;
  let here: Station;
  const made = makeExam({ rows: 640, columns: 512, seed: 'full disk', date: today() });
  const study = made[0]!.studyInstanceUID;

  before(function () {
    disk = mountSmallDisk(`${scratch()}/disk`, 16_000, this);
  });
  let ledgers = 0;
  beforeEach(async () => {
    here = await hospital.station({ file: `${disk.folder}/${++ledgers}.db` });
    await hospital.archive.add(...made);
  });
  after(() => disk?.unmount());

  const recorded = async () => (await here.ledger.list())[0]!;

  it('has the exam tried again until there is room for its results, without using up its tries', async () => {
    const empty = disk.fill(1_000_000);
    try {
      for (let time = 0; time <= SETTINGS.retry.attempts + 1; time++) {
        const [report] = (await here.poller.cycle()).exams;
        expect(report, `${time}`).to.deep.nested.include({
          end: 'failed',
          'reason.code': 'ledger-disk-full',
        });
        expect(report!.reason!.reason).to.contain(study).and.contain('ENOSPC').and.contain('Make room');
        expect(await recorded()).to.include({ state: 'failed', code: 'ledger-disk-full', attempts: 0 });
        expect(readdirSync(`${here.file}-objects`)).to.deep.equal([]);
        await sleep(1000 * SETTINGS.retry.longestDelaySeconds);
      }
    } finally {
      empty();
    }
    const [report] = (await here.poller.cycle()).exams;
    expect(report).to.include({ end: 'delivered' });
    expect(await resultsIn(here.pacs, study)).to.have.length(6);
  });

  it('ends the cycle with its name where not even the ledger can write, and the next one goes on', async () => {
    const empty = disk.fill(0);
    try {
      const error = await here.poller.cycle().catch((thrown: unknown) => thrown);
      expect(error).to.have.property('code', 'ledger-disk-full');
      expect(here.poller.latest!.problems.map(({ code }) => code)).to.deep.equal(['ledger-disk-full']);
    } finally {
      empty();
    }
    const [report] = (await here.poller.cycle()).exams;
    expect(report).to.include({ end: 'delivered' });
  });
});
