import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { readPart10 } from '../../src/dicom/index.js';
import { type ExamOptions, type MadeInstance, makeExam, makeInstance } from '../../src/phantom/index.js';
import type { ExamReport } from '../../src/poller/index.js';
import { type OpenBench, openBench } from '../exam/openBench.js';
import { smallBundle } from '../model/bundles.js';
import { requireOrthanc } from '../pacs/orthanc.js';
import { type Relay, startRelay } from '../pacs/relay.js';
import {
  demoArchive,
  kindsOf,
  realArchive,
  resultsIn,
  SETTINGS,
  Station,
  type StationOptions,
  studyOf,
  type TestArchive,
  today,
} from './hospital.js';

const WRITTEN = ['mammography-cad', ...Array(4).fill('secondary-capture'), 'tid1500'];
const SMALL = { rows: 128, columns: 104 };

/** A made exam of today. */
const exam = (seed: string, options: ExamOptions = {}): MadeInstance[] =>
  makeExam({ ...SMALL, seed, date: today(), ...options });

describe('From a mammogram in the archive to the results beside it', () => {
  let bench: OpenBench;

  before(async () => {
    bench = await openBench(await smallBundle());
  });
  after(() => bench.close());

  for (const [name, start] of [
    ['Orthanc', realArchive],
    ["the demo's archive", demoArchive],
  ] as const) {
    describe(`with ${name}`, () => {
      let archive: TestArchive;
      let relay: Relay;
      const open: Station[] = [];

      before(async function () {
        if (start === realArchive) requireOrthanc(this);
        archive = await start();
      });

      beforeEach(async () => {
        relay = await startRelay(archive.access.url!);
      });

      afterEach(async () => {
        await Promise.all(open.splice(0).map((station) => station.close()));
        await relay.close();
        await archive.clear();
      });

      after(() => archive?.stop());

      const station = async (options: Partial<StationOptions> = {}): Promise<Station> => {
        const opened = await Station.open({ ...archive.access, url: relay.url }, { bench, ...options });
        open.push(opened);
        return opened;
      };

      /** One cycle, and what became of one study in it. */
      const cycle = async (at: Station, study: string): Promise<ExamReport | undefined> =>
        (await at.poller.cycle()).exams.find(({ studyInstanceUID }) => studyInstanceUID === study);

      it('writes one report of each kind and one Secondary Capture per image, as they were kept', async () => {
        const made = exam('first');
        await archive.add(...made);
        const here = await station();
        const report = await cycle(here, studyOf(made));
        expect(report).to.include({ end: 'delivered' });

        const results = await resultsIn(here.pacs, studyOf(made));
        expect(kindsOf(results)).to.deep.equal(WRITTEN);
        for (const { sopInstanceUID, bytes } of results) {
          expect(Buffer.compare(bytes, here.kept.get(sopInstanceUID)!), sopInstanceUID).to.equal(0);
        }
      });

      it('adds nothing and fetches nothing in a second cycle, and never takes its own objects for news', async () => {
        const made = exam('second');
        await archive.add(...made);
        const here = await station();
        await cycle(here, studyOf(made));
        const before = (await here.pacs.instances(studyOf(made))).length;
        for (let i = 0; i < 2; i++) {
          relay.asked.length = 0;
          expect(await cycle(here, studyOf(made))).to.equal(undefined);
          expect(relay.asked.filter((line) => /^POST|instances\/[\d.]+$/.test(line))).to.deep.equal([]);
        }
        expect(await here.pacs.instances(studyOf(made))).to.have.length(before);
      });

      it('waits for an exam whose views are incomplete until it has settled', async () => {
        const made = exam('arriving');
        await archive.add(...made.slice(0, 3));
        const patient = await station();
        const waiting = await patient.poller.cycle();
        expect(waiting.arriving).to.be.greaterThan(0);
        expect(await patient.ledger.list({ studyInstanceUID: studyOf(made) })).to.have.nested.property(
          '[0].state',
          'waiting',
        );
        await archive.add(made[3]!);
        expect(await cycle(patient, studyOf(made))).to.include({ end: 'delivered' });

        const three = exam('settled').slice(0, 3);
        await archive.add(...three);
        const hasty = await station({ settings: { settleSeconds: 0 } });
        expect(await cycle(hasty, studyOf(three))).to.include({ end: 'delivered' });
      });

      it('takes an exam with its views in codes alone for complete as soon as they are all there', async () => {
        const made = exam('codes', { override: { ViewPosition: undefined } });
        await archive.add(...made);
        expect(await cycle(await station(), studyOf(made))).to.include({ end: 'delivered' });
      });

      it('writes one further set of all when images come late, once they have settled', async () => {
        const made = exam('late');
        await archive.add(...made);
        const here = await station({ settings: { settleSeconds: 0.5 } });
        await cycle(here, studyOf(made));
        const first = await resultsIn(here.pacs, studyOf(made));

        const late = { ...SMALL, seed: 'late', date: today() };
        for (const instanceNumber of [5, 6]) {
          await archive.add(makeInstance({ ...late, view: 'CC', instanceNumber }));
          expect(await cycle(here, studyOf(made))).to.equal(undefined);
          await sleep(200);
        }
        await sleep(500);
        expect(await cycle(here, studyOf(made))).to.include({ end: 'delivered' });
        const all = await resultsIn(here.pacs, studyOf(made));
        const before = new Set(first.map(({ sopInstanceUID }) => sopInstanceUID));
        const second = all.filter(({ sopInstanceUID }) => !before.has(sopInstanceUID));
        expect(all).to.have.length(first.length + second.length);
        expect(kindsOf(second)).to.deep.equal(
          ['mammography-cad', ...Array(6).fill('secondary-capture'), 'tid1500'].sort(),
        );
        for (const kind of ['tid1500', 'mammography-cad']) {
          const [report] = second.filter((one) => one.kind === kind);
          const replaced = first.find((one) => one.kind === kind)!.sopInstanceUID;
          expect(predecessorsOf(report!.bytes)).to.deep.equal([replaced]);
        }
        expect(await cycle(here, studyOf(made))).to.equal(undefined);
      });

      it('writes nothing about a spot view that comes late, nor when an image is taken away', async () => {
        const made = exam('spot later');
        await archive.add(...made);
        const here = await station({ settings: { settleSeconds: 0 } });
        await cycle(here, studyOf(made));
        const spot = { ...SMALL, seed: 'spot later', date: today(), instanceNumber: 7 };
        await archive.add(makeInstance({ ...spot, modifier: 'spot-compression' }));
        expect(await cycle(here, studyOf(made))).to.deep.include({ end: 'delivered', objects: [] });
        expect(await resultsIn(here.pacs, studyOf(made))).to.have.length(WRITTEN.length);
        expect(await cycle(here, studyOf(made))).to.equal(undefined);
        expect((await here.ledger.list())[0]).to.include({ state: 'delivered' });
      });

      it("takes an answer back when another patient's image comes into its study, and says so once", async () => {
        const made = exam('two patients');
        await archive.add(...made);
        const here = await station({ settings: { settleSeconds: 0 } });
        await cycle(here, studyOf(made));
        const first = await resultsIn(here.pacs, studyOf(made));

        const foreign = { ...SMALL, seed: 'two patients', date: today(), view: 'CC' as const };
        const override = { PatientBirthDate: '19010101' };
        await archive.add(makeInstance({ ...foreign, instanceNumber: 8, override }));
        expect(await cycle(here, studyOf(made))).to.deep.nested.include({
          end: 'not-processed',
          'reason.code': 'contradictory-patient',
        });
        expect((await here.ledger.list())[0]).to.include({
          state: 'not-processed',
          code: 'contradictory-patient',
        });
        const before = new Set(first.map(({ sopInstanceUID }) => sopInstanceUID));
        const further = async () =>
          (await resultsIn(here.pacs, studyOf(made))).filter((one) => !before.has(one.sopInstanceUID));
        const second = await further();
        expect(kindsOf(second)).to.deep.equal(['mammography-cad', 'tid1500']);
        for (const { kind, bytes } of second) {
          const replaced = first.find((one) => one.kind === kind)!.sopInstanceUID;
          expect(predecessorsOf(bytes)).to.deep.equal([replaced]);
        }

        await archive.add(makeInstance({ ...foreign, instanceNumber: 9, override }));
        expect(await cycle(here, studyOf(made))).to.include({ end: 'not-processed' });
        expect(await further()).to.have.length(second.length);
      });

      it('writes under other names when an exam is processed again on demand', async () => {
        const made = exam('forced');
        await archive.add(...made);
        const here = await station();
        await cycle(here, studyOf(made));
        const [again] = await here.poller.process([studyOf(made)], { force: true });
        expect(again).to.include({ end: 'delivered' });
        const results = await resultsIn(here.pacs, studyOf(made));
        expect(results).to.have.length(2 * WRITTEN.length);
        for (const { sopInstanceUID, bytes } of results) {
          expect(Buffer.compare(bytes, here.kept.get(sopInstanceUID)!)).to.equal(0);
        }
      });

      for (const nameScript of ['japanese-backslash', 'greek', 'cyrillic', 'western', 'unicode'] as const) {
        it(`copies a name in ${nameScript} byte for byte into everything it writes`, async () => {
          const made = exam(nameScript, { nameScript, views: ['LCC'] });
          await archive.add(...made);
          const here = await station({ settings: { settleSeconds: 0 } });
          await cycle(here, studyOf(made));
          const source = rawName(made[0]!.bytes);
          const results = await resultsIn(here.pacs, studyOf(made));
          expect(results).to.have.length(3);
          for (const { bytes } of results) expect(rawName(bytes)).to.deep.equal(source);
        });
      }

      it('closes an exam without a standard view, with the reason and a report', async () => {
        const made = [
          makeInstance({ ...SMALL, seed: 'magnified', date: today(), modifier: 'magnification' }),
        ];
        await archive.add(...made);
        const here = await station({ settings: { settleSeconds: 0 } });
        expect(await cycle(here, studyOf(made))).to.deep.include({
          end: 'not-processed',
          reason: {
            code: 'no-standard-view',
            reason: 'The study holds no standard mammography view that can be analysed.',
          },
        });
        expect(kindsOf(await resultsIn(here.pacs, studyOf(made)))).to.deep.equal([
          'mammography-cad',
          'tid1500',
        ]);
        expect(await cycle(here, studyOf(made))).to.equal(undefined);
      });

      it('closes a tomosynthesis without fetching it, with a report that names its patient', async () => {
        const made = [
          makeInstance({
            ...SMALL,
            seed: 'tomo',
            date: today(),
            kind: 'tomosynthesis',
            nameScript: 'japanese-backslash',
          }),
        ];
        await archive.add(...made);
        const here = await station({ settings: { settleSeconds: 0 } });
        relay.asked.length = 0;
        const report = await cycle(here, studyOf(made));
        expect(relay.asked.filter((line) => /instances\/[\d.]+$/.test(line))).to.deep.equal([]);
        expect(report).to.deep.nested.include({ end: 'not-processed', 'reason.code': 'no-standard-view' });
        expect(report?.outcome?.leftOut[0]).to.include({ code: 'tomosynthesis' });

        const results = await resultsIn(here.pacs, studyOf(made));
        expect(kindsOf(results)).to.deep.equal(['tid1500']);
        const named = (bytes: Uint8Array) => readPart10(bytes).dataset.string('PatientName');
        expect(named(results[0]!.bytes)).to.equal(named(made[0]!.bytes));
      });

      it('closes a study of images that are not Digital Mammography: scanned film gets an answer', async () => {
        const film = makeInstance({ ...SMALL, seed: 'film', date: today(), kind: 'secondary-capture' });
        await archive.add(film);
        const here = await station({ settings: { settleSeconds: 0 } });
        relay.asked.length = 0;
        const report = await cycle(here, film.studyInstanceUID);
        expect(relay.asked.filter((line) => /instances\/[\d.]+$/.test(line))).to.deep.equal([]);
        expect(report).to.deep.nested.include({ end: 'not-processed', 'reason.code': 'no-standard-view' });
        expect(report?.outcome?.leftOut[0]).to.include({ code: 'secondary-capture' });
        const written = (await resultsIn(here.pacs, film.studyInstanceUID)).filter(
          ({ sopInstanceUID }) => sopInstanceUID !== film.sopInstanceUID,
        );
        expect(kindsOf(written)).to.deep.equal(['tid1500']);
        expect(await cycle(here, film.studyInstanceUID)).to.equal(undefined);
      });

      it("is not moved to work again by another maker's pictures beside an exam that it has analysed", async () => {
        const made = exam('beside');
        await archive.add(...made);
        const here = await station();
        await cycle(here, studyOf(made));
        await archive.add(
          makeInstance({
            ...SMALL,
            seed: 'beside',
            date: today(),
            kind: 'secondary-capture',
            instanceNumber: 9,
          }),
        );
        expect(await cycle(here, studyOf(made))).to.equal(undefined);
      });

      it('writes no "not processed" report where the settings say so, and closes the exam all the same', async () => {
        const made = [
          makeInstance({ ...SMALL, seed: 'silent', date: today(), modifier: 'spot-compression' }),
        ];
        await archive.add(...made);
        const here = await station({
          settings: { settleSeconds: 0 },
          bench: { ...bench, settings: { ...bench.settings, notProcessed: false } },
        });
        expect(await cycle(here, studyOf(made))).to.include({ end: 'not-processed' });
        expect(await resultsIn(here.pacs, studyOf(made))).to.deep.equal([]);
        expect(await cycle(here, studyOf(made))).to.equal(undefined);
      });

      it('goes on without pixels that cannot be read, and says so', async () => {
        const made = exam('broken');
        const broken = makeInstance({
          ...SMALL,
          seed: 'broken',
          date: today(),
          kind: 'missing-pixels',
        });
        await archive.add(...made.filter(({ view }) => view !== 'LCC'), broken);
        const report = await cycle(await station(), studyOf(made));
        expect(report).to.include({ end: 'partial' });
        expect(report?.outcome?.leftOut).to.have.length(1);
        expect(report?.outcome?.leftOut[0]).to.include({
          sopInstanceUID: broken.sopInstanceUID,
          code: 'no-pixel-data',
        });
      });

      it('writes nothing while an image is listed and not found, and all of it once it is', async () => {
        const made = exam('not found at first');
        await archive.add(...made);
        let isAway = true;
        relay.fate = (line) =>
          isAway && line.endsWith(`/instances/${made[1]!.sopInstanceUID}`) ? { status: 404 } : 'pass';
        const here = await station();
        expect(await cycle(here, studyOf(made))).to.deep.nested.include({
          end: 'failed',
          'reason.code': 'pacs-not-found',
        });
        expect(await resultsIn(here.pacs, studyOf(made))).to.deep.equal([]);
        isAway = false;
        await sleep(80);
        expect(await cycle(here, studyOf(made))).to.deep.nested.include({
          end: 'delivered',
          'outcome.status': 'analysed',
        });
        expect(kindsOf(await resultsIn(here.pacs, studyOf(made)))).to.deep.equal(WRITTEN);
      });

      it('says of a result that lacks an image that it is partial, and writes the whole later', async () => {
        const made = exam('lost');
        const study = studyOf(made);
        await archive.add(...made);
        relay.fate = (line) =>
          line.endsWith(`/instances/${made[1]!.sopInstanceUID}`) ? { status: 404 } : 'pass';
        const here = await station();
        const toItsEnd = async () => {
          for (let tries = 1; ; tries++) {
            const report = await cycle(here, study);
            if (report?.end !== 'failed') return { report, tries };
            await sleep(80);
          }
        };
        const { report, tries } = await toItsEnd();
        expect(tries).to.equal(SETTINGS.retry.attempts);
        expect(report).to.deep.nested.include({
          end: 'partial',
          'outcome.status': 'partly-analysed',
          'reason.code': 'images-missing',
        });
        expect(report?.outcome?.leftOut).to.have.length(1);
        const lost = { sopInstanceUID: made[1]!.sopInstanceUID, code: 'pacs-not-found' };
        expect(report?.outcome?.leftOut[0]).to.include(lost);
        expect((await here.ledger.list())[0]).to.include({ state: 'partial', code: 'images-missing' });
        const partial = await resultsIn(here.pacs, study);
        expect(partial).to.have.length(WRITTEN.length - 1);

        // As long as the image stays away, another try changes nothing.
        await here.ledger.retry({ states: ['partial'] });
        expect((await toItsEnd()).report).to.deep.include({ end: 'partial', objects: [] });
        expect(await resultsIn(here.pacs, study)).to.have.length(partial.length);

        relay.fate = () => 'pass';
        await here.ledger.retry({ states: ['partial'] });
        expect(await cycle(here, study)).to.deep.nested.include({
          end: 'delivered',
          'outcome.status': 'analysed',
        });
        const whole = (await resultsIn(here.pacs, study)).filter(
          ({ sopInstanceUID }) => !partial.some((one) => one.sopInstanceUID === sopInstanceUID),
        );
        expect(kindsOf(whole)).to.deep.equal(WRITTEN);
        for (const kind of ['tid1500', 'mammography-cad']) {
          const replaced = partial.find((one) => one.kind === kind)!.sopInstanceUID;
          expect(predecessorsOf(whole.find((one) => one.kind === kind)!.bytes)).to.deep.equal([replaced]);
        }
      });

      it('says of an answer that it is partial once a view has come that cannot be had', async () => {
        const made = exam('lost later');
        const study = studyOf(made);
        await archive.add(...made);
        const here = await station({ settings: { settleSeconds: 0 } });
        await cycle(here, study);
        const first = await resultsIn(here.pacs, study);
        const late = makeInstance({
          ...{ ...SMALL, seed: 'lost later', date: today() },
          ...{ view: 'CC', instanceNumber: 5 },
        });
        await archive.add(late);
        relay.fate = (line) =>
          line.endsWith(`/instances/${late.sopInstanceUID}`) ? { status: 404 } : 'pass';
        const toItsEnd = async () => {
          for (;;) {
            const report = await cycle(here, study);
            if (report?.end !== 'failed') return report;
            await sleep(80);
          }
        };
        expect(await toItsEnd()).to.deep.nested.include({ end: 'partial', 'reason.code': 'images-missing' });
        expect((await here.ledger.list())[0]).to.include({ state: 'partial', code: 'images-missing' });
        const isNew = ({ sopInstanceUID }: { sopInstanceUID: string }) =>
          !first.some((one) => one.sopInstanceUID === sopInstanceUID);
        const second = (await resultsIn(here.pacs, study)).filter(isNew);
        expect(kindsOf(second)).to.deep.equal(WRITTEN);
        // It has been said once.
        await here.ledger.retry({ states: ['partial'] });
        expect(await toItsEnd()).to.deep.include({ end: 'partial', objects: [] });
      });

      it('works until every complete exam is done, however few it takes on in a cycle', async () => {
        const made = ['a', 'b', 'c'].map((seed) => exam(seed, { views: ['LCC'] }));
        for (const one of made) await archive.add(...one);
        const here = await station({ settings: { settleSeconds: 0.3, maxExamsPerCycle: 1 } });
        const cycles = await here.poller.untilDone(() => {});
        const ends = cycles.flatMap(({ exams }) => exams.map(({ end }) => end));
        expect(ends).to.deep.equal(['delivered', 'delivered', 'delivered']);
      });

      it('closes an exam whose images have been taken out of the archive again', async () => {
        const made = exam('gone', { views: ['LCC'] });
        await archive.add(...made);
        const here = await station({ settings: { settleSeconds: 0.3 } });
        await here.poller.cycle();
        await archive.clear();
        await relay.close();
        relay = await startRelay(archive.access.url!);
        const again = await station({ file: here.file, settings: { settleSeconds: 0.3 } });
        const cycles = await again.poller.untilDone(() => {});
        expect(cycles.flatMap(({ exams }) => exams)[0]).to.deep.nested.include({
          end: 'not-processed',
          'reason.code': 'no-mammogram',
        });
      });

      it('says whose exam it was that no image could be read of', async () => {
        const made = exam('unreadable', { views: ['RCC'], nameScript: 'greek' });
        await archive.add(...made);
        relay.fate = (line) => (/instances\/[\d.]+$/.test(line) ? { status: 404 } : 'pass');
        const retry = { attempts: 2, firstDelaySeconds: 0.01, longestDelaySeconds: 0.01 };
        const here = await station({ settings: { settleSeconds: 0, retry } });
        expect(await cycle(here, studyOf(made))).to.include({ end: 'failed' });
        await sleep(30);
        expect(await cycle(here, studyOf(made))).to.deep.nested.include({
          end: 'not-processed',
          'reason.code': 'images-unreadable',
        });
        relay.fate = () => 'pass';
        const results = await resultsIn(here.pacs, studyOf(made));
        expect(kindsOf(results)).to.deep.equal(['mammography-cad', 'tid1500']);
        for (const { bytes } of results) {
          expect(readPart10(bytes).dataset.string('PatientName')).to.equal('Μαμόρι^Φάντασμα');
        }
      });
    });
  }
});

function rawName(bytes: Uint8Array) {
  const { dataset } = readPart10(bytes);
  const hex = (keyword: string) => Buffer.from(dataset.raw(keyword)?.bytes ?? []).toString('hex');
  return { name: hex('PatientName'), characterSet: hex('SpecificCharacterSet') };
}

function predecessorsOf(report: Uint8Array): string[] {
  return readPart10(report)
    .dataset.items('PredecessorDocumentsSequence')
    .flatMap((study) => study.items('ReferencedSeriesSequence'))
    .flatMap((series) => series.items('ReferencedSOPSequence'))
    .map((item) => item.string('ReferencedSOPInstanceUID')!);
}
