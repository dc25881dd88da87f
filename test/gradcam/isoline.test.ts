import { expect } from 'chai';
import { contours } from 'd3-contour';
import fc from 'fast-check';
import { isoline } from '../../src/gradcam/isoline.js';

const SIDE = 65;
const AXIS = Float64Array.from({ length: SIDE }, (_, at) => at);

interface Bump {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A surface of smooth bumps, 0 far from all of them. */
function surface(bumps: Bump[]): Float32Array {
  return Float32Array.from({ length: SIDE * SIDE }, (_, at) => {
    const [x, y] = [at % SIDE, Math.floor(at / SIDE)];
    return bumps.reduce(
      (sum, bump) =>
        sum + bump.height * Math.exp(-((x - bump.x) ** 2 + (y - bump.y) ** 2) / (2 * bump.width ** 2)),
      0,
    );
  });
}

const bumpBetween = (low: number, high: number) =>
  fc.record({
    x: fc.double({ min: low, max: high, noNaN: true }),
    y: fc.double({ min: low, max: high, noNaN: true }),
    width: fc.double({ min: 3, max: 8, noNaN: true }),
    height: fc.double({ min: 0.3, max: 1, noNaN: true }),
  });

type Place = [x: number, y: number];

function holds(ring: Place[], [x, y]: Place): boolean {
  return ring.reduce((within, [x1, y1], at) => {
    const [x0, y0] = ring.at(at - 1)!;
    return y1 > y !== y0 > y && x < ((x0 - x1) * (y - y1)) / (y0 - y1) + x1 ? !within : within;
  }, false);
}

/** The outline around the highest sample at half its height: ours, and d3-contour's on the same axes. */
function bothOutlines(values: Float32Array): { own: Place[]; d3: Place[] } {
  const peak = values.indexOf(Math.max(...values));
  const level = values[peak]! / 2;
  const own = isoline({ xs: AXIS, ys: AXIS, values }, peak, level)!.map(({ x, y }): Place => [x, y]);
  const { coordinates } = contours().size([SIDE, SIDE]).contour(Array.from(values), level);
  // d3 puts a sample in the middle of its cell.
  const rings = coordinates.map(([outer]) => outer!.slice(1).map(([x, y]): Place => [x! - 0.5, y! - 0.5]));
  return { own, d3: rings.find((ring) => holds(ring, [peak % SIDE, Math.floor(peak / SIDE)]))! };
}

const rounded = (places: Place[]) => places.map(([x, y]) => `${x.toFixed(5)} ${y.toFixed(5)}`).sort();

describe('The outline of a surface', () => {
  it('is that of d3-contour, point by point, where it lies within the lattice', () => {
    fc.assert(
      fc.property(fc.array(bumpBetween(25, 40), { minLength: 1, maxLength: 3 }), (bumps) => {
        const { own, d3 } = bothOutlines(surface(bumps));
        expect(rounded(own)).to.deep.equal(rounded(d3));
      }),
    );
  });

  it('ends on the border of the lattice, where d3-contour goes half a sample beyond', () => {
    fc.assert(
      fc.property(bumpBetween(25, 40), (bump) => {
        const { own, d3 } = bothOutlines(surface([{ ...bump, x: 0 }]));
        expect(Math.min(...own.map(([x]) => x))).to.equal(0);
        expect(Math.min(...d3.map(([x]) => x))).to.equal(-0.5);
      }),
    );
  });
});
