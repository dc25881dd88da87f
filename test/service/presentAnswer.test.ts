import { expect } from 'chai';
import type { ExamRecord, MadeObject } from '../../src/ledger/index.js';
import { makeInstance } from '../../src/phantom/index.js';
import { presentAnswer } from '../../src/service/presentAnswer.js';
import { type RunningService, runningService } from '../admin/runningService.js';
import { today } from '../poller/hospital.js';

interface Detail {
  works: {
    state: string;
    presentAnswer?: { revision?: number; outdated?: string };
    objects: { isPicture: boolean; sopInstanceUID: string }[];
  }[];
}

describe('The objects that tell an answer', () => {
  const record = (of: Partial<ExamRecord>) => ({ state: 'waiting', revision: 2, ...of }) as ExamRecord;
  const made = (revision: number, confirmedAt: Date | undefined = new Date()) =>
    [{ kind: 'tid1500', revision, confirmedAt }] as MadeObject[];

  it('are outdated where they were written earlier, and are in the archive', () => {
    expect(presentAnswer(record({}), made(1))).to.have.property('outdated');
    expect(presentAnswer(record({}), made(2)), 'on their way').to.equal(undefined);
    expect(presentAnswer(record({ revision: 1 }), made(1)), 'the first, on its way').to.equal(undefined);
    const unsent = made(1).map((object) => ({ ...object, confirmedAt: undefined }));
    expect(presentAnswer(record({}), unsent), 'never arrived').to.equal(undefined);
  });

  it('are none of an exam whose only report says that it was not processed, as its state does', () => {
    const answer = { state: 'not-processed' as const, revision: 1 };
    const closed = record({ state: 'not-processed', revision: 1, answer });
    expect(presentAnswer(closed, made(1))).to.equal(undefined);
    const later = record({ state: 'not-processed', revision: 2, answer: { ...answer, revision: 2 } });
    expect(presentAnswer(later, [...made(2), ...made(1)]))
      .to.have.property('outdated')
      .that.contains('revision 1');
  });
});

describe("An exam's answer on the status page", function () {
  this.timeout(60_000);
  let running: RunningService;

  before(async () => {
    running = await runningService({ outputs: { notProcessed: false } });
  });
  after(() => running?.close());

  const asked = (path: string) => fetch(new URL(`api/v1/exams/${path}`, running.admin.url));
  const workOf = async (study: string) => ((await (await asked(study)).json()) as Detail).works[0]!;
  const page = async (study: string, query = '') =>
    (await fetch(new URL(`exams/${study}${query}`, running.admin.url))).text();
  const cycle = () => running.service.poller.cycle();
  const instance = { rows: 160, columns: 128, date: today(), view: 'CC' as const };

  it('is gone once it was taken back, although no report in the PACS says so', async () => {
    const study = running.arrives('taken back');
    await cycle();
    const whole = await workOf(study);
    expect(whole).to.deep.include({ state: 'delivered', presentAnswer: { revision: 1 } });
    const { sopInstanceUID } = whole.objects.find(({ isPicture }) => isPicture)!;
    expect((await asked(`${study}/report`)).status).to.equal(200);
    expect((await asked(`${study}/pictures/${sopInstanceUID}`)).status).to.equal(200);

    const override = { PatientBirthDate: '19010101' };
    running.archive.add(makeInstance({ ...instance, seed: 'taken back', instanceNumber: 8, override }).bytes);
    await cycle();
    const after = await workOf(study);
    expect(after.state).to.equal('not-processed');
    const { outdated } = after.presentAnswer!;
    expect(outdated)
      .to.match(/^The earlier answer in the PACS \(revision 1\) no longer holds: .* not processed\. /)
      .and.contain('patient');
    for (const path of [`${study}/report`, `${study}/pictures/${sopInstanceUID}`]) {
      const refused = await asked(path);
      expect(refused.status, path).to.equal(409);
      expect(await refused.json()).to.include({ code: 'answer-outdated', detail: outdated });
    }
    for (const query of ['', '?answer=pacs']) {
      const shown = await page(study, query);
      expect(shown).to.contain('no longer holds').and.not.contain('<img').and.not.contain('data-fetch');
      expect(shown).not.to.match(/AI (positive|negative)/);
    }
  });

  it('is not shown while the exam is taken up again, and is that of the new revision afterwards', async () => {
    const study = running.arrives('again');
    await cycle();
    const [record] = await running.service.ledger.list({ studyInstanceUID: study });
    const { sopInstanceUID } = (await workOf(study)).objects.find(({ isPicture }) => isPicture)!;
    await running.service.ledger.reopen(record!);
    expect((await workOf(study)).presentAnswer!.outdated).to.contain('taken up again');
    expect((await asked(`${study}/report`)).status).to.equal(409);
    await cycle();
    expect(await workOf(study)).to.deep.include({ state: 'delivered', presentAnswer: { revision: 2 } });
    const report = await asked(`${study}/report`);
    expect(await report.json()).to.include({ revision: 2 });
    expect((await asked(`${study}/pictures/${sopInstanceUID}`)).status).to.equal(409);
  });

  it('stays that of the earlier revision where a late image changes nothing', async () => {
    const study = running.arrives('spot later');
    await cycle();
    const modifier = 'spot-compression' as const;
    running.archive.add(makeInstance({ ...instance, seed: 'spot later', instanceNumber: 7, modifier }).bytes);
    await cycle();
    const work = await workOf(study);
    expect(work).to.deep.include({ state: 'delivered', revision: 2, presentAnswer: { revision: 1 } });
    expect(await (await asked(`${study}/report`)).json()).to.include({ revision: 1 });
  });
});
