import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { readPart10 } from '../../src/dicom/index.js';
import { PacsError } from '../../src/dicomweb/index.js';
import type { Engine } from '../../src/model/index.js';
import { makeExam } from '../../src/phantom/index.js';
import { type OpenBench, openBench } from '../exam/openBench.js';
import { smallBundle } from '../model/bundles.js';
import { demoArchive, SETTINGS, Station, scratch, type TestArchive, today } from './hospital.js';
import { listeningLog } from './listeningLog.js';

const EXAMS = 4;

describe('Two versions of a model on one ledger', () => {
  let bench: OpenBench;
  let archive: TestArchive;
  const stations: Station[] = [];

  before(async () => {
    [bench, archive] = await Promise.all([smallBundle().then(openBench), demoArchive()]);
  });
  afterEach(async () => {
    for (const station of stations.splice(0)) await station.close();
    await archive.clear();
  });
  after(async () => {
    await archive.stop();
    await bench.close();
  });

  /** Fails its first run about every exam. */
  function failingBench(): OpenBench {
    let runs = 0;
    const engine: Engine = {
      ...bench.engine,
      infer: async (inputs) => {
        if (++runs <= EXAMS) throw new Error('the device is gone');
        return bench.engine.infer(inputs);
      },
    };
    return { ...bench, engine };
  }

  it('write one set after the other, also where the first could not be delivered before an upgrade', async () => {
    const made = makeExam({ rows: 128, columns: 104, seed: 'upgrade', date: today(), views: ['LCC', 'RCC'] });
    await archive.add(...made);
    const file = `${scratch()}/upgrade.db`;
    const { log, lines } = listeningLog();
    const version = (number: string) =>
      Station.open(archive.access, {
        bench: { ...bench, bundle: { ...bench.bundle, version: number } },
        ...{ file, version: number, settings: { settleSeconds: 0 }, log },
      });
    const before = await version('1.0.0');
    before.pacs.store = async () => {
      throw new PacsError('pacs-server-error', 'There is no room.', { status: 507, transient: true });
    };
    expect((await before.poller.cycle()).exams).to.have.nested.property('[0].kept', true);
    await before.close();
    const after = await version('2.0.0');
    stations.push(after);
    const stored: string[] = [];
    const store = after.pacs.store.bind(after.pacs);
    after.pacs.store = (study, instances, how) => {
      stored.push(...instances.map(({ sopInstanceUID }) => sopInstanceUID));
      return store(study, instances, how);
    };
    const [study] = made.map(({ studyInstanceUID }) => studyInstanceUID);
    for (let state = ''; state !== 'delivered'; await sleep(1000 * SETTINGS.retry.longestDelaySeconds)) {
      await after.poller.cycle();
      const records = await after.ledger.list({ studyInstanceUID: study! });
      state = records.find(({ modelVersion }) => modelVersion === '2.0.0')?.state ?? '';
    }
    const first = [...before.kept.keys()];
    expect(stored.slice(0, first.length)).to.have.members(first);
    const report = [...after.kept.values()]
      .map((bytes) => readPart10(bytes).dataset)
      .find((dataset) => dataset.string('Modality') === 'SR')!;
    expect(report.string('SeriesDescription')).to.match(/^AI result rev 2[,;]/);
    const named = report
      .items('PredecessorDocumentsSequence')
      .flatMap((item) => item.items('ReferencedSeriesSequence'))
      .flatMap((item) => item.items('ReferencedSOPSequence'))
      .map((item) => item.string('ReferencedSOPInstanceUID'));
    expect(named).to.have.length(1);
    expect(first).to.include.members(named);
    const closed = lines.filter(({ message }) => message === 'Exam closed');
    expect(closed.map(({ objects }) => objects)).to.deep.equal([first.length, after.kept.size]);
  });

  it('each see every exam to its end, once, whatever fails in between', async () => {
    const exams = Array.from({ length: EXAMS }, (_, i) =>
      makeExam({ rows: 128, columns: 104, seed: `both ${i}`, date: today(), views: ['LCC', 'RCC'] }),
    );
    await archive.add(...exams.flat());
    const file = `${scratch()}/shared.db`;
    for (const version of ['1.0.0', '2.0.0'])
      stations.push(
        await Station.open(archive.access, {
          bench: { ...failingBench(), bundle: { ...bench.bundle, version } },
          file,
          version,
          settings: { settleSeconds: 0 },
        }),
      );
    const { ledger } = stations[0]!;
    for (let round = 0; round < 6; round++) {
      // One after the other, then both at once.
      if (round % 2 === 0) for (const { poller } of stations) await poller.cycle();
      else await Promise.all(stations.map(({ poller }) => poller.cycle()));
      await sleep(1000 * SETTINGS.retry.longestDelaySeconds);
    }
    const records = await ledger.list();
    const ends = records.map(({ studyInstanceUID, modelVersion, state, revision, attempts }) => ({
      study: exams.findIndex(([one]) => one!.studyInstanceUID === studyInstanceUID),
      modelVersion,
      state,
      revision,
      attempts,
    }));
    expect(ends).to.have.deep.members(
      ['1.0.0', '2.0.0'].flatMap((modelVersion) =>
        exams.map((_, study) => ({ study, modelVersion, state: 'delivered', revision: 1, attempts: 2 })),
      ),
    );
    for (const record of records) {
      const events = (await ledger.history(record)).map(({ event }) => event);
      expect(events.filter((event) => event === 'objects-kept')).to.have.lengthOf(1);
      expect(events).not.to.include.members(['adopted']);
      expect(events).not.to.include.members(['superseded']);
    }
  });
});
