import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { Engine } from '../../src/model/index.js';
import { makeExam } from '../../src/phantom/index.js';
import { reportedAnswer } from '../../src/sr/index.js';
import { type OpenBench, openBench } from '../exam/openBench.js';
import { smallBundle } from '../model/bundles.js';
import { demoArchive, kindsOf, resultsIn, SETTINGS, Station, type TestArchive, today } from './hospital.js';

const exam = (seed: string) =>
  makeExam({ rows: 128, columns: 104, seed, date: today(), views: ['LCC', 'RCC'] });

describe('Exams that end their workers', () => {
  let bench: OpenBench;
  let archive: TestArchive;
  let here: Station | undefined;

  before(async () => {
    [bench, archive] = await Promise.all([smallBundle().then(openBench), demoArchive()]);
  });
  afterEach(async () => {
    await here?.close();
    here = undefined;
    await archive.clear();
  });
  after(async () => {
    await archive.stop();
    await bench.close();
  });

  /** As if so many processes had died over the exam one after the other. */
  async function dieOver(study: string, station: Station, times: number): Promise<void> {
    const key = {
      studyInstanceUID: study,
      modelName: 'small',
      modelVersion: '1.0.0',
      settingsDigest: 'test',
    };
    const { ledger } = station;
    await ledger.observe(key, { fingerprint: 'two images' });
    // Each lease is over before it began.
    for (let i = 0; i < times; i++) await ledger.claim(key, `died ${i}`, -1);
  }

  it('are not analysed again forever: after the last try they are answered without it', async () => {
    const made = exam('deadly');
    const study = made[0]!.studyInstanceUID;
    await archive.add(...made);
    let runs = 0;
    const engine: Engine = {
      ...bench.engine,
      infer: async (inputs) => {
        runs++;
        return bench.engine.infer(inputs);
      },
    };
    here = await Station.open(archive.access, {
      bench: { ...bench, engine },
      settings: { settleSeconds: 0 },
    });
    await dieOver(study, here, SETTINGS.retry.attempts);
    const [report] = (await here.poller.cycle()).exams;
    expect(report).to.deep.nested.include({ end: 'not-processed', 'reason.code': 'process-ended' });
    expect(runs).to.equal(0);
    expect(kindsOf(await resultsIn(here.pacs, study))).to.deep.equal(['mammography-cad', 'tid1500']);
  });

  it('are given up untouched where even the answer that they got none ends the process', async () => {
    const made = exam('deadlier');
    const study = made[0]!.studyInstanceUID;
    await archive.add(...made);
    here = await Station.open(archive.access, { bench, settings: { settleSeconds: 0 } });
    await dieOver(study, here, SETTINGS.retry.attempts + 1);
    const [report] = (await here.poller.cycle()).exams;
    expect(report).to.deep.nested.include({ end: 'not-processed', 'reason.code': 'process-ended' });
    expect(report!.retrievedBytes).to.equal(0);
    expect(await resultsIn(here.pacs, study)).to.deep.equal([]);
  });

  it('are analysed when an administrator asks for it', async () => {
    const made = exam('mended');
    const study = made[0]!.studyInstanceUID;
    await archive.add(...made);
    here = await Station.open(archive.access, { bench, settings: { settleSeconds: 0 } });
    await dieOver(study, here, SETTINGS.retry.attempts + 1);
    await here.poller.cycle();
    const [report] = await here.poller.process([study]);
    expect(report).to.include({ end: 'delivered' });
  });

  it('are told with what they were answered, whoever delivers it in the end', async () => {
    const made = exam('delivered by another');
    const study = made[0]!.studyInstanceUID;
    await archive.add(...made);
    const first = await Station.open(archive.access, { bench, settings: { settleSeconds: 0 } });
    first.ledger.sent = async () => {
      throw new Error('the process ends');
    };
    const [lost] = (await first.poller.cycle()).exams;
    expect(lost).to.deep.include({ end: 'failed', kept: true, shortAnswer: undefined });
    await first.close();
    here = await Station.open(archive.access, { bench, settings: { settleSeconds: 0 }, file: first.file });
    await here.ledger.retry({ studies: [study] });
    const [report] = (await here.poller.cycle()).exams;
    expect(report).to.include({ end: 'delivered', outcome: undefined });
    expect(
      report!.shortAnswer!.breasts.map(({ laterality, answered }) => [laterality, answered]),
    ).to.deep.equal([
      ['R', true],
      ['L', true],
    ]);
    // As the very report says that stands in the archive.
    const results = await resultsIn(here.pacs, study);
    const said = reportedAnswer(results.find(({ kind }) => kind === 'tid1500')!.bytes)!;
    for (const breast of report!.shortAnswer!.breasts) {
      const name = breast.laterality === 'R' ? 'Right breast' : 'Left breast';
      const probability = Number(said.answers.find(({ about }) => about.startsWith(name))!.probability);
      expect(breast.answered && breast.probability).to.be.closeTo(probability / 100, 0.001);
    }
  });

  it('take none along twice: what was under way is tried alone, the least tried first', async () => {
    const exams = ['deadly', 'beside it', 'new', 'newer', 'newest'].map(exam);
    const [deadly, beside, ...fresh] = exams.map((made) => made[0]!.studyInstanceUID);
    await archive.add(...exams.flat());
    here = await Station.open(archive.access, { bench, settings: { settleSeconds: 0, workers: 3 } });
    await dieOver(deadly!, here, 2);
    await dieOver(beside!, here, 1);
    const { ledger } = here;
    const { claimNext, close } = ledger;
    const underWay = new Set<string>();
    const begun: { study: string; together: number }[] = [];
    ledger.claimNext = async (algorithm, turn) => {
      const claim = await claimNext(algorithm, turn);
      if (claim === undefined) return undefined;
      underWay.add(claim.exam.studyInstanceUID);
      begun.push({ study: claim.exam.studyInstanceUID, together: underWay.size });
      return claim;
    };
    ledger.close = async (held) => {
      const end = await close(held);
      underWay.delete(held.exam.studyInstanceUID);
      return end;
    };
    const { exams: reports } = await here.poller.cycle();
    expect(reports.map(({ end }) => end)).to.deep.equal(Array(5).fill('delivered'));
    expect(begun.slice(0, 3).map(({ study }) => study)).to.have.members(fresh);
    expect(Math.max(...begun.map(({ together }) => together))).to.equal(3);
    expect(begun.slice(3)).to.deep.equal([
      { study: beside, together: 1 },
      { study: deadly, together: 1 },
    ]);
  });

  it('keep no exam from its end for as long as more is due than a cycle takes', async () => {
    const [behind, ...fresh] = ['behind', 'a', 'b', 'c'].map(exam);
    const study = behind![0]!.studyInstanceUID;
    await archive.add(...behind!, ...fresh.flat());
    here = await Station.open(archive.access, { bench, settings: { settleSeconds: 0, maxExamsPerCycle: 2 } });
    await dieOver(study, here, 1);
    const { exams: reports, postponed } = await here.poller.cycle();
    expect(reports.map(({ end }) => end)).to.deep.equal(['delivered', 'delivered', 'delivered']);
    expect(reports.at(-1)!.studyInstanceUID).to.equal(study);
    expect(postponed).to.equal(1);
  });

  it('do not leave a cycle half at work when the ledger fails one of its lanes', async () => {
    const [first, second] = [exam('one'), exam('two')];
    await archive.add(...first, ...second);
    let underWay = 0;
    const engine: Engine = {
      ...bench.engine,
      infer: async (inputs) => {
        underWay++;
        await sleep(200);
        underWay--;
        return bench.engine.infer(inputs);
      },
    };
    here = await Station.open(archive.access, {
      bench: { ...bench, engine },
      settings: { settleSeconds: 0, workers: 2 },
    });
    const { ledger } = here;
    const { claimNext } = ledger;
    ledger.claimNext = async (algorithm, turn) => {
      if (!turn.worker.endsWith('/0')) return claimNext(algorithm, turn);
      while (underWay === 0) await sleep(5);
      throw new Error('disk I/O error');
    };
    const error = await here.poller.cycle().catch((one: unknown) => one);
    expect(error).to.have.property('message', 'disk I/O error');
    expect(underWay).to.equal(0);
    // The other lane goes on to the end, and takes what the failing one could not.
    expect((await ledger.counts()).delivered).to.equal(2);
  });
});
