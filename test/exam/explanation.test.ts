import { expect } from 'chai';
import { explain } from '../../src/exam/explanation.js';
import type { PreparedImage } from '../../src/image/index.js';
import type { Bundle, Engine, Inference } from '../../src/model/index.js';
import { source } from '../sr/reportInputs.js';

describe('The answer about an image', () => {
  it('is positive from the operating point on, as the exam is', async () => {
    const bundle = {
      calibration: { kind: 'none' },
      operatingPoint: 0.25,
      // Nothing is drawn then, and the engine not asked.
      heatMaps: { passed: false },
    } as Bundle;
    const answers = [0.2499, 0.25, 0.2501];
    const explained = await explain(
      answers.map(() => ({ source: source('L', 'CC') }) as PreparedImage),
      answers.map((rawProbability) => ({ rawProbability }) as Inference),
      bundle,
      {} as Engine,
      { method: 'grad-cam' },
    );
    expect(explained.map(({ finding }) => finding.positive)).to.deep.equal([false, true, true]);
    expect(explained.map(({ finding }) => finding.probability)).to.deep.equal(answers);
    expect(explained.map(({ heatMap }) => heatMap)).to.deep.equal([undefined, undefined, undefined]);
  });

  it('points at a place from the operating point on, and not below it', async () => {
    const bundle = { calibration: { kind: 'none' }, operatingPoint: 0.25, explanation: 'grad-cam' } as Bundle;
    const [rows, columns] = [800, 640];
    const image = {
      source: { ...source('L', 'CC'), rows, columns },
      geometry: {
        sourceRows: rows,
        sourceColumns: columns,
        crop: { left: 0, top: 0, width: columns, height: rows },
        orientation: { flip: false, quarterTurns: 0 },
        inputRows: rows,
        inputColumns: columns,
      },
      breast: { found: false },
    } as PreparedImage;
    const activations = new Float32Array(64);
    activations[3 * 8 + 4] = 1;
    const answer = (rawProbability: number): Inference => ({
      rawProbability,
      activations,
      gradients: new Float32Array(64).fill(1),
      featureShape: [8, 8, 1],
    });
    const answers = [answer(0.2), answer(0.25)];
    const explained = await explain([image, image], answers, bundle, {} as Engine, { method: 'grad-cam' });
    const [negative, positive] = explained.map(({ finding }) => finding);
    expect(negative).to.deep.include({ positive: false, region: undefined, attention: 'breast' });
    expect(positive).to.deep.include({ positive: true, attention: 'breast' });
    expect(positive!.region!.peak.x).to.be.closeTo((4.5 / 8) * columns, 1);
    expect(positive!.region!.peak.y).to.be.closeTo((3.5 / 8) * rows, 1);
  });
});
