import { expect } from 'chai';
import fc from 'fast-check';
import {
  breastMask,
  chestWallSide,
  composeOrientations,
  displayImage,
  fromSource,
  type GreyImage,
  type InputGeometry,
  ORIENTATIONS,
  type Orientation,
  orientationToLeft,
  oriented,
  type PreparationStep,
  prepareGrey,
  resizeArea,
} from '../../src/image/index.js';
import { makeMammogram } from '../../src/phantom/index.js';

function made(view: 'CC' | 'MLO', laterality: 'L' | 'R', rows = 330, columns = 256, seed = 11): GreyImage {
  return {
    rows,
    columns,
    pixels: Uint16Array.from(makeMammogram({ seed, view, laterality, rows, columns }).values),
  };
}

function turned(image: GreyImage, orientation: Orientation): GreyImage {
  return oriented(image.pixels, image.rows, image.columns, orientation);
}

/** An image as a film scanner gives it: noisy dark background, a black and a white border, a bright label. */
const isNone = ({ flip, quarterTurns }: Orientation) => !flip && quarterTurns === 0;

function asFilm(image: GreyImage): GreyImage {
  let state = 7;
  const noise = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 20) - 2048;
  };
  const pixels = image.pixels.map((value) => Math.max(0, Math.min(65535, 7000 + value * 0.8 + noise())));
  const { rows, columns } = image;
  for (let x = 0; x < columns; x++) for (let y = 0; y < 4; y++) pixels[y * columns + x] = 0;
  for (let x = 0; x < columns; x++) pixels[(rows - 1) * columns + x] = 65535;
  return { rows, columns, pixels };
}

describe('breastMask', () => {
  for (const view of ['CC', 'MLO'] as const) {
    for (const laterality of ['L', 'R'] as const) {
      it(`finds the breast and its chest wall: ${laterality} ${view}`, () => {
        const image = made(view, laterality);
        const mask = breastMask(image);
        expect(mask.found).to.equal(true);
        expect(chestWallSide(mask)).to.equal(laterality === 'L' ? 'left' : 'right');
        const { left, top, width, height } = mask.box;
        let outside = 0;
        let total = 0;
        for (let y = 0; y < image.rows; y++) {
          for (let x = 0; x < image.columns; x++) {
            if (image.pixels[y * image.columns + x]! < 6000) continue;
            total++;
            if (x < left || x >= left + width || y < top || y >= top + height) outside++;
          }
        }
        expect(outside / total).to.be.lessThan(0.002);
        expect(width).to.be.lessThan(image.columns);
      });
    }
  }

  it('finds much the same on a film scan, and with the background bright', () => {
    const image = made('MLO', 'L');
    const { box } = breastMask(image);
    const inverted = { ...image, pixels: image.pixels.map((value) => 65535 - value) };
    for (const other of [asFilm(image), inverted]) {
      const mask = breastMask(other);
      expect(mask.found).to.equal(true);
      expect(chestWallSide(mask)).to.equal('left');
      expect(Math.abs(mask.box.width - box.width)).to.be.at.most(0.12 * image.columns);
    }
  });

  it('leaves labels out', () => {
    const image = made('CC', 'L');
    const plain = breastMask(image).box;
    for (let y = 5; y < 30; y++) image.pixels.fill(65535, y * image.columns + 215, y * image.columns + 250);
    expect(breastMask(image).box).to.deep.equal(plain);
  });

  it('takes everything where there is no breast to tell from a background, down to a single pixel', () => {
    for (const [rows, columns] of [
      [1, 1],
      [1, 300],
      [3, 2],
      [50, 40],
    ] as const) {
      const mask = breastMask({ rows, columns, pixels: new Uint16Array(rows * columns).fill(1234) });
      expect(mask.found).to.equal(false);
      expect(mask.box).to.deep.equal({ left: 0, top: 0, width: columns, height: rows });
    }
  });
});

describe('orientations', () => {
  it('bring the chest wall to the left from every side', () => {
    const image = made('MLO', 'R');
    for (const orientation of ORIENTATIONS) {
      const one = turned(image, orientation);
      const back = turned(one, orientationToLeft(chestWallSide(breastMask(one))));
      expect(chestWallSide(breastMask(back)), JSON.stringify(orientation)).to.equal('left');
    }
  });

  it('keep the head up when they flip', () => {
    expect(orientationToLeft('right')).to.deep.equal({ flip: true, quarterTurns: 0 });
  });

  it('compose, and each is undone by one other', () => {
    const image = { rows: 3, columns: 5, pixels: Uint16Array.from({ length: 15 }, (_, i) => i) };
    for (const first of ORIENTATIONS) {
      const undoing = ORIENTATIONS.filter((second) => isNone(composeOrientations(first, second)));
      expect(undoing).to.have.length(1);
      expect(turned(turned(image, first), undoing[0]!)).to.deep.equal(image);
      for (const second of ORIENTATIONS) {
        const both = turned(image, composeOrientations(first, second));
        expect(both, `${JSON.stringify(first)} ${JSON.stringify(second)}`).to.deep.equal(
          turned(turned(image, first), second),
        );
      }
    }
  });

  it('turn clockwise after flipping', () => {
    const image = { rows: 2, columns: 3, pixels: Uint16Array.of(1, 2, 3, 4, 5, 6) };
    expect([...turned(image, { flip: false, quarterTurns: 1 }).pixels]).to.deep.equal([4, 1, 5, 2, 6, 3]);
    expect([...turned(image, { flip: true, quarterTurns: 0 }).pixels]).to.deep.equal([3, 2, 1, 6, 5, 4]);
    expect([...turned(image, { flip: true, quarterTurns: 1 }).pixels]).to.deep.equal([6, 3, 5, 2, 4, 1]);
  });
});

describe('resizeArea', () => {
  it('averages exactly the area under each pixel', () => {
    const size = fc.integer({ min: 1, max: 12 });
    fc.assert(
      fc.property(size, size, size, size, fc.integer(), (rows, columns, targetRows, targetColumns, seed) => {
        const pixels = Uint16Array.from(
          { length: rows * columns },
          (_, i) => Math.imul(i + 1, seed | 1) >>> 16,
        );
        const out = resizeArea(pixels, rows, columns, targetRows, targetColumns);
        for (let y = 0; y < targetRows; y++) {
          for (let x = 0; x < targetColumns; x++) {
            let sum = 0;
            for (let v = 0; v < rows; v++) {
              for (let u = 0; u < columns; u++) {
                const height =
                  Math.min(v + 1, ((y + 1) * rows) / targetRows) - Math.max(v, (y * rows) / targetRows);
                const width =
                  Math.min(u + 1, ((x + 1) * columns) / targetColumns) -
                  Math.max(u, (x * columns) / targetColumns);
                if (height > 0 && width > 0) sum += height * width * pixels[v * columns + u]!;
              }
            }
            const area = (rows / targetRows) * (columns / targetColumns);
            expect(out[y * targetColumns + x]).to.be.closeTo(sum / area, 0.01);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('reduces for display to the long edge, keeps the shape, and never enlarges', () => {
    const image = { rows: 300, columns: 100, pixels: new Uint16Array(30000).fill(65535) };
    const small = displayImage(image, 100);
    expect([small.rows, small.columns]).to.deep.equal([100, 33]);
    expect(new Set(small.pixels)).to.deep.equal(new Set([255]));
    const same = displayImage({ rows: 1, columns: 3, pixels: Uint16Array.of(0, 257, 65535) }, 2048);
    expect(same).to.deep.equal({ rows: 1, columns: 3, pixels: Uint8Array.of(0, 1, 255) });
  });
});

describe('prepareGrey', () => {
  const STEPS: PreparationStep[] = [
    { step: 'crop-to-breast', margin: 0.05 },
    { step: 'orient-chest-wall-left' },
    { step: 'clahe', clipLimit: 2, tiles: [4, 4], as: 'channel' },
    { step: 'resize', rows: 64, columns: 48 },
    { step: 'normalise', mean: 0.25, deviation: 0.5 },
  ];

  it('gives channels last, in the order they were added, normalised', () => {
    const { input, geometry } = prepareGrey(made('CC', 'R'), STEPS);
    expect(input.length).to.equal(64 * 48 * 2);
    expect(geometry.orientation).to.deep.equal({ flip: true, quarterTurns: 0 });
    expect([geometry.inputRows, geometry.inputColumns]).to.deep.equal([64, 48]);
    const black = (0 - 0.25) / 0.5;
    const white = (1 - 0.25) / 0.5;
    for (const value of input) expect(value).to.be.within(black - 1e-6, white + 1e-6);
    let brighter = 0;
    for (let i = 0; i < input.length; i += 2) if (input[i + 1]! > input[i]! + 0.01) brighter++;
    expect(brighter).to.be.greaterThan(200);
  });

  it('gives the same input whatever way the image is turned, but for its head', () => {
    const image = made('CC', 'L', 320, 256);
    const steps = STEPS.filter(({ step }) => step !== 'clahe');
    const straight = prepareGrey(image, steps).input;
    for (const orientation of ORIENTATIONS.filter(({ flip }) => flip === false)) {
      const { geometry, input } = prepareGrey(turned(image, orientation), steps);
      const restored = composeOrientations(orientation, geometry.orientation);
      expect([0, 2]).to.include(restored.quarterTurns);
      if (restored.flip || restored.quarterTurns !== 0) continue;
      expect(Math.max(...input.map((value, i) => Math.abs(value - straight[i]!)))).to.be.lessThan(0.05);
    }
  });

  it('leads a bright spot on the source to where fromSource says', () => {
    const plain = STEPS.filter(({ step }) => step !== 'clahe');
    const canonical = plain.map(
      (step): PreparationStep =>
        step.step === 'orient-chest-wall-left' ? { step: 'orient-canonical' } : step,
    );
    const straight = made('MLO', 'L');
    const dark = { ...straight, pixels: straight.pixels.map((value) => value >> 3) };
    // Off every axis of the picture, so that no turn and no flip leaves it where it was.
    for (let y = 128; y < 136; y++) for (let x = 66; x < 74; x++) dark.pixels[y * dark.columns + x] = 65535;
    for (const orientation of ORIENTATIONS) {
      const image = turned(dark, orientation);
      const first = image.pixels.indexOf(65535);
      const spot = { x: (first % image.columns) + 4, y: Math.floor(first / image.columns) + 4 };
      for (const steps of [plain, canonical]) {
        const { input, geometry } = prepareGrey(image, steps);
        const brightest = input.indexOf(Math.max(...input));
        const there = fromSource(geometry, spot);
        expect(Math.abs((brightest % 48) + 0.5 - there.x)).to.be.at.most(1.6);
        expect(Math.abs(Math.floor(brightest / 48) + 0.5 - there.y)).to.be.at.most(1.6);
      }
    }
  });

  it('maps the crop box onto the whole input, evenly, in every orientation', () => {
    const positive = fc.integer({ min: 1, max: 4000 });
    const place = fc.record({
      x: fc.double({ min: -100, max: 5000, noNaN: true }),
      y: fc.double({ min: -100, max: 5000, noNaN: true }),
    });
    fc.assert(
      fc.property(
        positive,
        positive,
        positive,
        positive,
        fc.constantFrom(...ORIENTATIONS),
        place,
        (width, height, inputRows, inputColumns, orientation, at) => {
          const geometry: InputGeometry = {
            sourceRows: height + 7,
            sourceColumns: width + 5,
            crop: { left: 3, top: 4, width, height },
            orientation,
            inputRows,
            inputColumns,
          };
          const corners = [0, 1].flatMap((x) =>
            [0, 1].map((y) => fromSource(geometry, { x: 3 + x * width, y: 4 + y * height })),
          );
          const whole = [0, 1].flatMap((x) => [0, 1].map((y) => `${x * inputColumns} ${y * inputRows}`));
          const rounded = corners.map(
            ({ x, y }) => `${Math.round(x * 1e6) / 1e6} ${Math.round(y * 1e6) / 1e6}`,
          );
          expect(rounded).to.have.members(whole);
          // Halfway is halfway, wherever one starts: the map is affine.
          const [there, start] = [fromSource(geometry, at), corners[0]!];
          const middle = fromSource(geometry, { x: (at.x + 3) / 2, y: (at.y + 4) / 2 });
          expect(middle.x).to.be.closeTo((there.x + start.x) / 2, 1e-3);
          expect(middle.y).to.be.closeTo((there.y + start.y) / 2, 1e-3);
        },
      ),
    );
  });

  it('crops after turning as well as before', () => {
    const image = turned(made('CC', 'R'), { flip: false, quarterTurns: 1 });
    const [crop, orient, , resize] = STEPS;
    const before = prepareGrey(image, [crop!, orient!, resize!]);
    const after = prepareGrey(image, [orient!, crop!, resize!]);
    expect(after.geometry).to.deep.equal(before.geometry);
    expect(after.input).to.deep.equal(before.input);
  });

  it('does nothing without steps, but for the scale', () => {
    const image = { rows: 1, columns: 3, pixels: Uint16Array.of(0, 13107, 65535) };
    const { input, geometry } = prepareGrey(image, []);
    expect(input).to.deep.equal(Float32Array.of(0, 0.2, 1));
    expect(geometry.crop).to.deep.equal({ left: 0, top: 0, width: 3, height: 1 });
  });

  it('prepares images too small for anything', () => {
    const image = { rows: 1, columns: 1, pixels: Uint16Array.of(65535) };
    const { input } = prepareGrey(image, STEPS);
    expect(input.length).to.equal(64 * 48 * 2);
    expect(input.every(Number.isFinite)).to.equal(true);
  });

  it('names steps that contradict each other', () => {
    const [crop, , , resize, normalise] = STEPS as [
      PreparationStep,
      PreparationStep,
      PreparationStep,
      PreparationStep,
      PreparationStep,
    ];
    const wrong: PreparationStep[][] = [
      [resize, crop],
      [resize, resize],
      [normalise, resize],
      [{ step: 'normalise', mean: 0, deviation: 0 }],
      [{ step: 'crop-to-breast', margin: 2 }],
      [{ step: 'sharpen' } as unknown as PreparationStep],
    ];
    for (const steps of wrong) {
      expect(() => prepareGrey(made('CC', 'L', 64, 48), steps))
        .to.throw()
        .with.property('code', 'preparation-invalid');
    }
  });
});
