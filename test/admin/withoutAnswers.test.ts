import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type AdminServer, openMetrics, startAdmin } from '../../src/admin/index.js';
import { tellExams } from '../../src/cli/examReports.js';
import { mamori } from '../mamori.js';
import { scratchFolder } from '../scratch.js';
import { type RunningService, runningService } from './runningService.js';
import { EXAM_SHOWN, madeDesk, STATES } from './states.js';

const PATHS = [
  '/',
  '/exams',
  `/exams/${EXAM_SHOWN}`,
  `/exams/${EXAM_SHOWN}?answer=pacs`,
  '/api/v1/exams',
  `/api/v1/exams/${EXAM_SHOWN}`,
];

/** Anything that tells what an exam was answered with. */
const TELLING =
  /probability|shortAnswer|operating point|at or above|%, below|8[26](\.0)? %|presentation-state|marks on/i;

describe('with admin.answers: false', function () {
  this.timeout(120_000);
  const ends: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  async function page(answers: boolean): Promise<AdminServer> {
    const shown = STATES.attention;
    const listen = { host: '127.0.0.1', port: 0 };
    const made = madeDesk(shown.exams);
    const works: typeof made.works = async (study) => {
      const [work] = await made.works(study);
      const marks = { ...work!.objects[0]!, kind: 'presentation-state', sopInstanceUID: '2.25.77' };
      return [{ ...work!, objects: [...work!.objects, marks] }];
    };
    const admin = await startAdmin(
      { listen, answers, desk: { ...made, works } },
      async () => shown,
      await openMetrics({ answers }),
    );
    ends.push(() => admin.close());
    return admin;
  }

  for (const answers of [true, false])
    it(`page, API and metrics tell ${answers ? 'them without it' : 'no answer, nor what betrays one'}`, async () => {
      const { url } = await page(answers);
      const get = (path: string) => fetch(new URL(path, url));
      for (const path of PATHS) expect(TELLING.test(await (await get(path)).text()), path).to.equal(answers);
      const metrics = await (await get('/metrics')).text();
      expect(metrics.includes('mamori_breasts_total')).to.equal(answers);
      expect(metrics).to.contain('mamori_exam_stage_seconds');
      for (const path of ['report', `pictures/2.25.103429188577412033847612001`]) {
        const response = await get(`/api/v1/exams/${EXAM_SHOWN}/${path}`);
        expect(response.status, path).to.equal(answers ? 200 : 404);
        if (!answers) expect(await response.json()).to.deep.include({ code: 'answers-off' });
      }
    });

  it('the ledger keeps none, and commands tell none that it kept before', async () => {
    const told = async ({ settings, service, arrives }: RunningService) => {
      const study = arrives('answers');
      const { exams } = await service.poller.cycle({ whole: true });
      const [record] = await service.ledger.list({ studyInstanceUID: study });
      expect(record).to.have.property('state', 'delivered');
      return { settings, exams, answer: record!.shortAnswer };
    };
    const running = await runningService();
    ends.push(() => running.close());
    const kept = await told(running);
    expect(kept.answer).to.have.property('breasts');

    const silent = await runningService({ answers: false });
    ends.push(() => silent.close());
    expect((await told(silent)).answer).to.equal(undefined);

    const file = join(scratchFolder('answers'), 'mamori.yaml');
    for (const answers of [true, false]) {
      writeFileSync(
        file,
        `pacs: { url: "http://127.0.0.1:1" }\nledger: { url: "${kept.settings.ledger.url}" }\n` +
          `admin: { listen: off, answers: ${answers} }\n`,
      );
      const { out } = await mamori('status', '-c', file, '--json');
      expect(JSON.parse(out).exams).to.have.length(1);
      expect(out.includes('shortAnswer'), `status, ${answers}`).to.equal(answers);
      const lines: string[] = [];
      const { log } = console;
      console.log = (line: string) => lines.push(line);
      try {
        for (const json of [true, false]) tellExams(kept.exams, { json, operatingPoint: 0.5, answers });
      } finally {
        console.log = log;
      }
      for (const line of lines)
        expect(/"probability"|probability|presentation-state/.test(line), line).to.equal(answers);
    }
  });
});
