import { expect } from 'chai';
import type { LabelledImage } from '../../src/dataset/index.js';
import { COPY_LIKENESS, findCopies, type PrintedImage } from '../../src/evaluation/shortcuts/copiedImages.js';
import { fingerprintOf, likeness } from '../../src/evaluation/shortcuts/fingerprint.js';
import { pictureStatisticsOf } from '../../src/evaluation/shortcuts/pictureStatistics.js';
import { plainFiguresOf } from '../../src/evaluation/shortcuts/plainFigures.js';
import { orientationSpread, shortcutChecks } from '../../src/evaluation/shortcuts/shortcutChecks.js';
import type { FormAnswers } from '../../src/evaluation/shortcuts/types.js';
import {
  asItLies,
  canonical,
  withoutBackground,
  withoutBreast,
} from '../../src/evaluation/shortcuts/variants.js';
import {
  breastMask,
  clahe,
  type GreyImage,
  ORIENTATIONS,
  type PreparationStep,
  prepareGrey,
  resizeArea,
} from '../../src/image/index.js';
import { picture, QUARTER_TURN, turned } from './pictures.js';

const PLAIN: PreparationStep[] = [
  { step: 'resize', rows: 32, columns: 32 },
  { step: 'normalise', mean: 0, deviation: 1 },
];
const ORIENTING: PreparationStep[] = [
  { step: 'crop-to-breast', margin: 0.02 },
  { step: 'orient-chest-wall-left' },
  ...PLAIN,
];

function apart(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, value, index) => Math.max(most, Math.abs(value - b[index]!)), 0);
}

describe('an image in other forms', () => {
  const image = picture(1);
  const onItsSide = turned(image, QUARTER_TURN);

  it('is turned by the bundle where it turns, and left as it lies where it must be', () => {
    const lying = prepareGrey(image, ORIENTING).input;
    expect(apart(canonical(onItsSide, ORIENTING, breastMask(onItsSide)), lying)).to.be.below(1e-6);
    expect(apart(asItLies(onItsSide, ORIENTING), lying)).to.be.above(0.1);
    expect(apart(asItLies(image, ORIENTING), lying)).to.be.below(1e-6);
  });

  it('is brought to one orientation also for a bundle that does not turn', () => {
    expect(
      apart(canonical(onItsSide, PLAIN, breastMask(onItsSide)), prepareGrey(image, PLAIN).input),
    ).to.be.below(1e-6);
    expect(apart(asItLies(onItsSide, PLAIN), prepareGrey(onItsSide, PLAIN).input)).to.equal(0);
  });

  it('shows nothing of the breast when it is painted over, and the rest unchanged', () => {
    const marked: GreyImage = { ...image, pixels: image.pixels.slice() };
    // A label in the corner far from the breast.
    for (let y = 2; y < 8; y++) for (let x = 54; x < 62; x++) marked.pixels[y * 64 + x] = 60_000;
    const { input, geometry } = prepareGrey(marked, PLAIN);
    const blind = withoutBreast(marked, breastMask(marked), PLAIN, geometry);
    const at = (values: Float32Array, row: number, column: number) => values[row * 32 + column]!;
    expect(at(input, 15, 5)).to.be.above(0.15);
    expect(at(blind, 15, 5)).to.be.below(0.05);
    expect(at(blind, 2, 29))
      .to.be.closeTo(at(input, 2, 29), 1e-6)
      .and.above(0.5);
    const brightest = Math.max(
      ...Array.from({ length: 20 * 32 }, (_, index) => at(blind, 6 + Math.floor(index / 32), index % 32)),
    );
    expect(brightest, 'a rim of the breast').to.be.below(0.05);
  });

  it('loses a letter when all outside the breast is painted over, and keeps the breast', () => {
    const lettered: GreyImage = { ...image, pixels: image.pixels.slice() };
    for (let y = 2; y < 8; y++) for (let x = 54; x < 62; x++) lettered.pixels[y * 64 + x] = 60_000;
    const { input } = prepareGrey(lettered, PLAIN);
    const bare = withoutBackground(lettered, breastMask(lettered), PLAIN);
    const at = (values: Float32Array, row: number, column: number) => values[row * 32 + column]!;
    expect(at(input, 2, 29)).to.be.above(0.5);
    expect(at(bare, 2, 29)).to.be.below(0.05);
    expect(at(bare, 15, 5)).to.equal(at(input, 15, 5));
  });

  it('keeps the place that the breast had: it is not cropped to what is left', () => {
    const { geometry } = prepareGrey(onItsSide, ORIENTING);
    const blind = withoutBreast(onItsSide, breastMask(onItsSide), ORIENTING, geometry);
    expect(blind).to.have.length(32 * 32);
    expect(Math.max(...blind)).to.be.below(0.05);
  });

  it('is black without its breast where no background can be found', () => {
    const flat: GreyImage = { rows: 64, columns: 64, pixels: new Uint16Array(64 * 64).fill(30_000) };
    const { geometry } = prepareGrey(flat, PLAIN);
    expect(Math.max(...withoutBreast(flat, breastMask(flat), PLAIN, geometry))).to.equal(0);
  });
});

describe('fingerprints', () => {
  const image = picture(7);

  it('are the same for an image however it is turned', () => {
    for (const orientation of ORIENTATIONS) {
      const other = fingerprintOf(turned(image, orientation));
      expect(other.exact).to.equal(fingerprintOf(image).exact);
      const { whole, breast } = likeness(fingerprintOf(image), other);
      expect(whole).to.be.closeTo(1, 1e-5);
      expect(breast).to.be.closeTo(1, 1e-5);
    }
  });

  it('know a copy of another size or after CLAHE, and another image for another', () => {
    const own = fingerprintOf(image);
    const smaller = resizeArea(image.pixels, 64, 64, 48, 48);
    const equalised = clahe(image.pixels, 64, 64, { clipLimit: 4, tiles: [2, 2] });
    for (const [size, pixels] of [
      [48, Uint16Array.from(smaller)],
      [64, equalised],
    ] as const) {
      const alike = likeness(own, fingerprintOf({ rows: size, columns: size, pixels }));
      expect(alike.whole).to.be.above(COPY_LIKENESS.whole);
      expect(alike.breast).to.be.above(COPY_LIKENESS.breast);
    }
    for (let seed = 20; seed < 60; seed++)
      expect(likeness(own, fingerprintOf(picture(seed))).whole).to.be.below(0.6);
  });
});

const printed = (name: string, patient: string, label: string, image: GreyImage): PrintedImage => ({
  image: {
    file: name,
    path: name,
    label,
    case: patient,
    site: undefined,
    side: undefined,
    view: undefined,
  } satisfies LabelledImage,
  fingerprint: fingerprintOf(image),
});

describe('films with the same border and letters', () => {
  /** A bright border along two edges and letters beside the breast, as scanned film has them. */
  function film(seed: number): GreyImage {
    const image = picture(seed);
    const { columns, pixels } = image;
    for (let y = 0; y < 64; y++)
      for (let x = 0; x < 64; x++) {
        const border = y < 2 || x > 60;
        const letters = x > 46 && x < 58 && y > 6 && y < 26 && (x * 7 + y * 5) % 4 < 2;
        if (border || letters) pixels[y * columns + x] = 60_000;
      }
    return image;
  }

  const findings = (first: GreyImage, second: GreyImage) =>
    findCopies(
      [printed('a.png', '1', 'benign', first)],
      [printed('b.png', '2', 'benign', second)],
      'by-image',
    ).acrossSplit;

  it('are no copies where the breasts differ, however alike the whole pictures look', () => {
    const { whole } = likeness(fingerprintOf(film(1)), fingerprintOf(film(20)));
    expect(whole, 'border and letters make them look alike').to.be.above(COPY_LIKENESS.whole);
    for (let seed = 20; seed < 50; seed++) expect(findings(film(1), film(seed)), `${seed}`).to.have.length(0);
  });

  it('are copies where the breasts are the same, treated and turned too', () => {
    const { rows, columns, pixels } = film(1);
    const treated = { rows, columns, pixels: pixels.map((value) => 65535 * (value / 65535) ** 0.8) };
    expect(findings(film(1), turned(treated, QUARTER_TURN))).to.have.length(1);
  });
});

describe('copies', () => {
  const own = printed('a.png', '1', 'benign', picture(1));
  const copy = printed('b.png', '2', 'malignant', turned(picture(1), QUARTER_TURN));

  it('on both sides of a split by patient end the evaluation', () => {
    expect(() => findCopies([own], [copy], 'by-patient'))
      .to.throw('a.png is a copy of b.png')
      .with.property('code', 'split-copies');
  });

  it('are counted, not refused, where the protocol says that it leaks', () => {
    expect(findCopies([own], [copy], 'by-image').acrossSplit).to.have.length(1);
  });

  it('among the evaluated images are told, with those whose labels contradict each other', () => {
    const { withinEvaluated } = findCopies(
      [own, copy, printed('c.png', '3', 'benign', picture(2))],
      [],
      'by-patient',
    );
    expect(withinEvaluated).to.deep.equal([
      { file: 'a.png', other: 'b.png', contradiction: true, exact: true, likeness: 1 },
    ]);
  });

  it('of one patient are nobody’s business', () => {
    const again = printed('d.png', '1', 'benign', picture(1));
    expect(findCopies([own, again], [again], 'by-patient'))
      .to.include({ images: 2 })
      .and.to.have.deep.property('acrossSplit', []);
  });
});

describe('the shortcut checks', () => {
  const nothing = { images: 0, seenImages: 0, withinEvaluated: [], acrossSplit: [] };
  const options = { rounds: 100, seed: 1 };

  /** What the data page warns of: the malignant images lie on their side. */
  const trapped = Array.from({ length: 40 }, (_, index): FormAnswers => {
    const target = index % 2 === 0 ? 0 : 1;
    const upright = picture(index + 1);
    const image = target === 1 ? turned(upright, QUARTER_TURN) : upright;
    const { input, geometry } = prepareGrey(image, ORIENTING);
    const lazy = target === 1 ? 0.9 : 0.1;
    return {
      file: `${index}.png`,
      case: `${index >> 1}`,
      target,
      asItLies: lazy,
      canonical: ((index * 13) % 40) / 40,
      withoutBreast: 0.5,
      withoutBackground: 0.5,
      orientations: [0.2, 0.2, 0.2, 0.2, 0.6, 0.2, 0.2, 0.2],
      figures: plainFiguresOf(image, breastMask(image), input, geometry),
      statistics: pictureStatisticsOf(image, breastMask(image), { values: input, rows: 32, columns: 32 }),
    };
  });
  const checks = shortcutChecks(trapped, 0.5, nothing, options);
  const named = (name: string) => checks.shortcuts.find((one) => one.name === name)!;

  it('find that orientation gives the labels away, in the files and not after the preparation', () => {
    expect(named('Orientation, in the files').auc.value).to.equal(1);
    expect(named('Orientation, as the network gets it').auc.interval![0]).to.be.below(0.5);
  });

  it('tell how far a network falls that had learnt the orientation', () => {
    const { asItLies: before, canonical: after, drop } = checks.orientation;
    expect(before.value).to.equal(1);
    expect(drop.value).to.be.closeTo(1 - after.value!, 1e-12);
    expect(drop.interval![0]).to.be.above(0.2);
  });

  it('take an AUC whichever way round tells more', () => {
    const dark = trapped.map((one): FormAnswers => ({ ...one, withoutBreast: 1 - one.asItLies }));
    expect(shortcutChecks(dark, 0.5, nothing, options).shortcuts.at(-1)!.auc.value).to.equal(1);
    expect(named('The network without the breast').auc.value).to.equal(0.5);
  });

  it('tell how far a network falls that reads the letters', () => {
    const reading = trapped.map(
      (one): FormAnswers => ({
        ...one,
        orientations: [one.asItLies, ...one.orientations.slice(1)],
      }),
    );
    const { background } = shortcutChecks(reading, 0.5, nothing, options);
    expect(background.asItIs.value).to.equal(1);
    expect(background.drop.value).to.equal(0.5);
  });

  it('measure how one image’s answer moves with its orientation', () => {
    const spread = orientationSpread(
      [
        { file: 'a', orientations: [0.4, 0.6, 0.5] },
        { file: 'b', orientations: [0.7, 0.7, 0.7] },
      ],
      0.5,
    );
    expect(spread.mean).to.be.closeTo(0.1, 1e-12);
    expect(spread.worst.file).to.equal('a');
    expect(spread.undecided).to.equal(0.5);
    expect(spread.histogram.reduce((sum, count) => sum + count)).to.equal(2);
  });
});
