import { join } from 'node:path';
import { expect } from 'chai';
import { LedgerError } from '../../src/ledger/index.js';
import { type MadeInstance, makeExam } from '../../src/phantom/index.js';
import type { StudyRules } from '../../src/poller/index.js';
import { type OpenBench, openBench } from '../exam/openBench.js';
import { smallBundle } from '../model/bundles.js';
import { requireOrthanc } from '../pacs/orthanc.js';
import { type Relay, startRelay } from '../pacs/relay.js';
import {
  demoArchive,
  realArchive,
  resultsIn,
  Station,
  type StationOptions,
  scratch,
  studyOf,
  type TestArchive,
  today,
} from './hospital.js';
import { listeningLog } from './listeningLog.js';

type Attributes = NonNullable<Parameters<typeof makeExam>[0]>['override'];

const exam = (seed: string, override: Attributes = {}): MadeInstance[] =>
  makeExam({ rows: 128, columns: 104, seed, date: today(), views: ['LCC', 'RCC'], override });

for (const [name, start] of [
  ["the demo's archive", demoArchive],
  ['Orthanc', realArchive],
] as const)
  describe(`Studies that the settings pass over, in ${name}`, () => {
    let bench: OpenBench;
    let archive: TestArchive;
    let relay: Relay;
    const open: Station[] = [];

    before(async function () {
      if (start === realArchive) requireOrthanc(this);
      [bench, archive] = await Promise.all([smallBundle().then(openBench), start()]);
    });
    beforeEach(async () => {
      relay = await startRelay(archive.access.url!);
    });
    afterEach(async () => {
      await Promise.all(open.splice(0).map((station) => station.close()));
      await relay.close();
      await archive.clear();
    });
    after(async () => {
      await archive?.stop();
      await bench?.close();
    });

    async function station(rules: StudyRules, options: Partial<StationOptions> = {}) {
      const opened = await Station.open(
        { ...archive.access, url: relay.url },
        { bench, ...options, settings: { settleSeconds: 0, ...rules, ...options.settings } },
      );
      open.push(opened);
      return opened;
    }

    it('leaves them alone by what stands in the list of studies, and counts them', async () => {
      const [wanted, biopsy] = [exam('a'), exam('b', { StudyDescription: 'MG GUIDED BIOPSY LEFT' })];
      await archive.add(...wanted, ...biopsy);
      const { log, lines } = listeningLog();
      const at = await station({ exclude: { StudyDescription: ['*biopsy*'] } }, { log });
      for (let round = 0; round < 2; round++) {
        const report = await at.poller.cycle();
        expect(report.studies).to.equal(2);
        expect(report.passedOver).to.deep.equal({ 'poll.exclude.StudyDescription': 1 });
      }
      const images = new RegExp(`${studyOf(biopsy)}.*/(instances|metadata)`);
      expect(relay.asked.filter((line) => images.test(line))).to.deep.equal([]);
      expect(await resultsIn(at.pacs, studyOf(wanted))).not.to.have.length(0);
      expect(await resultsIn(at.pacs, studyOf(biopsy))).to.have.length(0);
      expect(await at.ledger.list({ studyInstanceUID: studyOf(biopsy), limit: 1 })).to.have.length(0);
      // Said once, with the pattern and without the value.
      const said = lines.filter(({ message }) => message === 'The study is passed over');
      expect(said).to.have.length(1);
      expect(JSON.stringify(said))
        .to.include(studyOf(biopsy))
        .and.include('*biopsy*')
        .and.not.include('GUIDED');
    });

    it('looks at the images where the list does not tell', async () => {
      const [wanted, other] = [exam('a', { StationName: 'MG1' }), exam('b', { StationName: 'QC-ROOM' })];
      await archive.add(...wanted, ...other);
      const at = await station({ include: { StationName: ['MG?'] } });
      const report = await at.poller.cycle();
      expect(report.passedOver).to.deep.equal({ 'poll.include.StationName': 1 });
      expect(report.exams.map(({ studyInstanceUID }) => studyInstanceUID)).to.deep.equal([studyOf(wanted)]);
    });

    it("looks into an image's file where the archive describes none", async () => {
      const [wanted, other] = [exam('a', { StationName: 'MG1' }), exam('b', { StationName: 'QC-ROOM' })];
      await archive.add(...wanted, ...other);
      relay.fate = (line) => (line.includes('/metadata') ? { status: 404 } : 'pass');
      const at = await station({ include: { StationName: ['MG?'] } });
      const report = await at.poller.cycle();
      expect(report.exams.map(({ studyInstanceUID }) => studyInstanceUID)).to.deep.equal([studyOf(wanted)]);
      expect(report.passedOver).to.deep.equal({ 'poll.include.StationName': 1 });
    });

    it('takes no study while it cannot be found out, and says so', async () => {
      const wanted = exam('a');
      await archive.add(...wanted);
      relay.fate = (line) => (line.includes('/metadata') ? { status: 503 } : 'pass');
      const at = await station({ exclude: { StationName: ['QC*'] }, include: { StationAETitle: ['*'] } });
      const report = await at.poller.cycle();
      expect(report.exams).to.deep.equal([]);
      expect(report.problems.map(({ code }) => code)).to.deep.equal(['pacs-busy']);
    });

    it('takes a study that it passed over, once that has changed, as it takes any other', async () => {
      const [other] = exam('a');
      const [, wanted] = exam('a', { InstitutionalDepartmentName: 'SCREENING' });
      await archive.add(other!);
      const at = await station({ include: { InstitutionalDepartmentName: ['SCREENING'] } });
      const passedOver = { 'poll.include.InstitutionalDepartmentName': 1 };
      expect((await at.poller.cycle()).passedOver).to.deep.equal(passedOver);
      await archive.add(wanted!);
      expect((await at.poller.cycle()).exams.map(({ end }) => end)).to.deep.equal(['delivered']);
      // It has our results now; then nothing of it is new.
      await at.poller.cycle();
      const before = relay.asked.length;
      expect((await at.poller.cycle()).passedOver).to.deep.equal({});
      const listed = relay.asked.slice(before).filter((line) => line.includes(wanted!.studyInstanceUID));
      expect(listed).to.deep.equal([]);
    });

    it('does not work on an exam that waits since before the setting, and does when it is named', async () => {
      const [waiting, alike] = ['a', 'b'].map((seed) => exam(seed, { StudyDescription: 'SPECIMEN' })) as [
        MadeInstance[],
        MadeInstance[],
      ];
      await archive.add(...waiting, ...alike);
      const file = join(scratch(), 'ledger.db');
      const first = await station({}, { file, settings: { maxExamsPerCycle: 1 } });
      const { exams } = await first.poller.cycle();
      const left = [waiting, alike].find((one) => studyOf(one) !== exams[0]!.studyInstanceUID)!;
      const second = await station({ exclude: { StudyDescription: ['SPECIMEN'] } }, { file });
      const report = await second.poller.cycle();
      expect(report.passedOver).to.deep.equal({ 'poll.exclude.StudyDescription': 2 });
      expect(report.exams).to.deep.equal([]);
      const [named] = await second.poller.process([left[0]!.studyInstanceUID]);
      expect(named!.end).to.equal('delivered');
    });

    it('does not try an exam again that failed before the setting, also after trouble with the ledger', async () => {
      const made = exam('a', { StudyDescription: 'SPECIMEN' });
      await archive.add(...made);
      const file = join(scratch(), 'ledger.db');
      const retry = { attempts: 3, firstDelaySeconds: 0, longestDelaySeconds: 0 };
      const isImage = (line: string) => /^GET .*\/instances\/[\d.]+$/.test(line);
      relay.fate = (line) => (isImage(line) ? { status: 404 } : 'pass');
      const first = await station({}, { file, settings: { retry } });
      expect((await first.poller.cycle()).exams.map(({ end }) => end)).to.deep.equal(['failed']);
      await first.poller.stop();
      relay.fate = () => 'pass';

      const exclude = { StudyDescription: ['SPECIMEN'] };
      const second = await station({ exclude }, { file, settings: { retry } });
      const { list } = second.ledger;
      second.ledger.list = async () => {
        second.ledger.list = list;
        throw new LedgerError('ledger-busy', 'Later', {});
      };
      await second.poller.cycle().catch(() => {});
      for (let cycle = 0; cycle < 2; cycle++) expect((await second.poller.cycle()).exams).to.deep.equal([]);
      expect((await second.ledger.list())[0]).to.include({ state: 'waiting', attempts: 1 });
      await second.poller.stop();
      // Without the setting it is an exam like any other.
      const third = await station({}, { file, settings: { retry } });
      expect((await third.poller.cycle()).exams.map(({ end }) => end)).to.deep.equal(['delivered']);
    });
  });
