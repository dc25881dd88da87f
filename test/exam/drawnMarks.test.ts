import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { readPart10 } from '../../src/dicom/index.js';
import { processExam } from '../../src/exam/index.js';
import { makeExam } from '../../src/phantom/index.js';
import { smallBundle } from '../model/bundles.js';
import { NUMPY, needs, OPENCV, PYDICOM, PYTHON } from '../parts.js';
import { scratchFolder } from '../scratch.js';
import { lookingAt, openBench } from './openBench.js';

const SCRIPT = fileURLToPath(new URL('../../../test/validators/drawMarks.py', import.meta.url));
const SIZE = { rows: 320, columns: 256 };

describe('Marks on the original pixels', () => {
  it('are drawn by others where the report has its regions, pixel by pixel', async function () {
    needs(this, PYTHON, NUMPY, OPENCV, PYDICOM);
    this.timeout(60_000);
    const folder = scratchFolder('marks');
    const bench = await openBench(await smallBundle());
    try {
      const instances = makeExam({ ...SIZE, seed: 'positive' }).map((made) => ({
        ...made,
        fetch: async () => Uint8Array.from(made.bytes),
      }));
      const { objects } = await processExam(
        instances,
        {
          ...bench,
          engine: lookingAt(bench.engine, 0.5, 0.5),
          bundle: { ...bench.bundle, operatingPoint: 0 },
          settings: { ...bench.settings, presentationState: 'positive' },
        },
        { createdAt: new Date(2026, 2, 2, 10, 30), predecessors: [] },
      );
      const [report, state] = ['report.dcm', 'state.dcm'].map((name) => join(folder, name));
      writeFileSync(report!, objects.find(({ kind }) => kind === 'tid1500')!.bytes);
      const drawn = (bytes: Uint8Array) => {
        writeFileSync(state!, bytes);
        const size = [SIZE.rows, SIZE.columns].map(String);
        return JSON.parse(execFileSync(PYTHON, [SCRIPT, state!, report!, ...size], { encoding: 'utf8' }));
      };
      const states = objects.filter(({ kind }) => kind === 'presentation-state');
      expect(states.length).to.be.greaterThan(0);
      for (const { bytes } of states) {
        const { drawn: pixels, area, farthest } = drawn(bytes);
        expect(pixels).to.be.greaterThan(20);
        expect(area).to.be.greaterThan(pixels);
        expect(farthest).to.be.at.most(1.5);
        // Moved by five pixels it is found elsewhere: the comparison can fail.
        expect(drawn(moved(bytes, 5)).farthest).to.be.greaterThan(3);
      }
    } finally {
      await bench.close();
    }
  });
});

/** The same state with its outline so many pixels to the right. */
function moved(bytes: Uint8Array, pixels: number): Uint8Array {
  const other = Uint8Array.from(bytes);
  const [annotation] = readPart10(other).dataset.items('GraphicAnnotationSequence');
  const [graphic] = annotation!.items('GraphicObjectSequence');
  const { bytes: data } = graphic!.raw('GraphicData')!;
  const at = Buffer.from(other.buffer).indexOf(Buffer.from(data));
  const view = new DataView(other.buffer, at, data.length);
  for (let i = 0; i < data.length; i += 8) view.setFloat32(i, view.getFloat32(i, true) + pixels, true);
  return other;
}
