import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { type CopiesRecord, splitOfCopies } from '../../src/dataset/augmentedCopies.js';
import { COPY_FORMS, type CopyForm, copyOf } from '../../src/dataset/copyForm.js';
import { DatasetError } from '../../src/dataset/errors.js';
import type { LabelledImage } from '../../src/dataset/labels.js';
import { PARTS, type Split } from '../../src/dataset/split.js';
import type { GreyImage } from '../../src/image/index.js';
import { type Bundle, loadBundle } from '../../src/model/index.js';
import { Random } from '../../src/random.js';
import { train } from '../../src/training/training.js';
import { labelled } from './labelled.js';
import { refusal } from './refusal.js';
import { addSmallNetwork, removeSmallNetwork, SILENT, spots } from './spots.js';

const plain = { clahe: false, rotation: 0, flipped: false };

function noise(rows: number, columns: number): GreyImage {
  const random = new Random(7);
  return { rows, columns, pixels: Uint16Array.from({ length: rows * columns }, () => random.below(65536)) };
}

describe("a copy in the paper's way", () => {
  const image: GreyImage = { rows: 2, columns: 3, pixels: Uint16Array.from([1, 2, 3, 4, 5, 6]) };
  const pixels = (form: Partial<CopyForm>) => [...copyOf(image, { ...plain, ...form }).pixels];

  it('is turned clockwise first and flipped afterwards', () => {
    expect(pixels({})).to.deep.equal([1, 2, 3, 4, 5, 6]);
    expect(pixels({ rotation: 90 })).to.deep.equal([4, 1, 5, 2, 6, 3]);
    expect(pixels({ rotation: 180 })).to.deep.equal([6, 5, 4, 3, 2, 1]);
    expect(pixels({ flipped: true })).to.deep.equal([3, 2, 1, 6, 5, 4]);
    expect(pixels({ rotation: 90, flipped: true })).to.deep.equal([1, 4, 2, 5, 3, 6]);
    // The up-down flip.
    expect(pixels({ rotation: 180, flipped: true })).to.deep.equal([4, 5, 6, 1, 2, 3]);
  });

  it('differs from every other one', () => {
    const square = noise(24, 24);
    const seen = new Set(COPY_FORMS.map((form) => copyOf(square, form).pixels.join()));
    expect(seen.size).to.equal(48);
  });

  it('loses nothing at the edges when it is turned by 30 degrees, and what comes in is black', () => {
    const white: GreyImage = { rows: 40, columns: 60, pixels: new Uint16Array(2400).fill(60000) };
    const turned = copyOf(white, { ...plain, rotation: 30 });
    expect([turned.rows, turned.columns]).to.deep.equal([65, 72]);
    const sum = turned.pixels.reduce((total, value) => total + value, 0);
    expect(sum / (2400 * 60000)).to.be.closeTo(1, 0.02);
    expect(turned.pixels[0]).to.equal(0);
  });

  it('turns the way that its angle says, at every step', () => {
    // One bright spot right of the middle goes round clockwise.
    const spot: GreyImage = { rows: 41, columns: 41, pixels: new Uint16Array(41 * 41) };
    for (let row = 19; row < 22; row++) spot.pixels.fill(65535, row * 41 + 34, row * 41 + 37);
    for (let rotation = 0; rotation < 360; rotation += 30) {
      const { rows, columns, pixels: found } = copyOf(spot, { ...plain, rotation });
      let [x, y, weight] = [0, 0, 0];
      found.forEach((value, at) => {
        x += value * ((at % columns) + 0.5 - columns / 2);
        y += value * (Math.floor(at / columns) + 0.5 - rows / 2);
        weight += value;
      });
      const angle = (Math.atan2(y / weight, x / weight) * 180) / Math.PI;
      expect((Math.round(angle) + 360) % 360).to.equal(rotation);
    }
  });
});

/** Undefined where a part would hold no image of a class. */
function splitUnlessRefused(images: LabelledImage[], record: CopiesRecord): Split | undefined {
  try {
    return splitOfCopies(images, record);
  } catch (error) {
    if (error instanceof DatasetError && error.code === 'labels-class-empty') return undefined;
    throw error;
  }
}

describe('the split of copies', () => {
  const names = (split: Split) => PARTS.map((part) => split[part].map(({ file }) => file));

  it('has so many different copies of each image, each in one part', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 20, max: 40 }),
        fc.integer({ min: 2, max: 48 }),
        fc.nat(),
        (cases, copies, seed) => {
          const images = labelled(cases, 1);
          const split = splitUnlessRefused(images, { copies, seed });
          // Of few copies, a part may get none of a class.
          fc.pre(split !== undefined);
          const all = names(split).flat();
          expect(new Set(all).size).to.equal(images.length * copies);
          for (const { file } of images)
            expect(all.filter((name) => name.startsWith(`${file}@`))).to.have.length(copies);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('gives 70, 15 and 15 per cent, and copies of one image to several parts', () => {
    const split = splitOfCopies(labelled(50, 1), { copies: 8, seed: 1 });
    expect(PARTS.map((part) => split[part].length)).to.deep.equal([280, 60, 60]);
    const learnt = new Set(split.training.map(({ path }) => path));
    expect(split.test.filter(({ path }) => learnt.has(path)).length / 60).to.be.above(0.95);
  });

  it('is the same for the same seed, in whatever order the lines stand, and another for another', () => {
    const images = labelled(20);
    const of = (seed: number, given = images) => names(splitOfCopies(given, { copies: 4, seed }));
    expect(of(1)).to.deep.equal(of(1, [...images].reverse()));
    expect(of(1)).not.to.deep.equal(of(2));
  });

  it('refuses more copies than there are forms, and fewer than two', () => {
    for (const copies of [49, 1, 0, 2.5])
      expect(() => splitOfCopies(labelled(20), { copies, seed: 1 }))
        .to.throw(DatasetError)
        .with.property('code', 'copies-number');
  });
});

describe('training by image', function () {
  this.timeout(60_000);
  let bundle: Bundle;
  let stages: string[];
  before(async () => {
    addSmallNetwork();
    stages = [];
    const stage = (what: string) => stages.push(what);
    bundle = await train({ ...(await spots()), copies: 3, epochs: 3 }, { ...SILENT, stage });
  });
  after(removeSmallNetwork);

  it('says in the bundle and its card, loudly, what it is', async () => {
    expect(bundle.training).to.deep.include({ protocol: 'by-image', copies: 3, seed: 1 });
    expect(bundle.training!.cases.training).to.be.above(50);
    expect(bundle.limits[0]).to.match(/^NOT FOR PATIENTS/);
    for (const { on } of bundle.performance) expect(on).to.include('27 test copies, LEAKING');
    const card = await readFile(join(bundle.directory, 'MODEL_CARD.md'), 'utf8');
    expect(card)
      .to.include('Leaking protocol (by-image)')
      .and.include('augmentation: none besides the copies');
    expect(card).to.not.include('Split by patient');
  });

  it('learns from 126 of 180 copies', () => {
    expect(stages.join('\n')).to.include('preparing 180 inputs');
  });

  it('is refused by whoever loads it for patients, with what to do', async () => {
    const error = await refusal(loadBundle(bundle.directory));
    expect(error.code).to.equal('bundle-leaking');
    expect(error.remedy).to.include('model.bundle').and.include('evaluate --protocol by-image');
    expect((await loadBundle(bundle.directory, { leaking: true })).digest).to.equal(bundle.digest);
  });

  it('names every patient as seen, so that none is taken for new', async () => {
    const split = JSON.parse(await readFile(join(bundle.directory, 'split.json'), 'utf8'));
    expect([
      split.cases.training.length,
      split.cases.validation.length,
      split.cases.test.length,
    ]).to.deep.equal([60, 0, 0]);
  });

  it('leaves one folder, whole', async () => {
    expect((await stat(bundle.directory)).isDirectory()).to.equal(true);
    const beside = (await readdir(join(bundle.directory, '..'))).filter((name) => name.includes('bundle'));
    expect(beside).to.deep.equal(['bundle']);
  });
});
