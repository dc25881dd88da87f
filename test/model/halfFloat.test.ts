import { expect } from 'chai';
import fc from 'fast-check';
import { halfBits, halfValue, nearestHalf } from '../../src/model/halfFloat.js';

describe('numbers of 16 bits', () => {
  it('are written as IEEE 754 has them', () => {
    // 1, -2, the largest, the smallest normal, the smallest of all, a third.
    const known: [number, number][] = [
      [1, 0x3c00],
      [-2, 0xc000],
      [65504, 0x7bff],
      [2 ** -14, 0x0400],
      [2 ** -24, 0x0001],
      [1 / 3, 0x3555],
      [1e6, 0x7c00],
      [0, 0],
    ];
    for (const [value, half] of known) expect(halfBits(value), String(value)).to.equal(half);
  });

  it('come back as they were, all of them', () => {
    for (let half = 0; half < 0x10000; half++) {
      const value = halfValue(half);
      if (Number.isNaN(value)) continue;
      expect(halfBits(value)).to.equal(half);
    }
  });

  it('lie within half a step of what was rounded', () => {
    fc.assert(
      fc.property(fc.float({ min: -60000, max: 60000, noNaN: true }), (value) => {
        const step = Math.max(2 ** -24, 2 ** (Math.floor(Math.log2(Math.abs(value) || 1)) - 10));
        expect(Math.abs(nearestHalf(value) - value)).to.be.at.most(step / 2);
      }),
    );
  });
});
