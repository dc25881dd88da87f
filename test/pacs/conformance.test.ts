import { expect } from 'chai';
import { readPart10 } from '../../src/dicom/index.js';
import { type MadeInstance, makeExam, makeInstance } from '../../src/phantom/index.js';
import { lookingAt, type OpenBench, openBench } from '../exam/openBench.js';
import { smallBundle } from '../model/bundles.js';
import { needs } from '../parts.js';
import { realArchive, resultsIn, Station, type TestArchive, today } from '../poller/hospital.js';
import { contradictions, type Verdict, validate } from '../validators.js';
import { requireOrthanc } from './orthanc.js';

const SMALL = { rows: 320, columns: 256, date: today() };

/** Their breasts reach the middle of the image, where the network looks: only what lies in the breast is marked. */
interface Case {
  instances: MadeInstance[];
  /** From which probability on an answer is positive: 0 makes every exam one with findings, 1 none. */
  operatingPoint?: number;
  /** What must stand in the study afterwards. */
  written: number;
}

const CASES: Record<string, Case> = {
  'with findings': {
    instances: makeExam({ ...SMALL, seed: 'positive' }),
    operatingPoint: 0,
    written: 11,
  },
  'without findings': {
    instances: makeExam({ ...SMALL, seed: 'negative', nameScript: 'cyrillic' }),
    operatingPoint: 1,
    written: 7,
  },
  'one view missing, a spot view and an implant displaced beside, in Greek': {
    instances: [
      ...makeExam({ ...SMALL, seed: 'three b', views: ['RCC', 'LCC', 'LMLO'], nameScript: 'greek' }),
      makeInstance({
        ...SMALL,
        seed: 'three b',
        modifier: 'spot-compression',
        instanceNumber: 4,
        nameScript: 'greek',
      }),
      makeInstance({
        ...SMALL,
        seed: 'three b',
        modifier: 'implant-displaced',
        instanceNumber: 5,
        nameScript: 'greek',
      }),
    ],
    operatingPoint: 0,
    written: 9,
  },
  'with an implant, in Japanese, spot views beside': {
    instances: [
      ...makeExam({
        ...SMALL,
        seed: 'implant',
        nameScript: 'japanese',
        override: { BreastImplantPresent: 'YES' },
      }),
      makeInstance({
        ...SMALL,
        seed: 'implant',
        modifier: 'spot-compression',
        instanceNumber: 5,
        nameScript: 'japanese',
      }),
    ],
    operatingPoint: 0,
    written: 11,
  },
  'from SRT codes': {
    instances: makeExam({ ...SMALL, seed: 'srt', habit: 'srt' }),
    operatingPoint: 0,
    written: 11,
  },
  'numbered beyond our own series': {
    instances: makeExam({ ...SMALL, seed: 'beyond', override: { SeriesNumber: 13_223 } }),
    operatingPoint: 0,
    written: 11,
  },
  'in part': {
    instances: [
      ...makeExam({ ...SMALL, seed: 'part', views: ['LCC', 'RCC'], nameScript: 'japanese' }),
      makeInstance({ ...SMALL, seed: 'part', view: 'MLO', kind: 'missing-pixels', nameScript: 'japanese' }),
      makeInstance({ ...SMALL, seed: 'part', kind: 'tomosynthesis', nameScript: 'japanese' }),
    ],
    operatingPoint: 0,
    written: 7,
  },
  'from old codes and 8 bits': {
    instances: makeExam({ ...SMALL, seed: 'old b', habit: 'ge', views: ['LMLO', 'RMLO'] }),
    operatingPoint: 0,
    written: 7,
  },
  'not processed: no standard view': {
    instances: [makeInstance({ ...SMALL, seed: 'spot', modifier: 'spot-compression', nameScript: 'greek' })],
    written: 2,
  },
  'not processed: unreadable': {
    instances: [makeInstance({ ...SMALL, seed: 'unreadable', kind: 'missing-pixels' })],
    written: 2,
  },
  'not processed: a tomosynthesis, its patient in UTF-8': {
    instances: [
      makeInstance({ ...SMALL, seed: 'tomo', kind: 'tomosynthesis', nameScript: 'japanese-backslash' }),
    ],
    written: 1,
  },
};

/** dcentvfy takes a byte of a Japanese character for the backslash between two values. */
const SPLIT_NAME = /different value multiplicity - 2 versus 1 - Element=<PatientName>/;

describe('What Mamori leaves in Orthanc', () => {
  let bench: OpenBench;
  let orthanc: TestArchive;
  let verdicts: Verdict[];
  let reportsWithRegions = 0;
  /** By case: what stands in the study that dcentvfy finds at odds, and the series numbers of all that is ours. */
  const atOdds = new Map<string, string[]>();
  const seriesNumbers = new Map<string, (number | undefined)[]>();
  const counts = new Map<string, number>();

  before(async function () {
    this.timeout(180_000);
    requireOrthanc(this);
    needs(this, 'dcmftest', 'dcmdump', 'dciodvfy', 'dsrdump', 'dcentvfy');
    [bench, orthanc] = await Promise.all([smallBundle().then(openBench), realArchive()]);
    const engine = lookingAt(bench.engine, 0.5, 0.5);
    const settings = { ...bench.settings, presentationState: 'positive' as const, overview: 'on' as const };
    const files: Record<string, Uint8Array> = {};
    for (const [name, { instances, operatingPoint = 0.5 }] of Object.entries(CASES)) {
      const { studyInstanceUID } = instances[0]!;
      await orthanc.add(...instances);
      const bundle = { ...bench.bundle, operatingPoint };
      const here = await Station.open(orthanc.access, { bench: { ...bench, bundle, engine, settings } });
      await here.poller.process([studyInstanceUID]);
      // Once more, so that reports with a predecessor are among them.
      if (name === 'in part') await here.poller.process([studyInstanceUID], { force: true });
      const results = await resultsIn(here.pacs, studyInstanceUID);
      counts.set(name, results.length);
      // One mammogram stands for all: made ones describe the series that they share, each for itself.
      const study = [instances[0]!.bytes, ...results.map(({ bytes }) => bytes)];
      atOdds.set(name, await contradictions(study));
      seriesNumbers.set(
        name,
        results.map(({ bytes }) => readPart10(bytes).dataset.number('SeriesNumber')),
      );
      for (const [i, { kind, bytes }] of results.entries()) {
        files[`${name}: ${kind} ${i}`] = bytes;
        if (kind === 'tid1500' && Buffer.from(bytes).includes('SCOORD')) reportsWithRegions++;
      }
      await here.close();
    }
    // The templates are test/sr's affair: what is new here is what an archive has taken in and hands out.
    verdicts = await validate(files, { templates: false });
  });
  after(async () => {
    await orthanc?.stop();
    await bench?.close();
  });

  it('has regions of attention among it', () => {
    expect(reportsWithRegions).to.be.greaterThan(0);
  });

  it('has a series number for each series of a set', () => {
    const numbers = seriesNumbers.get('numbered beyond our own series')!;
    expect(new Set(numbers).size).to.equal(numbers.length);
  });

  it('would be found at odds with a mammogram of another patient', async () => {
    const [one, other] = ['one', 'other'].map((seed) => makeExam({ ...SMALL, seed })[0]!.bytes);
    const { dataset } = readPart10(one!);
    const own = dataset.string('StudyInstanceUID')!;
    const theirs = readPart10(other!).dataset.string('StudyInstanceUID')!;
    expect(own.length).to.equal(theirs.length);
    const renamed = Buffer.from(Buffer.from(other!).toString('latin1').replaceAll(theirs, own), 'latin1');
    expect(await contradictions([one!, renamed])).to.not.deep.equal([]);
  });

  for (const [name, { written }] of Object.entries(CASES)) {
    it(`passes every validator: ${name}`, () => {
      expect(counts.get(name)).to.equal(name === 'in part' ? 2 * written : written);
      const about = verdicts.filter(({ file }) => file.startsWith(`${name}: `));
      expect(new Set(about.map(({ file }) => file)).size).to.equal(counts.get(name));
      for (const { validator, file, errors } of about) {
        expect(errors, `${validator} on ${file}`).to.deep.equal([]);
      }
      expect(atOdds.get(name)!.filter((error) => !SPLIT_NAME.test(error))).to.deep.equal([]);
    });
  }
});
