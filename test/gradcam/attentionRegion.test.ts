import { expect } from 'chai';
import fc from 'fast-check';
import type { Point } from '../../src/dicom/index.js';
import { attentionRegion } from '../../src/gradcam/index.js';
import { type InputGeometry, prepareGrey } from '../../src/image/index.js';
import { sourcePlace } from '../fixtures/geometry.js';
import { FLAT, geometryOf, heatMapWith, ORIENTATIONS } from '../pictures/examples.js';

function isWithin(outline: Point[], { x, y }: Point): boolean {
  let within = false;
  for (let i = 0, j = outline.length - 1; i < outline.length; j = i++) {
    const [a, b] = [outline[i]!, outline[j]!];
    if (a.y > y !== b.y > y && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x) within = !within;
  }
  return within;
}

/** Area in square pixels, positive when the points run clockwise as seen on a screen (y down). */
function signedArea(points: Point[]): number {
  const twice = points.reduce((sum, { x, y }, i) => {
    const from = points.at(i - 1)!;
    return sum + from.x * y - x * from.y;
  }, 0);
  return twice / 2;
}

function crosses(a: Point, b: Point, c: Point, d: Point): boolean {
  const side = (p: Point, q: Point, r: Point) =>
    Math.sign((q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x));
  return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
}

const geometries = fc
  .record({
    orientation: fc.constantFrom(...ORIENTATIONS),
    sourceRows: fc.integer({ min: 60, max: 4000 }),
    sourceColumns: fc.integer({ min: 60, max: 4000 }),
    edges: fc.tuple(fc.nat(50), fc.nat(50), fc.nat(50), fc.nat(50)),
  })
  .map(({ orientation, sourceRows, sourceColumns, edges: [left, top, right, bottom] }): InputGeometry => {
    const at = (size: number, percent: number) => Math.floor((size * percent) / 110);
    const crop = { left: at(sourceColumns, left), top: at(sourceRows, top), width: 0, height: 0 };
    crop.width = sourceColumns - at(sourceColumns, right) - crop.left;
    crop.height = sourceRows - at(sourceRows, bottom) - crop.top;
    return { sourceRows, sourceColumns, crop, orientation, inputRows: 224, inputColumns: 160 };
  });

describe('The attention region', () => {
  it('has its peak on the source pixel that the strongest cell covers, for every crop and orientation', () => {
    fc.assert(
      fc.property(geometries, fc.nat(6), fc.nat(4), (geometry, row, column) => {
        const region = attentionRegion(heatMapWith(7, 5, [[row, column, 1]]), geometry)!;
        const cell = { x: ((column + 0.5) / 5) * 160, y: ((row + 0.5) / 7) * 224 };
        const expected = sourcePlace(geometry, cell);
        expect(region.peak.x).to.be.closeTo(expected.x, 0.006);
        expect(region.peak.y).to.be.closeTo(expected.y, 0.006);
        expect(isWithin(region.outline, region.peak)).to.equal(true);
      }),
    );
  });

  it('finds the way back from what a network saw of a real preparation, wherever the chest wall lies', () => {
    // Half an ellipse of tissue on one side of 900 × 1200 pixels, and in it one bright spot off every axis.
    const [columns, rows] = [900, 1200];
    const sides = {
      left: { centre: [0, 600], spot: [310, 480] },
      right: { centre: [900, 600], spot: [640, 770] },
      top: { centre: [450, 0], spot: [350, 310] },
      bottom: { centre: [450, 1200], spot: [590, 850] },
    };
    for (const [side, { centre, spot }] of Object.entries(sides)) {
      const pixels = new Uint16Array(rows * columns);
      for (let y = 0; y < rows; y++) {
        for (let x = 0; x < columns; x++) {
          const inBreast = ((x - centre[0]!) / 420) ** 2 + ((y - centre[1]!) / 540) ** 2 < 1;
          const inSpot = Math.hypot(x - spot[0]!, y - spot[1]!) < 30;
          pixels[y * columns + x] = inSpot ? 60000 : inBreast ? 20000 : 0;
        }
      }
      const { input, geometry } = prepareGrey({ rows, columns, pixels }, [
        { step: 'crop-to-breast', margin: 0.05 },
        { step: 'orient-chest-wall-left' },
        { step: 'resize', rows: 72, columns: 60 },
        { step: 'normalise', mean: 0, deviation: 1 },
      ]);
      expect(input.length).to.equal(72 * 60);
      // A network that looks at the brightest place.
      const values = input.map((value) => (value > 0.6 ? value : 0));
      const { peak, outline } = attentionRegion({ rows: 72, columns: 60, values, peak: 1 }, geometry)!;
      expect(Math.hypot(peak.x - spot[0]!, peak.y - spot[1]!), side).to.be.lessThan(32);
      const middle = outline.reduce((sum, { x, y }) => ({ x: sum.x + x, y: sum.y + y }), { x: 0, y: 0 });
      expect(middle.x / outline.length, side).to.be.closeTo(spot[0]!, 8);
      expect(middle.y / outline.length, side).to.be.closeTo(spot[1]!, 8);
    }
  });

  it('is a simple outline of few points, clockwise, within crop and image', () => {
    const cells = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 80, maxLength: 80 });
    fc.assert(
      fc.property(geometries, cells, (geometry, values) => {
        const greatest = Math.max(...values);
        fc.pre(greatest > 0);
        const map = heatMapWith(10, 8, []);
        for (let i = 0; i < 80; i++) map.values[i] = values[i]! / greatest;
        const region = attentionRegion(map, geometry);
        if (region === undefined) return;
        const { outline } = region;
        expect(outline.length).to.be.within(3, 60);
        expect(signedArea(outline)).to.be.greaterThan(0);
        const { left, top, width, height } = geometry.crop;
        for (const { x, y } of outline) {
          expect(x).to.be.within(left, left + width);
          expect(y).to.be.within(top, top + height);
        }
      }),
    );
  });

  it('ends where the heat has fallen to half, around one cell as far as halfway to the next', () => {
    const geometry = geometryOf({ crop: { left: 0, top: 0, width: 900, height: 1200 } });
    const { outline } = attentionRegion(heatMapWith(12, 9, [[6, 4, 1]]), geometry)!;
    // Cells are 100 × 100 pixels; the cell's middle is 450, 650.
    for (const { x, y } of outline) {
      const distance = Math.hypot(x - 450, y - 650);
      expect(distance).to.be.within(45, 60);
    }
  });

  it('holds a neighbouring cell of a little more than half the heat, and not one of a little less', () => {
    const geometry = geometryOf({ crop: { left: 0, top: 0, width: 900, height: 1200 } });
    const neighbour = { x: 550, y: 650 };
    for (const [heat, isHeld] of [
      [0.53, true],
      [0.47, false],
    ] as const) {
      const { outline } = attentionRegion(
        heatMapWith(12, 9, [
          [6, 4, 1],
          [6, 5, heat],
        ]),
        geometry,
      )!;
      expect(isWithin(outline, neighbour), String(heat)).to.equal(isHeld);
    }
  });

  it('follows the border of what the network saw when the heat runs out of it', () => {
    const geometry = geometryOf();
    const { outline, peak } = attentionRegion(heatMapWith(8, 7, [[0, 0, 1]]), geometry)!;
    expect(Math.min(...outline.map(({ x }) => x))).to.equal(100);
    expect(Math.min(...outline.map(({ y }) => y))).to.equal(150);
    expect(isWithin(outline, { x: 101, y: 151 })).to.equal(true);
    expect(peak).to.deep.equal({ x: 150, y: 200 });
  });

  it('takes the part around the peak and leaves a weaker one elsewhere', () => {
    const geometry = geometryOf();
    const both = attentionRegion(
      heatMapWith(8, 7, [
        [2, 1, 1],
        [6, 5, 0.9],
      ]),
      geometry,
    )!;
    const alone = attentionRegion(heatMapWith(8, 7, [[2, 1, 1]]), geometry)!;
    expect(both).to.deep.equal(alone);
  });

  it('outlines a ring on its outside', () => {
    const ring: [number, number, number][] = [];
    for (let r = 2; r <= 6; r++)
      for (let c = 2; c <= 6; c++) if (r % 4 === 2 || c % 4 === 2) ring.push([r, c, 1]);
    const geometry = geometryOf({ crop: { left: 0, top: 0, width: 900, height: 900 } });
    const { outline } = attentionRegion(heatMapWith(9, 9, ring), geometry)!;
    expect(isWithin(outline, { x: 450, y: 450 })).to.equal(true);
    expect(signedArea(outline)).to.be.greaterThan(400 * 400);
  });

  it('does not cross itself', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(6), { minLength: 14, maxLength: 14 }), (steps) => {
        const cells = steps.map((column, row): [number, number, number] => [row, column, 1 - row / 40]);
        const region = attentionRegion(heatMapWith(14, 7, cells), geometryOf());
        const outline = region!.outline;
        for (let i = 0; i < outline.length; i++) {
          for (let j = i + 2; j < outline.length; j++) {
            const [a, b, c, d] = [i, i + 1, j, j + 1].map((k) => outline[k % outline.length]!);
            expect(crosses(a!, b!, c!, d!), `${i} and ${j}`).to.equal(false);
          }
        }
      }),
    );
  });

  it('says nothing about a map that points nowhere', () => {
    expect(attentionRegion(FLAT, geometryOf())).to.equal(undefined);
    const even = heatMapWith(4, 4, []);
    even.values.fill(1);
    expect(attentionRegion(even, geometryOf())).to.equal(undefined);
  });

  it('works for a map of one row, and of one cell', () => {
    expect(attentionRegion(heatMapWith(1, 3, [[0, 1, 1]]), geometryOf())!.peak.x).to.equal(450);
    expect(attentionRegion(heatMapWith(1, 1, [[0, 0, 1]]), geometryOf())).to.equal(undefined);
  });
});
