import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { readPart10 } from '../../src/dicom/index.js';
import type { DicomWeb, StoreAnswer } from '../../src/dicomweb/index.js';
import { LedgerError } from '../../src/ledger/index.js';
import { makeExam } from '../../src/phantom/index.js';
import type { ExamReport } from '../../src/poller/index.js';
import { demoHospital } from './demoHospital.js';
import { resultsIn, SETTINGS, type Station, today } from './hospital.js';

describe('Results that are made, and lost on the disk before the PACS has them', function () {
  this.timeout(60_000);
  const hospital = demoHospital();
  let here: Station;
  const made = makeExam({ rows: 128, columns: 104, seed: 'lost results', date: today() });
  const study = made[0]!.studyInstanceUID;

  beforeEach(async () => {
    here = await hospital.station({}, { readBackDelaysMs: [0, 10] });
    await hospital.archive.add(...made);
  });

  const recorded = async () => (await here.ledger.list())[0]!;
  const keptFiles = () =>
    readdirSync(`${here.file}-objects`).map((name) => join(`${here.file}-objects`, name));
  /** The next try, as soon as it is due. */
  const tried = async (): Promise<ExamReport> => {
    for (;;) {
      const [report] = (await here.poller.cycle()).exams;
      if (report !== undefined) return report;
      await sleep(1000 * SETTINGS.retry.firstDelaySeconds);
    }
  };
  const damage = () => {
    const [first, ...others] = keptFiles();
    writeFileSync(first!, 'something else');
    for (const file of others) rmSync(file);
  };
  /** A first try that makes results and fails before any is sent. */
  const madeAndNotSent = async () => {
    const { sent } = here.ledger;
    here.ledger.sent = async () => {
      throw new LedgerError('ledger-busy', 'The ledger is held by another process.');
    };
    expect(await tried()).to.include({ end: 'failed', kept: true });
    here.ledger.sent = sent;
    expect(keptFiles()).to.have.length(6);
  };
  /** Tries whose results the archive takes, and discards but for the first so many. */
  const sentAndDiscarded = async (tries: number, first: number) => {
    const { pacs } = here;
    const store = pacs.store.bind(pacs);
    pacs.store = async (asked: Parameters<DicomWeb['store']>[0], instances, how): Promise<StoreAnswer> => {
      if (first > 0 && how === undefined) await store(asked, instances.slice(0, first));
      return { status: 200, instances: [], otherFailures: [] };
    };
    for (let number = 0; number < tries; number++)
      expect(await tried()).to.deep.nested.include({ end: 'failed', 'reason.code': 'delivery-unconfirmed' });
    pacs.store = store;
  };
  const lostIn = async (revision: number) => {
    expect(await tried()).to.deep.nested.include({ end: 'failed', 'reason.code': 'ledger-object-damaged' });
    expect(await recorded()).to.include({ state: 'failed', attempts: 0, revision });
    expect(keptFiles()).to.deep.equal([]);
  };
  const namesIn = async () => (await resultsIn(here.pacs, study)).map(({ sopInstanceUID }) => sopInstanceUID);

  it('are made once more by themselves: under the same names, where none was ever sent', async () => {
    await madeAndNotSent();
    const names = [...here.kept.keys()];
    damage();
    await lostIn(1);
    expect(await tried()).to.include({ end: 'delivered' });
    expect(await namesIn())
      .to.have.members(names)
      .and.have.length(6);
    expect(await recorded()).to.include({ state: 'delivered', revision: 1 });
  });

  it('are a new set where some were sent, and use up no tries however many were made', async () => {
    await sentAndDiscarded(SETTINGS.retry.attempts + 1, 0);
    const names = [...here.kept.keys()];
    damage();
    await lostIn(2);
    expect(await tried()).to.include({ end: 'delivered' });
    const standing = await namesIn();
    expect(standing).to.have.length(6);
    expect(
      standing.filter((name) => names.includes(name)),
      'one name, one content',
    ).to.deep.equal([]);
  });

  it('are a new set that names what the PACS has of the first', async () => {
    await sentAndDiscarded(1, 1);
    const [first] = await namesIn();
    damage();
    await lostIn(2);
    expect(await tried()).to.include({ end: 'delivered' });
    const results = await resultsIn(here.pacs, study);
    expect(results).to.have.length(7);
    const report = results.find(
      ({ kind, sopInstanceUID }) => kind === 'tid1500' && sopInstanceUID !== first,
    )!;
    const { dataset } = readPart10(report.bytes);
    const named = dataset
      .items('PredecessorDocumentsSequence')
      .flatMap((item) => item.items('ReferencedSeriesSequence'))
      .flatMap((item) => item.items('ReferencedSOPSequence'))
      .map((item) => item.string('ReferencedSOPInstanceUID'));
    expect(named).to.deep.equal([first]);
  });

  it('count as delivered where the PACS has them all: a ledger from a backup knows less than it', async () => {
    await madeAndNotSent();
    await hospital.archive.add(...[...here.kept.values()].map((bytes) => ({ bytes })));
    damage();
    expect(await tried()).to.include({ end: 'delivered' });
    expect(await namesIn()).to.have.members([...here.kept.keys()]);
    expect(await recorded()).to.include({ state: 'delivered', revision: 1 });
  });
});
