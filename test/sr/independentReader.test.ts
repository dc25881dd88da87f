import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { asUid } from '../../src/dicom/index.js';
import type { ExamFindings, ImageFinding } from '../../src/findings/index.js';
import { cadReport, type ReportInput, resultReport } from '../../src/sr/index.js';
import { HIGHDICOM, needsHighdicom, PYTHON } from '../parts.js';
import {
  findingsOf,
  fourViews,
  imageFinding,
  NAMES,
  negativeExam,
  positiveExam,
  reportInput,
  SPOT_VIEW,
  source,
  threeViews,
  undecodable,
} from './reportInputs.js';

const SCRIPT = fileURLToPath(new URL('../../../test/validators/readReports.py', import.meta.url));

interface Group {
  name: string;
  uid: string;
  finding: string;
  sites: [string, string | null][];
  numbers: [string, number, string][];
  evaluations: [string, string][];
  algorithm: { name: string; version: string; manufacturer: string; parameters: string[] };
}

interface ReadReport {
  answers: (Group & { images: string[] })[];
  regions: (Group & { points: [number, number][]; image: string })[];
  observer: { name: string; uid: string };
  marks: {
    finding: string;
    intent: string;
    numbers: string[];
    points: [number, number][];
    image: string;
  }[];
  summary: string;
  algorithm: { name: string; manufacturer: string };
  patient: string;
  title: string;
  timezone: string;
  evidence: string[];
}

const lost = undecodable(source('L', 'MLO', { sopInstanceUID: asUid('1.2.3.4') }));
const INPUTS: Record<string, ReportInput> = {
  'four views, one positive': reportInput(positiveExam()),
  'four views, none positive': reportInput(negativeExam()),
  'one view missing': reportInput(threeViews()),
  'one view unreadable, a spot view beside': reportInput(positiveExam(), { leftOut: [lost, SPOT_VIEW] }),
  'a mass marked': reportInput(positiveExam(), { marks: 'masses' }),
  'one breast, without a place, by a concept of the maker': reportInput(
    findingsOf([imageFinding(source('R', 'CC'), 0.8, false), imageFinding(source('R', 'MLO'), 0.2)]),
    { probability: { value: 'm1', scheme: '99MAKER', meaning: 'Probability that a mass is malignant' } },
  ),
  'a name in Japanese': reportInput(positiveExam({ name: NAMES.japanese! })),
  'a name in Greek': reportInput(positiveExam({ name: NAMES.greek! })),
};

const UNPROCESSED = {
  ...reportInput(undefined, { leftOut: fourViews().map(undecodable) }),
  reason: 'No pixels.',
};

const SIDE = { L: '7771000 SCT', R: '24028007 SCT' };
const BOTH = '51440002 SCT';
const images = (findings: ExamFindings) => findings.breasts.flatMap((breast) => breast.images);
const outlineOf = ({ region }: ImageFinding): [number, number][] => {
  const points = region!.outline.map(({ x, y }): [number, number] => [Math.fround(x), Math.fround(y)]);
  return [...points, points[0]!];
};

describe('Reports as an independent reader has them (highdicom)', function () {
  this.timeout(120_000);
  let result: Record<string, ReadReport>;
  let cad: Record<string, ReadReport>;

  before(function () {
    needsHighdicom(this as unknown as Mocha.Context);
    const folder = mkdtempSync(join(tmpdir(), 'mamori-highdicom-'));
    try {
      const entries = Object.entries(INPUTS);
      const files = {
        ...Object.fromEntries(entries.map(([name, input]) => [`1500 ${name}`, resultReport(input)])),
        ...Object.fromEntries(entries.map(([name, input]) => [`4000 ${name}`, cadReport(input)])),
        '1500 not processed': resultReport(UNPROCESSED),
        '4000 not processed': cadReport(UNPROCESSED),
      };
      const paths = Object.entries(files).map(([, bytes], index) => {
        const path = join(folder, `${index}.dcm`);
        writeFileSync(path, bytes);
        return path;
      });
      const env = { ...process.env, PYTHONPATH: HIGHDICOM };
      const lines = execFileSync(PYTHON, [SCRIPT, ...paths], { env, encoding: 'utf8' })
        .trim()
        .split('\n');
      const read = Object.keys(files).map(
        (name, at) => [name, JSON.parse(lines[at]!) as ReadReport] as const,
      );
      const kind = (tid: string) =>
        Object.fromEntries(
          read.flatMap(([name, one]) => (name.startsWith(tid) ? [[name.slice(5), one]] : [])),
        );
      [result, cad] = [kind('1500'), kind('4000')];
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  for (const [name, input] of Object.entries(INPUTS)) {
    const findings = input.findings!;

    it(`have the same answers, images and sites: ${name}`, () => {
      const sides = findings.breasts.map(({ laterality }) => SIDE[laterality]);
      const exam = { ...findings, side: sides.length === 2 ? BOTH : sides[0], of: images(findings) };
      const breasts = findings.breasts.map((one) => ({ ...one, side: SIDE[one.laterality], of: one.images }));
      const single = images(findings).map((one) => ({
        ...one,
        side: SIDE[one.source.laterality],
        of: [one],
      }));
      const answered = result[name]!.answers.filter(({ numbers }) => numbers.length > 0);
      expect(
        answered.map(({ numbers, images, sites, evaluations }) => ({ numbers, images, sites, evaluations })),
      ).to.deep.equal(
        [exam, ...breasts, ...single].map(({ probability, positive, side, of }) => ({
          numbers: [
            [
              `${input.probability.value} ${input.probability.scheme}`,
              Number((probability * 100).toPrecision(12)),
              '%',
            ],
          ],
          images: of.map((one) => one.source.sopInstanceUID),
          sites: [['76752008 SCT', side]],
          evaluations: [['363713009 SCT', positive ? '10828004 SCT' : '260385009 SCT']],
        })),
      );
    });

    it(`have the same regions, without a number, in both kinds: ${name}`, () => {
      const located = images(findings).filter(({ region }) => region !== undefined);
      const expected = located.map((one) => ({ points: outlineOf(one), image: one.source.sopInstanceUID }));
      const { regions } = result[name]!;
      const { marks } = cad[name]!;
      expect(regions.map(({ points, image }) => ({ points, image }))).to.deep.equal(expected);
      expect(marks.map(({ points, image }) => ({ points, image }))).to.deep.equal(expected);
      for (const { numbers } of [...regions, ...marks]) expect(numbers).to.deep.equal([]);
      const [finding, mark, intent] =
        input.marks === 'masses'
          ? ['129788004 SCT', '129793001', '111150']
          : ['111099 DCM', '111099', '111151'];
      for (const region of regions) expect(region.finding).to.equal(finding);
      for (const one of marks) expect([one.finding, one.intent]).to.deep.equal([mark, intent]);
    });

    it(`name the algorithm in every group and as the observer: ${name}`, () => {
      const { name: model, version, manufacturer, parameters, deviceUid } = input.algorithm;
      const { answers, regions, observer } = result[name]!;
      for (const { algorithm } of [...answers, ...regions])
        expect(algorithm).to.deep.equal({
          name: model,
          version,
          manufacturer,
          parameters: [...parameters, 'operating point=50 %'],
        });
      expect(observer).to.deep.equal({ name: model, uid: deviceUid });
      expect(cad[name]!.algorithm).to.deep.equal({ name: model, manufacturer });
      const uids = [...answers, ...regions].map(({ uid }) => uid);
      expect(new Set(uids).size).to.equal(uids.length);
    });

    it(`list as evidence every image that they rest on: ${name}`, () => {
      for (const { evidence } of [result[name]!, cad[name]!])
        expect(evidence).to.include.members(input.analysed.map((image) => image.sopInstanceUID));
    });
  }

  it('have the name of the patient, in whatever script', () => {
    expect(result['a name in Japanese']!.patient).to.equal('Yamada^Tarou=山田^太郎=やまだ^たろう');
    expect(cad['a name in Japanese']!.patient).to.equal('Yamada^Tarou=山田^太郎=やまだ^たろう');
    expect(result['a name in Greek']!.patient).to.equal('Παπδοπ^Διονυσιος');
  });

  it('have no number and no mark where nothing was processed, and a group for every image that failed', () => {
    const { answers, regions, title } = result['not processed']!;
    expect(title).to.equal('AI result: NOT PROCESSED; not for primary diagnosis');
    expect(regions).to.deep.equal([]);
    expect(answers.map(({ numbers, name }) => [name, numbers])).to.deep.equal(
      ['Exam', 'L CC', 'L MLO', 'R CC', 'R MLO'].map((of) => [`${of}: NOT PROCESSED`, []]),
    );
    expect(cad['not processed']!.marks).to.deep.equal([]);
    expect(cad['not processed']!.summary).to.equal('111245');
  });

  it('read no exam of three views as one of four', () => {
    expect(result['one view missing']!.title).to.include('no right MLO');
    expect(cad['one view missing']!.title).to.include('no right MLO');
  });
});
