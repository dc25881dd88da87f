import { expect } from 'chai';
import { processExam } from '../../src/exam/index.js';
import { type ExamOptions, makeExam } from '../../src/phantom/index.js';
import { type OpenBench, openBench } from '../exam/openBench.js';
import { smallBundle } from '../model/bundles.js';
import { type Orthanc, requireOrthanc, startOrthanc } from '../pacs/orthanc.js';

import { type Hanging, type Ohif, openOhif, requireOhif } from './ohif.js';

const MAMMOGRAPHY = '@ohif/hpMammo';
const SMALL = { rows: 320, columns: 256 };
const GENERIC = { override: { SeriesDescription: 'Screening' } };

const EXAMS: Record<string, ExamOptions> = {
  'current codes, views in the descriptions': {},
  'current codes, generic descriptions': GENERIC,
  'retired codes, views in the descriptions': { habit: 'srt' },
  'retired codes, generic descriptions': { habit: 'srt', ...GENERIC },
  'a series number beyond ours': { habit: 'srt', override: { SeriesDescription: '', SeriesNumber: 13223 } },
};

/** Exams that leave places of the layout empty, where anything might come to hang. */
const PARTS: Record<string, ExamOptions> = {
  'no R MLO': { views: ['RCC', 'LCC', 'LMLO'] },
  'CC only': { views: ['RCC', 'LCC'] },
  'one breast, one view': { views: ['LCC'] },
};

describe("OHIF's mammography layout", () => {
  let orthanc: Orthanc;
  let ohif: Ohif;
  let bench: OpenBench;

  before(async function () {
    requireOrthanc(this);
    requireOhif(this);
    orthanc = await startOrthanc();
    [ohif, bench] = await Promise.all([openOhif(orthanc), smallBundle().then(openBench)]);
  });
  after(async () => {
    await Promise.all([ohif?.close(), bench?.close()]);
    await orthanc?.stop();
  });

  /** What hangs of an exam before and after its results are stored, each mammogram under its view's name. */
  async function beforeAndAfter(name: string, options: ExamOptions): Promise<[Hanging, Hanging]> {
    const exam = makeExam({ ...SMALL, seed: name, ...options });
    const { studyInstanceUID } = exam[0]!;
    await store(exam);
    const without = await ohif.hang(studyInstanceUID, exam.length, MAMMOGRAPHY);
    // Every answer positive: as much as can be drawn. With a TID 1500 report OHIF opens no such layout.
    const { objects } = await processExam(
      exam.map((made) => ({ ...made, fetch: async () => Uint8Array.from(made.bytes) })),
      {
        ...bench,
        bundle: { ...bench.bundle, operatingPoint: 0 },
        settings: {
          ...bench.settings,
          reports: ['mammography-cad'],
          presentationState: 'all',
          overview: 'on',
        },
      },
      { createdAt: new Date(2026, 0, 2), predecessors: [] },
    );
    await store(objects);
    return [without, await ohif.hang(studyInstanceUID, exam.length + objects.length, MAMMOGRAPHY)];
  }

  async function store(files: { bytes: Uint8Array }[]): Promise<void> {
    const { restUrl, username, password } = orthanc;
    const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    for (const { bytes } of files) {
      const body = Buffer.from(bytes);
      const { ok } = await fetch(`${restUrl}/instances`, {
        method: 'POST',
        headers: { authorization },
        body,
      });
      expect(ok).to.equal(true);
    }
  }

  for (const [name, options] of Object.entries(EXAMS)) {
    it(`hangs with our objects what it hangs without them: ${name}`, async function () {
      this.timeout(180_000);
      const [without, withOurs] = await beforeAndAfter(name, options);
      expect(without.protocol).to.equal(MAMMOGRAPHY);
      expect(without.places).to.have.length(4);
      expect(withOurs).to.deep.equal(without);
    });
  }

  for (const [name, options] of Object.entries(PARTS)) {
    it(`hangs no picture in a place that is empty without it: ${name}`, async function () {
      this.timeout(180_000);
      const [without, withOurs] = await beforeAndAfter(name, options);
      const mammograms = new Set(
        makeExam({ ...SMALL, seed: name, ...options }).map((made) => made.sopInstanceUID),
      );
      expect(without.places.some(({ sopInstanceUID }) => sopInstanceUID === undefined)).to.equal(true);
      for (const { sopInstanceUID } of withOurs.places)
        if (sopInstanceUID !== undefined) expect([...mammograms]).to.include(sopInstanceUID);
    });
  }
});
