import { expect } from 'chai';
import { readPart10, transferSyntax } from '../../src/dicom/index.js';
import { type MadeInstance, makeExam } from '../../src/phantom/index.js';
import { type OpenBench, openBench } from '../exam/openBench.js';
import { isLossy, TRANSFER_SYNTAXES, transcode } from '../fixtures/index.js';
import { smallBundle } from '../model/bundles.js';
import { realArchive, Station, type TestArchive, today } from '../poller/hospital.js';
import { requireOrthanc } from './orthanc.js';

const { JPEGBaseline, ExplicitVRLittleEndian } = transferSyntax;

/** What loss may change of a probability. */
const LOSSY_TOLERANCE = 0.02;

describe('The answer about an exam does not depend on how its pixels are stored', () => {
  let bench: OpenBench;
  let orthanc: TestArchive;
  const reference = new Map<number, number>();

  const exam = (bits: number, seed = 'syntaxes'): MadeInstance[] =>
    makeExam({ rows: 320, columns: 256, bits, seed, date: today(), views: ['LCC', 'RMLO'] });

  before(async function () {
    requireOrthanc(this);
    [bench, orthanc] = await Promise.all([smallBundle().then(openBench), realArchive()]);
    for (const bits of [8, 12]) reference.set(bits, await answer(exam(bits), ExplicitVRLittleEndian));
  });
  after(async () => {
    await orthanc?.stop();
    await bench?.close();
  });

  /** Probability of the exam after it has gone through Orthanc, which has to hand it out as it came. */
  async function answer(made: MadeInstance[], syntax: string): Promise<number> {
    const { studyInstanceUID } = made[0]!;
    const here = await Station.open(orthanc.access, { bench });
    try {
      await orthanc.add(...made);
      for (const { seriesInstanceUID, sopInstanceUID } of made) {
        const stored = await here.pacs.retrieveInstance(studyInstanceUID, seriesInstanceUID, sopInstanceUID);
        expect(readPart10(stored).transferSyntaxUID).to.equal(syntax);
      }
      const [report] = await here.poller.process([studyInstanceUID]);
      expect(report).to.deep.nested.include({ end: 'delivered', 'outcome.status': 'analysed' });
      return report!.outcome!.findings!.probability;
    } finally {
      await here.close();
      await orthanc.clear();
    }
  }

  it('but on the pixels it does', async () => {
    const other = await answer(exam(12, 'another patient'), ExplicitVRLittleEndian);
    expect(Math.abs(other - reference.get(12)!)).to.be.greaterThan(1e-4);
  });

  for (const syntax of TRANSFER_SYNTAXES) {
    const [name] = Object.entries(transferSyntax).find(([, uid]) => uid === syntax)!;
    it(`${name} (${syntax})`, async () => {
      const bits = syntax === JPEGBaseline ? 8 : 12;
      const made = await Promise.all(
        exam(bits).map(async (one) => ({ ...one, bytes: await transcode(one.bytes, syntax) })),
      );
      const probability = await answer(made, syntax);
      if (isLossy(syntax)) expect(probability).to.be.closeTo(reference.get(bits)!, LOSSY_TOLERANCE);
      else expect(probability).to.equal(reference.get(bits));
    });
  }
});
