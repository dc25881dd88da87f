import { expect } from 'chai';
import { readPart10 } from '../../src/dicom/index.js';
import type { ServedModel } from '../../src/ledger/index.js';
import { type MadeInstance, makeExam } from '../../src/phantom/index.js';
import { planReprocess } from '../../src/poller/index.js';
import { Reprocess } from '../../src/poller/reprocessSource.js';
import { takeUpAgain } from '../../src/poller/takeUpAgain.js';
import { startRelay } from '../pacs/relay.js';
import { demoHospital } from './demoHospital.js';
import { ALGORITHM, daysAgo, resultsIn, SETTINGS, Station, studyOf, today } from './hospital.js';

const HOUR_MS = 3_600_000;
const exam = (seed: string, date: string): MadeInstance[] =>
  makeExam({ rows: 128, columns: 104, seed, date, views: ['LCC', 'RCC'] });
const range = { from: daysAgo(40), to: daysAgo(10) };
const REPORTS = ['tid1500', 'mammography-cad'];
const KINDS = [...REPORTS, 'secondary-capture'];
const modelOf = (version: string): ServedModel => ({ ...ALGORITHM, modelVersion: version });

describe('Exams that are to be processed again', () => {
  const hospital = demoHospital();

  /** Old exams that the first version of the model has answered. */
  async function answered(...exams: MadeInstance[][]): Promise<Station> {
    await hospital.archive.add(...exams.flat());
    const station = await Station.open(hospital.archive.access, { bench: hospital.bench });
    hospital.open.push(station);
    for (const made of exams) await station.poller.process([studyOf(made)]);
    // `process` asks for no study date; the search does.
    for (const made of exams)
      await station.ledger.observe(
        { studyInstanceUID: studyOf(made), ...ALGORITHM },
        {
          fingerprint: (await station.ledger.list({ studyInstanceUID: studyOf(made) }))[0]!.fingerprint,
          studyDate: readPart10(made[0]!.bytes).dataset.string('StudyDate'),
        },
      );
    return station;
  }

  async function planFor(station: Station, version: string, reports = REPORTS) {
    const { ledger } = station;
    return planReprocess({ range }, { ledger, served: modelOf(version), reports, kinds: KINDS });
  }

  /** A Mamori with another version of the model, on the same ledger. */
  async function reprocessing(
    file: string,
    studies: MadeInstance[][],
    options: { perHour?: number; url?: string; version?: string; reports?: string[] } = {},
  ) {
    const { perHour = 3600, version = '2.0.0', reports = REPORTS } = options;
    const clock = { hours: 0 };
    let source: Reprocess | undefined;
    const station = await Station.open(
      { ...hospital.archive.access, ...(options.url === undefined ? {} : { url: options.url }) },
      {
        bench: { ...hospital.bench, bundle: { ...hospital.bench.bundle, version } },
        file,
        version,
        sources: (parts) => {
          const pace = { perHour, steady: () => clock.hours * HOUR_MS };
          source = new Reprocess(
            { ...parts, ...pace, reports, studies: studies.map(studyOf) },
            new AbortController().signal,
          );
          return [source];
        },
      },
    );
    hospital.open.push(station);
    const cycle = async () =>
      (await station.poller.cycle({ whole: false })).exams.map(({ studyInstanceUID }) => studyInstanceUID);
    const toEnd = async () => {
      const taken: string[] = [];
      for (let round = 0; round < 10; round++) {
        taken.push(...(await cycle()));
        clock.hours++;
      }
      return taken;
    };
    return { station, source: source!, clock, cycle, toEnd };
  }

  const reportsIn = async (station: Station, made: MadeInstance[]) =>
    (await resultsIn(station.pacs, studyOf(made))).filter(({ kind }) => kind === 'tid1500');

  it('are without any order those of the days that are searched, by another version', async () => {
    const recent = makeExam({ rows: 128, columns: 104, seed: 'recent', date: today() });
    const older = makeExam({ rows: 128, columns: 104, seed: 'older', date: daysAgo(12) });
    const { file } = await answered(recent, older);
    const bench = { ...hospital.bench, bundle: { ...hospital.bench.bundle, version: '2.0.0' } };
    const second = await Station.open(hospital.archive.access, { bench, file, version: '2.0.0' });
    hospital.open.push(second);
    const taken = (await second.poller.cycle()).exams;
    expect(taken.map(({ studyInstanceUID, end }) => [studyInstanceUID, end])).to.deep.equal([
      [studyOf(recent), 'delivered'],
    ]);
    expect((await reportsIn(second, recent)).length).to.equal(2);
    expect((await reportsIn(second, older)).length).to.equal(1);
  });

  it('are counted before with what they write; those done today or outside the range are not', async () => {
    const [older, newer] = [exam('older', daysAgo(35)), exam('newer', daysAgo(12))];
    const outside = exam('outside', daysAgo(60));
    const first = await answered(older, newer, outside);
    const plan = await planFor(first, '2.0.0');
    expect(plan.studies).to.deep.equal([newer, older].map(studyOf));
    const written = (
      await Promise.all([older, newer].map((made) => resultsIn(first.pacs, studyOf(made))))
    ).flat();
    const counted = Object.fromEntries(
      KINDS.map((kind) => [kind, written.filter((one) => one.kind === kind).length]),
    );
    expect(plan.objects).to.deep.equal(counted);
    const made = (
      await Promise.all(
        [older, newer].map(async (one) =>
          first.ledger.made((await first.ledger.list({ studyInstanceUID: studyOf(one) }))[0]!),
        ),
      )
    ).flat();
    expect(plan.bytes)
      .to.equal(made.reduce((sum, { size }) => sum + size, 0))
      .and.be.greaterThan(10_000);
    expect(await planFor(first, '1.0.0')).to.deep.include({ studies: [], done: 2, objects: {} });
    const named = { studies: [studyOf(outside), studyOf(exam('never', today()))] };
    const served = modelOf('2.0.0');
    expect(
      await planReprocess(named, {
        ledger: first.ledger,
        served,
        reports: REPORTS,
        kinds: [...KINDS, 'overview'],
      }),
    ).to.deep.include({
      studies: [studyOf(outside)],
      unknown: [studyOf(exam('never', today()))],
      notCounted: ['overview'],
    });
  });

  it('are written after every new exam, once, as successors of what stands there', async () => {
    const [older, newer] = [exam('older', daysAgo(35)), exam('newer', daysAgo(12))];
    const first = await answered(older, newer);
    const fresh = makeExam({ rows: 128, columns: 104, seed: 'new', date: today() });
    await hospital.archive.add(...fresh);
    const before = await reportsIn(first, newer);
    const { toEnd, source, station } = await reprocessing(first.file, [newer, older]);
    expect(await toEnd()).to.deep.equal([fresh, newer, older].map(studyOf));
    expect(source.isOver).to.equal(true);
    expect(source.progress).to.deep.include({ exams: 2, taken: 2, alone: 0, troubled: [] });
    const reports = await reportsIn(station, newer);
    expect(reports).to.have.length(2);
    const successor = reports.find(({ sopInstanceUID }) => sopInstanceUID !== before[0]!.sopInstanceUID)!;
    const named = readPart10(successor.bytes).dataset.items('PredecessorDocumentsSequence');
    expect(
      named[0]!
        .items('ReferencedSeriesSequence')[0]!
        .items('ReferencedSOPSequence')
        .map((one) => one.string('ReferencedSOPInstanceUID')),
    ).to.deep.equal([before[0]!.sopInstanceUID]);
    expect(await planFor(first, '2.0.0')).to.deep.include({ studies: [], done: 2 });
    // Lists of series tell which is the newer.
    const titles = (await resultsIn(station.pacs, studyOf(newer))).map(({ bytes }) =>
      readPart10(bytes).dataset.string('SeriesDescription'),
    );
    expect(titles.filter((title) => title?.includes(' rev 2'))).to.have.length(titles.length / 2);
  });

  it('go at the rate that is told, and on where they were stopped, however stale the list', async () => {
    const exams = [11, 12, 13].map((days) => exam(`e${days}`, daysAgo(days)));
    const first = await answered(...exams);
    const slow = await reprocessing(first.file, exams, { perHour: 1 });
    expect(await slow.cycle()).to.have.length(1);
    expect(await slow.cycle()).to.have.length(0);
    expect(slow.source.progress.hoursLeft).to.equal(2);
    await slow.station.close();
    const again = await reprocessing(first.file, exams);
    expect(await again.toEnd()).to.deep.equal(exams.slice(1).map(studyOf));
    expect(again.source.progress).to.include({ taken: 2, alone: 1 });
    for (const made of exams) expect(await reportsIn(first, made)).to.have.length(2);
  });

  it('are written once by two processes that were told the same, and a third that serves', async () => {
    const exams = [11, 12, 13, 14].map((days) => exam(`e${days}`, daysAgo(days)));
    const first = await answered(...exams);
    const all = [
      await reprocessing(first.file, exams),
      await reprocessing(first.file, exams),
      await reprocessing(first.file, []),
    ];
    await Promise.all(all.map(({ toEnd }) => toEnd()));
    for (const made of exams) expect(await reportsIn(first, made)).to.have.length(2);
    expect(await first.ledger.countDue(modelOf('2.0.0'))).to.equal(0);
  });

  it('are also those of today that lack a report which is switched on since', async () => {
    const made = exam('one', daysAgo(12));
    const oneReport = { ...hospital.bench.settings, reports: ['tid1500' as const] };
    await hospital.archive.add(...made);
    const first = await Station.open(hospital.archive.access, {
      bench: { ...hospital.bench, settings: oneReport },
    });
    hospital.open.push(first);
    await first.poller.process([studyOf(made)]);
    const named = { studies: [studyOf(made)] };
    const planned = (reports: string[]) =>
      planReprocess(named, { ledger: first.ledger, served: ALGORITHM, reports, kinds: reports });
    expect(await planned(['tid1500'])).to.deep.include({ studies: [], done: 1 });
    expect(await planned(REPORTS)).to.deep.include({
      studies: [studyOf(made)],
      objects: { tid1500: 1, 'mammography-cad': 1 },
    });
    // Two at once, of which one takes it up.
    const parts = { ...first, settings: SETTINGS, served: ALGORITHM, reports: REPORTS };
    const taken = () => takeUpAgain(studyOf(made), { ...parts, ledger: first.ledger, pacs: first.pacs });
    expect((await Promise.all([taken(), taken()])).sort()).to.deep.equal(['taken-up', 'under-way']);
    await first.close();
    const second = await reprocessing(first.file, [], { version: '1.0.0' });
    expect(await second.toEnd()).to.deep.equal([studyOf(made)]);
    const kinds = (await resultsIn(second.station.pacs, studyOf(made))).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'tid1500')).to.have.length(2);
    expect(kinds.filter((kind) => kind === 'mammography-cad')).to.have.length(1);
    const { ledger, pacs } = second.station;
    expect(await takeUpAgain(studyOf(made), { ...parts, ledger, pacs })).to.equal('done');
  });

  it('may be gone from the archive, or not to be looked at: that is said, and nothing else waits for it', async () => {
    const exams = [11, 12, 13].map((days) => exam(`e${days}`, daysAgo(days)));
    const first = await answered(...exams);
    await hospital.archive.clear();
    await hospital.archive.add(...exams[1]!, ...exams[2]!);
    const relay = await startRelay(hospital.archive.access.url!);
    try {
      relay.fate = (line) => (line.includes(`/studies/${studyOf(exams[1]!)}/`) ? { status: 500 } : 'pass');
      const { toEnd, source } = await reprocessing(first.file, exams, { url: relay.url });
      expect(await toEnd()).to.deep.equal([studyOf(exams[2]!)]);
      expect(source.progress).to.deep.include({ gone: 1, taken: 1, troubled: [studyOf(exams[1]!)] });
    } finally {
      await relay.close();
    }
  });
});
