import { expect } from 'chai';
import fc from 'fast-check';
import {
  type GreyImage,
  ORIENTATIONS,
  orientationToHeavierAbove,
  oriented,
  type PreparationStep,
  prepareGrey,
  resizeArea,
} from '../../src/image/index.js';
import { makeMammogram } from '../../src/phantom/index.js';

const SIZE = 64;
const STEPS: PreparationStep[] = [
  { step: 'crop-to-breast', margin: 0.02 },
  { step: 'orient-canonical' },
  { step: 'clahe', clipLimit: 4, tiles: [8, 8], as: 'channel', bits: 8 },
  { step: 'resize', rows: SIZE, columns: SIZE },
  { step: 'normalise', mean: 0, deviation: 1 },
];

/** Farthest that any pixel of `one` lies from the range of `other` in the 3 × 3 pixels around it. */
function farthest(one: Float32Array, other: Float32Array): number {
  let distance = 0;
  for (let y = 0; y < SIZE; y++)
    for (let x = 0; x < SIZE; x++)
      for (const channel of [0, 1]) {
        const value = one[(y * SIZE + x) * 2 + channel]!;
        let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
        for (let v = Math.max(0, y - 1); v <= Math.min(SIZE - 1, y + 1); v++)
          for (let u = Math.max(0, x - 1); u <= Math.min(SIZE - 1, x + 1); u++) {
            const near = other[(v * SIZE + u) * 2 + channel]!;
            low = Math.min(low, near);
            high = Math.max(high, near);
          }
        distance = Math.max(distance, low - value, value - high);
      }
  return distance;
}

describe('the canonical orientation', () => {
  it('makes one picture, up to a pixel, of all eight orientations of an image', () => {
    const exams = fc.record({
      seed: fc.integer({ min: 1, max: 1000 }),
      view: fc.constantFrom('CC' as const, 'MLO' as const),
      laterality: fc.constantFrom('L' as const, 'R' as const),
      rows: fc.integer({ min: 160, max: 250 }),
      columns: fc.integer({ min: 140, max: 200 }),
    });
    fc.assert(
      fc.property(exams, (options) => {
        const { rows, columns } = options;
        const image: GreyImage = {
          rows,
          columns,
          pixels: Uint16Array.from(makeMammogram(options).values),
        };
        const straight = prepareGrey(image, STEPS).input;
        for (const orientation of ORIENTATIONS) {
          const { input } = prepareGrey(oriented(image.pixels, rows, columns, orientation), STEPS);
          expect(farthest(input, straight), JSON.stringify(orientation)).to.be.below(0.02);
        }
      }),
      { numRuns: 12 },
    );
  });

  it('brings the chest wall to the left and the brighter half above', () => {
    for (const view of ['CC', 'MLO'] as const) {
      const [rows, columns] = [240, 180];
      const made = makeMammogram({ seed: 5, view, laterality: 'R', rows, columns });
      const { input } = prepareGrey({ rows, columns, pixels: Uint16Array.from(made.values) }, STEPS);
      const grey = Uint16Array.from({ length: SIZE * SIZE }, (_, at) => 65535 * input[at * 2]!);
      const [upper, lower] = resizeArea(grey, SIZE, SIZE, 2, 1);
      const [left, right] = resizeArea(grey, SIZE, SIZE, 1, 2);
      expect(upper).to.be.at.least(lower! - 1);
      expect(left).to.be.above(right!);
    }
  });

  it('lets the row in the middle count for neither half', () => {
    const flipped = { flip: true, quarterTurns: 2 };
    const straight = { flip: false, quarterTurns: 0 };
    expect(orientationToHeavierAbove(Float64Array.of(1, 9, 2))).to.deep.equal(flipped);
    expect(orientationToHeavierAbove(Float64Array.of(2, 9, 1))).to.deep.equal(straight);
    expect(orientationToHeavierAbove(Float64Array.of(2, 2))).to.deep.equal(straight);
    expect(orientationToHeavierAbove(Float64Array.of(7))).to.deep.equal(straight);
  });
});
