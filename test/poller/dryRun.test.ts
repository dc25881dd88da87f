import { expect } from 'chai';
import { readPart10 } from '../../src/dicom/index.js';
import { openLedgerToRead } from '../../src/ledger/index.js';
import { makeExam } from '../../src/phantom/index.js';
import { dryRun } from '../../src/poller/index.js';
import { type OpenBench, openBench } from '../exam/openBench.js';
import { smallBundle } from '../model/bundles.js';
import { ALGORITHM, demoArchive, resultsIn, Station, type TestArchive, today } from './hospital.js';

describe('A dry run', () => {
  let bench: OpenBench;
  let archive: TestArchive;
  let here: Station;
  const made = makeExam({ rows: 128, columns: 104, seed: 'dry run', date: today() });
  const study = made[0]!.studyInstanceUID;

  before(async () => {
    [bench, archive] = await Promise.all([smallBundle().then(openBench), demoArchive()]);
    here = await Station.open(archive.access, { bench });
    await archive.add(...made);
  });
  after(async () => {
    await here.close();
    await archive.stop();
    await bench.close();
  });

  const tried = async () => {
    const ledger = await openLedgerToRead(`sqlite:${here.file}`);
    const { objects } = await dryRun(study, { pacs: here.pacs, ledger, bench, served: ALGORITHM });
    await ledger!.disconnect();
    return objects;
  };
  const namesOf = (objects: { sopInstanceUID: string }[]) =>
    objects.map(({ sopInstanceUID }) => sopInstanceUID);

  it('names everything as it is stored then: the first time, and when a closed exam is taken up again', async () => {
    const first = await tried();
    expect(await here.ledger.find({ studyInstanceUID: study, ...ALGORITHM })).to.equal(undefined);
    const [stored] = await here.poller.process([study]);
    expect(namesOf(stored!.objects)).to.have.length(6).and.deep.equal(namesOf(first));

    const before = await here.ledger.history({ studyInstanceUID: study, ...ALGORITHM });
    const again = await tried();
    expect(await here.ledger.history({ studyInstanceUID: study, ...ALGORITHM })).to.deep.equal(before);
    const [storedAgain] = await here.poller.process([study], { force: true });
    expect(namesOf(storedAgain!.objects))
      .to.deep.equal(namesOf(again))
      .and.not.include.members(namesOf(first));
  });

  it('and what is stored then have a title that tells them from all earlier sets, of another model too', async () => {
    const titles = (objects: { bytes: Uint8Array }[]) =>
      objects.map(({ bytes }) => readPart10(bytes).dataset.string('SeriesDescription')!);
    expect(titles(await tried())).to.satisfy((all: string[]) => all.every((title) => / rev 3\b/.test(title)));
    const other = await Station.open(archive.access, {
      bench: { ...bench, bundle: { ...bench.bundle, name: 'other' } },
      file: here.file,
      model: 'other',
    });
    await other.poller.process([study]);
    await other.close();
    const stored = titles(await resultsIn(here.pacs, study));
    expect(new Set(stored).size).to.equal(stored.length);
    expect(stored.filter((title) => / rev 3\b/.test(title))).to.have.length(6);
  });

  it('names what would be replaced', async () => {
    const report = (await tried()).find(({ kind }) => kind === 'tid1500')!;
    const earlier = (await here.ledger.predecessors({ studyInstanceUID: study, ...ALGORITHM }, 3)).find(
      ({ kind }) => kind === 'tid1500',
    )!;
    const predecessor = Buffer.from(report.bytes).includes(earlier.sopInstanceUID);
    expect(predecessor).to.equal(true);
  });
});
