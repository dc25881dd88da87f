import { expect } from 'chai';
import { makeExam } from '../../src/phantom/index.js';
import { type OpenBench, openBench } from '../exam/openBench.js';
import { smallBundle } from '../model/bundles.js';
import { demoArchive, resultsIn, Station, type TestArchive, today } from './hospital.js';
import { listeningLog } from './listeningLog.js';

describe('A pause', () => {
  let bench: OpenBench;
  let archive: TestArchive;
  const exam = makeExam({ rows: 128, columns: 104, seed: 'pause', date: today(), views: ['LCC', 'RCC'] });
  const study = exam[0]!.studyInstanceUID;

  before(async () => {
    bench = await openBench(await smallBundle());
    archive = await demoArchive();
    await archive.add(...exam);
  });
  after(async () => {
    await bench.close();
    await archive.stop();
  });

  it('keeps every exam waiting, by whoever it was ordered, and loses none', async () => {
    const { log, lines } = listeningLog();
    const here = await Station.open(archive.access, {
      bench,
      log,
      settings: { views: [], settleSeconds: 0 },
    });
    const pausing = await here.ledger.pause('anna', 'PACS upgrade');
    for (let cycle = 0; cycle < 2; cycle++) {
      const report = await here.poller.cycle();
      expect(report).to.deep.include({ pausing, exams: [], searched: true });
    }
    expect((await here.poller.untilDone(() => {})).at(-1)).to.have.property('pausing');
    expect(await here.ledger.list()).to.have.lengthOf(1);
    expect(await here.ledger.counts()).to.include({ waiting: 1 });
    expect(await resultsIn(here.pacs, study)).to.deep.equal([]);

    await here.ledger.goOn();
    const report = await here.poller.cycle();
    expect(report.exams.map(({ end }) => end)).to.deep.equal(['delivered']);
    expect(report.pausing).to.equal(undefined);
    await here.close();
    expect(lines.filter(({ level }) => level === 'warn').map(({ message }) => message)).to.deep.equal([
      'Paused: no exam is taken up; new ones are looked for all the same',
      'Exams are taken up again',
    ]);
  });
});
