import { expect } from 'chai';
import fc from 'fast-check';
import { gradCam, HeatMapError, heatStrength } from '../../src/gradcam/index.js';

const finite = (size: number) =>
  fc.array(fc.integer({ min: -100, max: 100 }), { minLength: size, maxLength: size });

function inference(shape: [number, number, number], activations: number[], gradients: number[]) {
  return {
    featureShape: shape,
    activations: Float32Array.from(activations),
    gradients: Float32Array.from(gradients),
  };
}

describe('Grad-CAM', () => {
  it('equals a case computed by hand', () => {
    // Two channels on 1 × 4 cells. Weights: mean(1, 3, 0, 0) = 1 and mean(-2, 0, 0, 0) = -0.5.
    // Weighted sums: 1·4 − 0.5·2 = 3, 1·1 − 0.5·2 = 0, 1·0 − 0.5·6 = −3, 1·2 − 0.5·1 = 1.5.
    const map = gradCam(inference([1, 4, 2], [4, 2, 1, 2, 0, 6, 2, 1], [1, -2, 3, 0, 0, 0, 0, 0]));
    expect([...map.values]).to.deep.equal([1, 0, 0, 0.5]);
    expect(map.peak).to.equal(3);
    expect([map.rows, map.columns]).to.deep.equal([1, 4]);
  });

  it('keeps rows and columns apart', () => {
    const activations = new Array(2 * 3).fill(0);
    activations[1 * 3 + 2] = 5;
    const map = gradCam(inference([2, 3, 1], activations, new Array(6).fill(1)));
    expect([...map.values]).to.deep.equal([0, 0, 0, 0, 0, 1]);
  });

  it('stays between 0 and 1 and reaches 1 unless nothing speaks for the class', () => {
    fc.assert(
      fc.property(finite(24), finite(24), (activations, gradients) => {
        const map = gradCam(inference([3, 4, 2], activations, gradients));
        const greatest = Math.max(...map.values);
        expect(Math.min(...map.values)).to.be.at.least(0);
        expect(greatest).to.equal(map.peak > 0 ? 1 : 0);
      }),
    );
  });

  it('does not depend on the scale of activations or gradients, which only the peak keeps', () => {
    fc.assert(
      fc.property(
        finite(24),
        finite(24),
        fc.constantFrom(0.25, 2, 1024),
        (activations, gradients, factor) => {
          const map = gradCam(inference([3, 4, 2], activations, gradients));
          const scaled = activations.map((value) => value * factor);
          const other = gradCam(inference([3, 4, 2], scaled, gradients));
          expect([...other.values]).to.deep.equal([...map.values]);
          expect(other.peak).to.equal(map.peak * factor);
        },
      ),
    );
  });

  it('is flat, and says so, for gradients of zero and for an image that only speaks against the class', () => {
    for (const gradient of [0, -1]) {
      const map = gradCam(inference([2, 2, 1], [1, 2, 3, 4], new Array(4).fill(gradient)));
      expect([...map.values]).to.deep.equal([0, 0, 0, 0]);
      expect(map.peak).to.equal(0);
    }
  });

  it('refuses what no map can be made of', () => {
    const refused = (run: () => unknown, code: string) =>
      expect(run).to.throw(HeatMapError).with.property('code', code);
    refused(() => gradCam(inference([2, 2, 1], [1, 2, 3], [1, 1, 1, 1])), 'inference-shape');
    refused(() => gradCam(inference([0, 2, 1], [], [])), 'inference-shape');
    refused(() => gradCam(inference([1, 1, 1], [Number.NaN], [1])), 'heat-map-not-finite');
    refused(() => gradCam(inference([1, 1, 1], [1], [Number.POSITIVE_INFINITY])), 'heat-map-not-finite');
  });
});

describe('The strength of a heat map', () => {
  it('is full from the operating point on, and falls with the probability from well below that', () => {
    expect(heatStrength(0.5, 0.5)).to.equal(1);
    expect(heatStrength(0.99, 0.5)).to.equal(1);
    expect(heatStrength(0.4999, 0.5)).to.be.closeTo(0.6, 1e-3);
    expect(heatStrength(0.25, 0.5)).to.be.closeTo(0.3, 1e-9);
    expect(heatStrength(0, 0.5)).to.equal(0);
    expect(heatStrength(0, 0)).to.equal(1);
  });
});
