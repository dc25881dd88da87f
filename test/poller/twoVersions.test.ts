import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { Engine } from '../../src/model/index.js';
import { makeExam } from '../../src/phantom/index.js';
import { type OpenBench, openBench } from '../exam/openBench.js';
import { smallBundle } from '../model/bundles.js';
import { demoArchive, SETTINGS, Station, scratch, type TestArchive, today } from './hospital.js';

const EXAMS = 4;

describe('Two versions of a model on one ledger', () => {
  let bench: OpenBench;
  let archive: TestArchive;
  const stations: Station[] = [];

  before(async () => {
    [bench, archive] = await Promise.all([smallBundle().then(openBench), demoArchive()]);
  });
  after(async () => {
    for (const station of stations) await station.close();
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

  it('each see every exam to its end, once, whatever fails in between', async () => {
    const exams = Array.from({ length: EXAMS }, (_, i) =>
      makeExam({ rows: 160, columns: 128, seed: `both ${i}`, date: today(), views: ['LCC', 'RCC'] }),
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
