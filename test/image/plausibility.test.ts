import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { readPicture } from '../../src/dataset/index.js';
import type { StandardView } from '../../src/dicom/index.js';
import {
  breastMask,
  type GreyImage,
  implausibility,
  reducedImage,
  resizeArea,
} from '../../src/image/index.js';
import {
  makeMammogram,
  NO_MAMMOGRAMS,
  type NoMammogram,
  noMammogram,
  type Spoiling,
  spoiled,
} from '../../src/phantom/index.js';
import { skipped } from '../parts.js';

const ROWS = 832;
const COLUMNS = 640;
/** Folder with rsna-ffdm, cbis-mass and exam-4view; scripts/measureRefusals.mjs measures all of them. */
const REAL = process.env.MAMORI_MAMMOGRAMS ?? '../shared/data';

function codeOf(image: GreyImage, view?: StandardView): string | undefined {
  const reduced = reducedImage(image);
  return implausibility({ image, reduced, mask: breastMask(image, reduced), view })?.code;
}

function made(
  seed: number,
  laterality: 'L' | 'R',
  view: 'CC' | 'MLO',
  rows = ROWS,
  columns = COLUMNS,
): GreyImage {
  const { values } = makeMammogram({ seed, laterality, view, rows, columns });
  return { rows, columns, pixels: values };
}

describe('the plausibility of an image', () => {
  describe('of a mammogram', () => {
    for (const view of ['CC', 'MLO'] as const)
      for (const laterality of ['L', 'R'] as const)
        it(`is not in doubt: ${laterality} ${view}, whoever it is of`, () => {
          for (const seed of [1, 2, 3])
            expect(codeOf(made(seed, laterality, view), `${laterality}${view}`), `seed ${seed}`).to.equal(
              undefined,
            );
        });

    it('is not in doubt at any size', () => {
      for (const [rows, columns] of [
        [320, 256],
        [1664, 1280],
      ] as const)
        expect(codeOf(made(4, 'R', 'MLO', rows, columns), 'RMLO'), `${rows}`).to.equal(undefined);
    });

    it('is not in doubt turned by a quarter, which the preparation sets right: a CC view then mirrors itself', () => {
      for (const view of ['CC', 'MLO'] as const)
        for (const seed of [1, 2, 3]) {
          const { rows, columns, pixels } = made(seed, 'L', view);
          const turned = new Uint16Array(pixels.length);
          for (let y = 0; y < rows; y++)
            for (let x = 0; x < columns; x++) turned[x * rows + rows - 1 - y] = pixels[y * columns + x]!;
          const image = { rows: columns, columns: rows, pixels: turned };
          expect(codeOf(image, `L${view}`), `${view}, seed ${seed}`).to.equal(undefined);
        }
    });

    it('is not in doubt where its chest wall lies on the other side, as in a mirror', () => {
      const { pixels } = made(1, 'L', 'MLO');
      const mirrored = pixels.slice();
      for (let y = 0; y < ROWS; y++) mirrored.subarray(y * COLUMNS, (y + 1) * COLUMNS).reverse();
      expect(codeOf({ rows: ROWS, columns: COLUMNS, pixels: mirrored }, 'LMLO')).to.equal(undefined);
    });
  });

  describe('of what is none', () => {
    const CODES: Record<NoMammogram, string> = {
      black: 'implausible-blank',
      white: 'implausible-blank',
      grey: 'implausible-blank',
      noise: 'implausible-noise',
      'stripes-upright': 'implausible-stripes',
      'stripes-level': 'implausible-stripes',
      'stripes-slanting': 'implausible-stripes',
      'fine-stripes': 'implausible-noise',
      chest: 'implausible-symmetry',
      'phantom-plate': 'implausible-shape',
      hand: 'implausible-shape',
      ultrasound: 'implausible-symmetry',
      'breast-of-one-shade': 'implausible-featureless',
      'empty-exposure': 'implausible-breast-missing',
    };
    for (const what of NO_MAMMOGRAMS)
      it(`is refused: ${what}`, () => {
        expect(codeOf(noMammogram(what, 2560, 2048), 'LMLO')).to.equal(CODES[what]);
      });

    it('is refused with a breast that takes hardly any of the image', () => {
      const whole = made(1, 'L', 'MLO');
      const within = (share: number): GreyImage => {
        const [rows, columns] = [Math.round(ROWS * share), Math.round(COLUMNS * share)];
        const small = resizeArea(whole.pixels, ROWS, COLUMNS, rows, columns);
        const pixels = new Uint16Array(ROWS * COLUMNS).fill(whole.pixels.at(-1)!);
        for (let y = 0; y < rows; y++)
          for (let x = 0; x < columns; x++) pixels[(y + 200) * COLUMNS + x] = small[y * columns + x]!;
        return { rows: ROWS, columns: COLUMNS, pixels };
      };
      expect(codeOf(within(0.6))).to.equal(undefined);
      expect(codeOf(within(0.2))).to.equal('implausible-breast-missing');
    });

    it('is refused where two breasts stand chest wall to chest wall', () => {
      const [right, left] = [made(1, 'R', 'CC'), made(2, 'L', 'MLO')];
      const pixels = new Uint16Array(2 * ROWS * COLUMNS);
      for (let y = 0; y < ROWS; y++)
        for (const [place, { pixels: from }] of [right, left].entries())
          pixels.set(from.subarray(y * COLUMNS, (y + 1) * COLUMNS), (2 * y + place) * COLUMNS);
      expect(codeOf({ rows: ROWS, columns: 2 * COLUMNS, pixels }, 'RCC')).to.equal('implausible-shape');
    });

    it('is refused with a breast that lies far from every edge', () => {
      const { pixels } = made(1, 'L', 'CC');
      const wide = new Uint16Array(2 * ROWS * COLUMNS);
      for (let y = 0; y < ROWS; y++)
        wide.set(pixels.subarray(y * COLUMNS, (y + 1) * COLUMNS), 2 * y * COLUMNS + COLUMNS / 2);
      expect(codeOf({ rows: ROWS, columns: 2 * COLUMNS, pixels: wide }, 'LCC')).to.equal(
        'implausible-part-missing',
      );
    });

    it('is refused in an image too small to show anything', () => {
      expect(codeOf({ rows: 1, columns: 1, pixels: Uint16Array.of(40_000) }, 'LCC')).to.equal(
        'implausible-blank',
      );
    });
  });

  describe('of a mammogram that is spoiled', () => {
    const CODES: Partial<Record<Spoiling, string[]>> = {
      inverted: ['implausible-inverted'],
      'cut-off': ['implausible-breast-cut-off', 'implausible-breast-missing'],
      // What is left of an MLO view can be as straight as a rectangle.
      'upper-half-lost': ['implausible-part-missing', 'implausible-shape'],
      'nipple-side-lost': ['implausible-part-missing', 'implausible-shape'],
      'bytes-exchanged': ['implausible-noise'],
      blurred: ['implausible-blurred'],
      coarse: ['implausible-coarse'],
      // Where even the background turns white, that looks darker than none.
      overexposed: ['implausible-saturated', 'implausible-inverted'],
      'smeared-across': ['implausible-smear'],
      'smeared-slanting': ['implausible-smear'],
    };
    for (const [how, codes] of Object.entries(CODES) as [Spoiling, string[]][])
      it(`is refused: ${how}`, () => {
        for (const view of ['CC', 'MLO'] as const)
          expect(codeOf(spoiled(made(2, 'R', view), how), `R${view}`), view).to.be.oneOf(codes);
      });

    it('is refused upside down where the chest muscle tells, in MLO views', () => {
      for (const laterality of ['L', 'R'] as const)
        expect(codeOf(spoiled(made(3, laterality, 'MLO'), 'upside-down'), `${laterality}MLO`)).to.equal(
          'implausible-upside-down',
        );
    });

    it('is not refused upside down as a CC view, which that only mirrors', () => {
      expect(codeOf(spoiled(made(3, 'L', 'CC'), 'upside-down'), 'LCC')).to.equal(undefined);
      // Nor is it looked for there, whatever the image looks like.
      expect(codeOf(spoiled(made(3, 'L', 'MLO'), 'upside-down'), 'LCC')).to.equal(undefined);
    });
  });

  it('is not in doubt for real mammograms', async function () {
    this.timeout(120_000);
    const folders = [
      join(REAL, 'exam-4view'),
      join(REAL, 'rsna-ffdm/images'),
      join(REAL, 'cbis-mass/images'),
    ];
    const missing = folders.filter((folder) => !existsSync(folder));
    if (missing.length > 0) skipped(this, `real mammograms are not there: ${missing.join(', ')}`, true);
    let judged = 0;
    const refused: string[] = [];
    for (const folder of folders) {
      const names = readdirSync(folder).sort();
      for (const name of names.filter((_, at) => at % Math.ceil(names.length / 40) === 0)) {
        judged++;
        const code = codeOf(await readPicture({ path: join(folder, name), file: name }));
        if (code !== undefined) refused.push(`${name} ${code}`);
      }
    }
    expect(refused.length / judged, refused.join(', ')).to.be.at.most(0.02);
  });
});
