import { expect } from 'chai';
import fc from 'fast-check';
import { calibrate } from '../../src/model/index.js';

const platt = { calibration: { kind: 'platt' as const, slope: 0.7, intercept: -0.4 } };
const probability = fc.double({ min: 0, max: 1, noNaN: true });

describe('calibrate', () => {
  it('is the logistic regression that the bundle names', () => {
    // sigmoid(0.7 * ln(0.8 / 0.2) - 0.4)
    expect(calibrate(platt, 0.8)).to.be.closeTo(0.6388569, 1e-6);
    expect(calibrate({ calibration: { kind: 'none' } }, 0.8)).to.equal(0.8);
  });

  it('stays between 0 and 1 and never changes the order of two answers', () => {
    fc.assert(
      fc.property(probability, probability, (a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const [x, y] = [calibrate(platt, low), calibrate(platt, high)];
        return x >= 0 && y <= 1 && x <= y;
      }),
    );
  });

  it('takes certain answers, and refuses what is not a probability', () => {
    expect(calibrate(platt, 0)).to.be.above(0);
    expect(calibrate(platt, 1)).to.be.below(1);
    for (const wrong of [-0.1, 1.1, Number.NaN]) expect(() => calibrate(platt, wrong)).to.throw(RangeError);
  });
});
