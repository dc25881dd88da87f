import { expect } from 'chai';
import fc from 'fast-check';
import { blackLevel, gradCam, HeatMapError, integratedGradCam } from '../../src/gradcam/index.js';
import type { Inference } from '../../src/model/index.js';

/**
 * A network whose every derivative is known: activations are the squares of a 2 × 3 input, and the logit is
 * Σ weight · a + Σ curve · a³, so its gradient with respect to a is weight + 3 · curve · a².
 */
function toyEngine(weights: number[], curve = 0) {
  const batches: number[] = [];
  return {
    batches,
    async infer(inputs: Float32Array[]): Promise<Inference[]> {
      batches.push(inputs.length);
      return inputs.map((input) => {
        const activations = input.map((value) => value * value);
        const score = activations.reduce((sum, a, i) => sum + weights[i]! * a + curve * a ** 3, 0);
        return {
          rawProbability: 1 / (1 + Math.exp(-score)),
          activations,
          gradients: activations.map((a, i) => weights[i]! + 3 * curve * a * a),
          featureShape: [2, 3, 1],
        };
      });
    },
  };
}

describe('Integrated Grad-CAM', () => {
  it('adds up to the difference of scores between image and baseline', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: -8, max: 8 }), { minLength: 6, maxLength: 6 }),
        fc.array(fc.integer({ min: -2, max: 2 }), { minLength: 6, maxLength: 6 }),
        async (pixels, weights) => {
          const input = Float32Array.from(pixels, (value) => value / 4);
          const { completeness } = await integratedGradCam(toyEngine(weights, 0.03), input, {
            steps: 50,
            baseline: 0,
          });
          const score = input.reduce((sum, x, i) => sum + weights[i]! * x ** 2 + 0.03 * x ** 6, 0);
          expect(completeness.explained).to.be.closeTo(score, 0.02);
          expect(completeness.scoreDifference).to.be.closeTo(score, 1e-3);
          if (Math.abs(score) > 1) expect(completeness.ratio).to.be.closeTo(1, 0.03);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('comes closer with more steps', async () => {
    const input = Float32Array.of(1, 2, -1, 0.5, 1.5, 1);
    const error = async (steps: number) => {
      const { completeness } = await integratedGradCam(toyEngine([0, 0, 0, 0, 0, 0], 0.05), input, {
        steps,
        baseline: 0,
      });
      return Math.abs(completeness.ratio! - 1);
    };
    expect(await error(20)).to.be.lessThan((await error(4)) / 4);
    expect(await error(20)).to.be.greaterThan(0);
  });

  it('is Grad-CAM of the whole way where the score is linear in the activations', async () => {
    const input = Float32Array.of(1, 2, 3, 0, 1, 0);
    const engine = toyEngine(new Array(6).fill(0.2));
    const { heatMap, inference } = await integratedGradCam(engine, input, { steps: 7, baseline: 0 });
    const plain = gradCam(inference);
    for (let i = 0; i < 6; i++) expect(heatMap.values[i]).to.be.closeTo(plain.values[i]!, 1e-6);
    expect(heatMap.peak).to.be.closeTo(0.2 * 9, 1e-5);
  });

  it('ends with the answer about the image itself, and never asks for many inputs at once', async () => {
    const engine = toyEngine([1, 0, 0, 0, 0, 0]);
    const input = Float32Array.of(0.5, 0, 0, 0, 0, 0);
    const { inference } = await integratedGradCam(engine, input, { steps: 20 });
    const [answer] = await engine.infer([input]);
    expect(inference).to.deep.equal(answer);
    expect(engine.batches).to.deep.equal([8, 8, 5, 1]);
  });

  it('starts from the blackest value of the input unless told otherwise', async () => {
    const input = Float32Array.of(-1, 2, -1, -1, 0, -1);
    const { heatMap } = await integratedGradCam(toyEngine(new Array(6).fill(1)), input, { steps: 50 });
    const told = await integratedGradCam(toyEngine(new Array(6).fill(1)), input, { steps: 50, baseline: -1 });
    expect([...heatMap.values]).to.deep.equal([...told.heatMap.values]);
    expect(blackLevel([{ step: 'normalise', mean: 0.25, deviation: 0.5 }])).to.equal(-0.5);
    expect(blackLevel([{ step: 'orient-chest-wall-left' }])).to.equal(0);
  });

  it('gives no ratio where there is nothing to account for', async () => {
    const still = await integratedGradCam(toyEngine(new Array(6).fill(1)), new Float32Array(6), { steps: 3 });
    expect(still.completeness.ratio).to.equal(undefined);
    expect(still.heatMap.peak).to.equal(0);
    const certain = await integratedGradCam(toyEngine(new Array(6).fill(100)), new Float32Array(6).fill(9), {
      steps: 3,
      baseline: 0,
    });
    expect(certain.completeness.ratio).to.equal(undefined);
  });

  it('refuses a number of steps that makes no path', async () => {
    for (const steps of [0, -1, 1.5, Number.NaN]) {
      const error = await integratedGradCam(toyEngine([]), new Float32Array(6), { steps }).catch((e) => e);
      expect(error).to.be.instanceOf(HeatMapError);
      expect(error.code).to.equal('integrated-grad-cam-steps');
    }
  });
});
