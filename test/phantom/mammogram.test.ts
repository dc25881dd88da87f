import { expect } from 'chai';
import { type LesionRequest, makeMammogram, type StoredMammogramOptions } from '../../src/phantom/index.js';
import { spectralSlope } from './spectrum.js';

const SMALL = { seed: 7, view: 'CC', laterality: 'L', rows: 416, columns: 320 } as const;
const MEDIUM = { ...SMALL, rows: 832, columns: 640 } as const;

describe('makeMammogram', () => {
  it('is the same picture for the same seed and another for another', () => {
    const first = makeMammogram(SMALL).stored;
    expect(makeMammogram(SMALL).stored).to.deep.equal(first);
    expect(makeMammogram({ ...SMALL, seed: 8 }).stored).to.not.deep.equal(first);
  });

  for (const rows of [16, 77, 300]) {
    it(`fills ${rows} rows of any width`, () => {
      for (const columns of [16, 61, 410]) {
        const { stored, values } = makeMammogram({ ...SMALL, rows, columns, view: 'MLO' });
        expect(stored.length).to.equal(rows * columns);
        expect(values.some((value) => value > 0)).to.equal(true);
      }
    });
  }

  for (const bits of [8, 9, 10, 12, 14, 16]) {
    it(`uses the range of ${bits} bits and stays within`, () => {
      const { stored } = makeMammogram({ ...SMALL, bits });
      const top = 2 ** bits - 1;
      const brightest = Array.from(stored).reduce((most, value) => Math.max(most, value), 0);
      expect(brightest).to.be.at.most(top);
      expect(brightest).to.be.above(top * 0.5);
    });
  }

  it('repeats the sign above Bits Stored in signed words', () => {
    const { stored } = makeMammogram({ ...SMALL, bits: 12, signed: true });
    const outside = Array.from(stored).filter((word) => Math.abs(((word << 16) >> 16) + 0.5) > 2048);
    expect(outside).to.deep.equal([]);
  });

  it('stores MONOCHROME1 for presentation as the negative of MONOCHROME2', () => {
    const positive = makeMammogram({ ...SMALL, photometric: 'MONOCHROME2' }).stored;
    const negative = makeMammogram({ ...SMALL, photometric: 'MONOCHROME1' }).stored;
    expect(negative.every((value, i) => value === 4095 - positive[i]!)).to.equal(true);
  });

  it('stores for processing what a detector sees: air brightest and breast darker, or the logarithm', () => {
    const linear = makeMammogram({ ...SMALL, intent: 'processing', photometric: 'MONOCHROME1', bits: 14 });
    const logarithmic = makeMammogram({ ...SMALL, intent: 'processing', bits: 14 });
    const corner = SMALL.columns - 1;
    const middle = Math.floor(SMALL.rows / 2) * SMALL.columns + 60;
    expect(linear.stored[corner]).to.be.above(linear.stored[middle]! * 2);
    expect(logarithmic.stored[corner]).to.equal(0);
    expect(logarithmic.stored[middle]).to.be.above(1000);
  });

  it('has the chest wall on the left in a left breast, on the right in a right one, and dark air elsewhere', () => {
    for (const view of ['CC', 'MLO'] as const) {
      for (const laterality of ['L', 'R'] as const) {
        const { values, rows, columns } = makeMammogram({ ...SMALL, view, laterality });
        const wall = laterality === 'L' ? 3 : columns - 4;
        const far = columns - 1 - wall;
        const row = Math.floor(rows * 0.45) * columns;
        expect(values[row + wall], `${laterality}${view} wall`).to.be.above(4000);
        expect(values[row + far], `${laterality}${view} air`).to.equal(0);
        const air = values.reduce((count, value) => count + (value === 0 ? 1 : 0), 0) / values.length;
        expect(air, `${laterality}${view} share of air`).to.be.within(0.3, 0.85);
      }
    }
  });

  it('shows a skin line: brighter at the edge than the fat just inside', () => {
    const { values, rows, columns, spacing } = makeMammogram({ ...MEDIUM, composition: 'a' });
    let brighter = 0;
    let lines = 0;
    for (let row = Math.floor(rows * 0.3); row < rows * 0.7; row += 4) {
      let edge = columns - 1;
      while (edge > 0 && values[row * columns + edge] === 0) edge--;
      const skin = mean(values, row * columns + edge - Math.round(2 / spacing), Math.round(1.5 / spacing));
      const fat = mean(values, row * columns + edge - Math.round(9 / spacing), Math.round(3 / spacing));
      lines++;
      if (skin > fat) brighter++;
    }
    expect(brighter / lines).to.be.above(0.8);
  });

  it('has a pectoral muscle in the upper corner of MLO that CC has not', () => {
    const corner = (view: 'CC' | 'MLO') => {
      const { values, columns } = makeMammogram({ ...MEDIUM, view, composition: 'a' });
      return mean(values, 40 * columns + 5, 40);
    };
    expect(corner('MLO')).to.be.above(26000);
    expect(corner('CC')).to.be.below(20000);
  });

  it('gets denser from a to d', () => {
    const brightness = (['a', 'b', 'c', 'd'] as const).map((composition) => {
      const { values } = makeMammogram({ ...SMALL, composition });
      const breast = values.filter((value) => value > 0);
      return breast.reduce((sum, value) => sum + value, 0) / breast.length;
    });
    expect(brightness).to.deep.equal([...brightness].sort((a, b) => a - b));
    expect(brightness[3]).to.be.above(brightness[0]! * 1.3);
  });

  it('makes left and right alike, not identical', () => {
    const left = makeMammogram(MEDIUM);
    const right = makeMammogram({ ...MEDIUM, laterality: 'R' });
    const other = makeMammogram({ ...MEDIUM, laterality: 'R', seed: 99 });
    const area = (image: { values: Uint16Array }) => image.values.filter((value) => value > 0).length;
    expect(Math.abs(area(left) / area(right) - 1)).to.be.below(0.12);
    expect(difference(left, right)).to.be.above(500);
    expect(difference(left, right)).to.be.below(difference(left, other));
  });

  for (const composition of ['b', 'd'] as const) {
    it(`has the 1/f^3 power spectrum of breast tissue (composition ${composition})`, () => {
      const slopes = [1, 2, 3].map((seed) =>
        spectralSlope(makeMammogram({ ...SMALL, seed, rows: 1664, columns: 1280, composition }), 'L'),
      );
      expect(slopes.reduce((sum, slope) => sum + slope, 0) / 3).to.be.within(-3.6, -2.6);
    }).timeout(60_000);
  }

  describe('lesion', () => {
    const cases: [LesionRequest['kind'], 'L' | 'R', 'CC' | 'MLO', number, number][] = [
      ['mass', 'L', 'CC', 0.55, -0.2],
      ['mass', 'R', 'MLO', 0.6, 0.3],
      ['calcifications', 'L', 'MLO', 0.5, 0],
      ['calcifications', 'R', 'CC', 0.4, -0.5],
    ];
    for (const [kind, laterality, view, depth, height] of cases) {
      it(`${kind} stands where it is said to, ${laterality}${view}`, () => {
        const options: StoredMammogramOptions = { ...MEDIUM, laterality, view, composition: 'a' };
        const healthy = makeMammogram(options);
        const ill = makeMammogram({ ...options, lesion: { kind, depth, height, diameter: 14 } });
        const { x, y, radius } = ill.lesion!;
        expect(radius).to.be.closeTo(7 / ill.spacing, 0.01);
        let weight = 0;
        let sumX = 0;
        let sumY = 0;
        for (let i = 0; i < ill.values.length; i++) {
          const more = ill.values[i]! - healthy.values[i]!;
          if (more <= 0) continue;
          weight += more;
          sumX += more * ((i % ill.columns) + 0.5);
          sumY += more * (Math.floor(i / ill.columns) + 0.5);
        }
        expect(weight).to.be.above(0);
        expect(Math.hypot(sumX / weight - x, sumY / weight - y)).to.be.below(radius * 0.5);
        expect(ill.values[Math.floor(y) * ill.columns + Math.floor(x)], 'inside the breast').to.be.above(0);
      });
    }

    it('changes nothing far away', () => {
      const healthy = makeMammogram(SMALL);
      const ill = makeMammogram({ ...SMALL, lesion: { kind: 'mass', depth: 0.5, height: 0, diameter: 10 } });
      const { x, y, radius } = ill.lesion!;
      const changed = Array.from(ill.values, (value, i) => (value === healthy.values[i] ? -1 : i)).filter(
        (i) => {
          return i >= 0 && Math.hypot((i % ill.columns) - x, Math.floor(i / ill.columns) - y) > radius * 5;
        },
      );
      expect(changed).to.deep.equal([]);
    });
  });
});

function mean(values: Uint16Array, start: number, count: number): number {
  let sum = 0;
  for (let i = start; i < start + count; i++) sum += values[i]!;
  return sum / count;
}

/** Mean difference of brightness between a left image and the mirror image of a right one. */
function difference(
  left: { values: Uint16Array; rows: number; columns: number },
  right: { values: Uint16Array },
): number {
  let sum = 0;
  for (let row = 0; row < left.rows; row++) {
    for (let column = 0; column < left.columns; column++) {
      const mirrored = right.values[row * left.columns + left.columns - 1 - column]!;
      sum += Math.abs(left.values[row * left.columns + column]! - mirrored);
    }
  }
  return sum / left.values.length;
}
