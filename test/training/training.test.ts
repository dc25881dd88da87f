import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { readBoxes } from '../../src/dataset/boxes.js';
import { DatasetError } from '../../src/dataset/errors.js';
import { classesOf, type LabelledImage, readLabels } from '../../src/dataset/labels.js';
import {
  auc,
  bestThreshold,
  bootstrapByCase,
  byCase,
  calibrationError,
  fitPlatt,
  type Scored,
} from '../../src/dataset/measures.js';
import { countCases, PARTS, splitByCase } from '../../src/dataset/split.js';
import { loadBundle, openEngine } from '../../src/model/index.js';
import { Random } from '../../src/random.js';
import { augment } from '../../src/training/fitting/augmentation.js';
import { type Augmentation, PAPER_RECIPE } from '../../src/training/networks/paperRecipe.js';
import { train } from '../../src/training/training.js';
import { scratchFolder } from '../model/bundles.js';
import { labelled } from './labelled.js';
import { refusal } from './refusal.js';
import { addSmallNetwork, removeSmallNetwork, SILENT, spots } from './spots.js';

function scored(pairs: [probability: number, target: 0 | 1][]): Scored[] {
  return pairs.map(([probability, target], index) => ({ probability, target, case: `case${index}` }));
}

describe('the split', () => {
  const shares = { validation: 0.2, test: 0.2 };

  it('never has a case on two sides, and loses no image', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 30, max: 90 }),
        fc.integer({ min: 1, max: 4 }),
        fc.nat(),
        (cases, each, seed) => {
          const images = labelled(cases, each);
          const split = splitByCase(images, 'malignant', shares, seed);
          const owners = PARTS.map((part) => new Set(split[part].map((image) => image.case)));
          const all = new Set(owners.flatMap((owner) => [...owner]));
          expect(all.size).to.equal(owners.reduce((sum, owner) => sum + owner.size, 0));
          expect(PARTS.reduce((sum, part) => sum + split[part].length, 0)).to.equal(images.length);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('is the same for the same seed, in whatever order the lines stand, and another for another', () => {
    const images = labelled(60);
    const names = (seed: number, given: LabelledImage[]) =>
      splitByCase(given, 'malignant', shares, seed)
        .test.map((image) => image.file)
        .sort();
    expect(names(1, images)).to.deep.equal(names(1, [...images].reverse()));
    expect(names(1, images)).not.to.deep.equal(names(2, images));
  });

  it('gives each part its share of both classes', () => {
    const split = splitByCase(labelled(60), 'malignant', shares, 1);
    expect(countCases(split.validation)).to.equal(12);
    for (const part of PARTS) {
      const malignant = split[part].filter((image) => image.label === 'malignant').length;
      expect(malignant / split[part].length).to.be.closeTo(1 / 3, 0.01);
    }
  });

  it('refuses a class with too few cases', () => {
    expect(() => splitByCase(labelled(3), 'malignant', shares, 1))
      .to.throw(DatasetError)
      .with.property('code', 'labels-class-empty');
  });
});

describe('the labels file', () => {
  async function write(text: string): Promise<[labels: string, folder: string]> {
    const folder = await scratchFolder();
    await mkdir(join(folder, 'benign'));
    await writeFile(join(folder, 'benign', 'a.png'), '');
    await writeFile(join(folder, 'b.png'), '');
    await writeFile(join(folder, 'labels.csv'), text);
    return [join(folder, 'labels.csv'), folder];
  }

  it('is read with images in one folder or in one per label', async () => {
    const [labels, folder] = await write(
      'file,label,case,view\r\na.png,benign,1,CC\r\nb.png,malignant,2,MLO\r\n',
    );
    const images = await readLabels(labels, folder);
    expect(images.map(({ path }) => path)).to.deep.equal([
      join(folder, 'benign', 'a.png'),
      join(folder, 'b.png'),
    ]);
    expect(images[1]).to.include({ label: 'malignant', case: '2', view: 'MLO', site: undefined });
    expect(classesOf(images, 'malignant')).to.deep.equal(['benign', 'malignant']);
  });

  for (const [whose, text] of [
    ['a German Excel', '\ufefffile;label;case\r\na.png;benign;1\r\nb.png;malignant;2\r\n'],
    ['a program that quotes', '"file","label","case"\n"a.png","benign","1"\n"b.png","malignant","2"\n'],
    ['a spreadsheet with tabs', 'file\tlabel\tcase\r\na.png\tbenign\t1\r\nb.png\tmalignant\t2\r\n'],
  ] as const)
    it(`is read as ${whose} writes it`, async () => {
      const [labels, folder] = await write(text);
      const images = await readLabels(labels, folder);
      expect(images.map(({ file, label, case: patient }) => [file, label, patient])).to.deep.equal([
        ['a.png', 'benign', '1'],
        ['b.png', 'malignant', '2'],
      ]);
    });

  it('keeps apart patients whose numbers differ', async () => {
    const [labels, folder] = await write('file,label,case\na.png,benign,P10\nb.png,benign,P100\n');
    expect(await readLabels(labels, folder)).to.have.length(2);
  });

  const broken: [what: string, text: string, code: string, named: string][] = [
    ['an unknown column', 'file,label,case,colour\n', 'labels-malformed', 'colour'],
    ['no case column', 'file,label\n', 'labels-malformed', 'case'],
    ['nothing in it', '', 'labels-malformed', 'file'],
    ['a short line', 'file,label,case\na.png,benign\n', 'labels-malformed', 'line 2'],
    [
      'a patient in two spellings',
      'file,label,case\na.png,benign,P 07\nb.png,benign,p7\n',
      'labels-malformed',
      'P 07 and p7',
    ],
    ['a short line behind an empty one', 'file,label,case\n\na.png,benign\n', 'labels-malformed', 'line 3'],
    ['an image that is not there', 'file,label,case\nc.png,benign,1\n', 'labels-image-missing', 'c.png'],
  ];
  for (const [what, text, code, named] of broken)
    it(`is refused with ${what}`, async () => {
      const [labels, folder] = await write(text);
      const error = await refusal(readLabels(labels, folder));
      expect(error.code).to.equal(code);
      expect(error.message).to.include(named);
      expect(error.remedy).to.be.a('string');
    });

  it('names the image of a label too many', () => {
    const images = labelled(6);
    images[4]!.label = 'Malignant';
    expect(() => classesOf(images, 'malignant')).to.throw(
      `Malignant (1 image, the first is ${images[4]!.file})`,
    );
  });

  it('needs two classes, one of them the positive one', () => {
    const images = labelled(6);
    expect(() => classesOf(images, 'cancer'))
      .to.throw()
      .with.property('code', 'labels-class-empty');
    expect(() => classesOf(images.slice(0, 2), 'malignant'))
      .to.throw()
      .with.property('code', 'labels-class-empty');
  });
});

describe('the boxes file', () => {
  async function read(text: string) {
    const file = join(await scratchFolder(), 'boxes.csv');
    await writeFile(file, text);
    return readBoxes(file, new Set(['a.png']));
  }

  it('is read with decimal commas between semicolons', async () => {
    const boxes = await read('\ufefffile;x;y;width;height;pathology\r\na.png;174,1;3;7.5;33,0;malignant\r\n');
    expect(boxes.get('a.png')).to.deep.equal([
      { x: 174.1, y: 3, width: 7.5, height: 33, pathology: 'malignant' },
    ]);
  });

  it('is refused with decimal commas between commas, which would move every number', async () => {
    const error = await refusal(
      read('file,x,y,width,height,pathology\na.png,174,1,3,0,75,1,33,0,malignant\n'),
    );
    expect(error.code).to.equal('boxes-malformed');
    expect(error.message).to.include('line 2: 10 cells where the first line has 6');
    expect(error.remedy).to.include('decimal commas only between semicolons');
  });
});

describe('augmentation', () => {
  const size = { rows: 6, columns: 6, channels: 1 };
  const still = { anyOrientation: 0, rotation: 0, zoom: 0, shift: 0, contrast: 0 };
  const image = Float32Array.from({ length: 36 }, (_, index) => index / 36);

  function variants(how: Augmentation): Set<string> {
    const random = new Random(1);
    const found = new Set<string>();
    for (let draw = 0; draw < 400; draw++) {
      const out = augment(image, size, how, random);
      found.add([out[0]!, out[5]!, out[30]!, out[35]!].map((value) => Math.round(value * 36)).join());
    }
    return found;
  }

  it('exchanges up and down at random, and keeps the chest wall on the left', () => {
    expect([...variants(still)].sort()).to.deep.equal(['0,5,30,35', '30,35,0,5']);
  });

  it('draws all eight orientations where it is asked to', () => {
    expect(variants({ ...still, anyOrientation: 1 }).size).to.equal(8);
  });

  it('keeps to the range of the image, wherever it is moved', () => {
    const random = new Random(2);
    const how = { ...PAPER_RECIPE.augmentation, contrast: 0 };
    for (let draw = 0; draw < 100; draw++) {
      const out = augment(image, size, how, random);
      expect(Math.min(...out)).to.be.at.least(-1e-6);
      expect(Math.max(...out)).to.be.at.most(35 / 36 + 1e-6);
    }
  });

  it('turns a picture by the angle that it draws', () => {
    const big = { rows: 40, columns: 40, channels: 1 };
    const bar = Float32Array.from({ length: 1600 }, (_, at) =>
      Math.abs(Math.floor(at / 40) - 19.5) < 2 ? 1 : 0,
    );
    expect(augment(bar, big, still, new Random(3))[20 * 40 + 2]).to.be.closeTo(1, 1e-3);
    let turned = 0;
    for (let seed = 0; seed < 20; seed++) {
      const out = augment(bar, big, { ...still, rotation: 45 }, new Random(seed));
      if (out[20 * 40 + 2]! < 0.5) turned++;
      expect(out[20 * 40 + 20]).to.be.above(0.9);
    }
    expect(turned).to.be.above(5);
  });
});

describe('the measures', () => {
  it('give the AUC by pairs, ties counted half', () => {
    expect(
      auc(
        scored([
          [0.1, 0],
          [0.4, 0],
          [0.35, 1],
          [0.8, 1],
        ]),
      ),
    ).to.equal(0.75);
    expect(
      auc(
        scored([
          [0.5, 0],
          [0.5, 1],
        ]),
      ),
    ).to.equal(0.5);
    const answers = fc.array(
      fc.tuple(fc.integer({ min: 0, max: 5 }), fc.constantFrom(0 as const, 1 as const)),
      { minLength: 2 },
    );
    fc.assert(
      fc.property(answers, (given) => {
        const all = scored(given.map(([value, target]) => [value / 5, target]));
        const [positive, negative] = [
          all.filter((one) => one.target === 1),
          all.filter((one) => one.target === 0),
        ];
        fc.pre(positive.length > 0 && negative.length > 0);
        let wins = 0;
        for (const p of positive)
          for (const n of negative)
            wins += p.probability > n.probability ? 1 : p.probability === n.probability ? 0.5 : 0;
        return Math.abs(auc(all) - wins / (positive.length * negative.length)) < 1e-9;
      }),
    );
  });

  it('give no AUC, and an end, where an answer is not a number', () => {
    const answers = scored([
      [Number.NaN, 0],
      [Number.NaN, 1],
    ]);
    expect(auc(answers)).to.be.NaN;
  });

  it('find the calibration that answers were distorted by', () => {
    const random = new Random(3);
    const distorted = Array.from({ length: 20_000 }, (_, index): Scored => {
      const score = random.between(-3, 3);
      const truth = 1 / (1 + Math.exp(-(0.5 * score + 0.8)));
      return {
        probability: 1 / (1 + Math.exp(-score)),
        target: random.next() < truth ? 1 : 0,
        case: `${index}`,
      };
    });
    const { slope, intercept } = fitPlatt(distorted);
    expect(slope).to.be.closeTo(0.5, 0.05);
    expect(intercept).to.be.closeTo(0.8, 0.06);
  });

  it('never turn answers round, however bad they are', () => {
    expect(
      fitPlatt(
        scored([
          [0.9, 0],
          [0.8, 0],
          [0.1, 1],
          [0.2, 1],
        ]),
      ).slope,
    ).to.be.above(0);
    expect(
      fitPlatt(
        scored([
          [0.1, 0],
          [0.2, 0],
          [0.8, 1],
          [0.9, 1],
        ]),
      ).slope,
    ).to.be.finite;
  });

  it('put the operating point between the classes', () => {
    expect(
      bestThreshold(
        scored([
          [0.1, 0],
          [0.2, 0],
          [0.6, 1],
          [0.9, 1],
        ]),
      ),
    ).to.be.closeTo(0.4, 1e-12);
  });

  it('know a calibrated answer from one that is not', () => {
    const fair = Array.from({ length: 100 }, (_, index): [number, 0 | 1] => [0.3, index < 30 ? 1 : 0]);
    expect(calibrationError(scored(fair))).to.be.closeTo(0, 1e-12);
    expect(calibrationError(scored(fair.map(([, target]) => [0.9, target])))).to.be.closeTo(0.6, 1e-12);
  });

  it('draw whole patients for an interval, and average a patient into one answer', () => {
    const answers = Array.from(
      { length: 60 },
      (_, index): Scored => ({
        probability: ((index * 7) % 60) / 60,
        target: index % 2 === 0 ? 1 : 0,
        case: `${index >> 1}`,
      }),
    );
    const [lower, upper] = bootstrapByCase(answers, auc, { rounds: 200 });
    expect(lower).to.be.at.most(auc(answers));
    expect(upper).to.be.at.least(auc(answers));
    expect(bootstrapByCase(answers, auc, { rounds: 200 })).to.deep.equal([lower, upper]);
    const patients = byCase(answers);
    expect(patients).to.have.length(30);
    expect(patients[0]).to.deep.equal({ case: '0', probability: (0 + 7 / 60) / 2, target: 1 });
  });
});

describe('training', function () {
  this.timeout(120_000);
  before(() => addSmallNetwork());
  after(removeSmallNetwork);

  it('learns, and writes a bundle that answers as it was measured', async () => {
    const options = await spots();
    const losses: number[] = [];
    await train(options, { ...SILENT, epoch: ({ trainingLoss }) => losses.push(trainingLoss) });
    expect(losses.at(-1)).to.be.below(losses[0]! / 2);
    const bundle = await loadBundle(options.out);
    expect(bundle.performance.find(({ measure }) => measure === 'AUC')!.value).to.be.above(0.95);
    expect(bundle.training!.cases).to.deep.equal({ training: 40, validation: 10, test: 10 });
    expect(await readFile(join(options.out, 'MODEL_CARD.md'), 'utf8'))
      .to.include('Spots only.')
      .and.include('AUC');
    const engine = await openEngine(bundle, { engine: 'auto', device: 'auto', threads: 1 });
    const picture = (radius: number) =>
      Float32Array.from(
        { length: 256 },
        (_, at) => ((Math.hypot((at % 16) - 8, Math.floor(at / 16) - 8) < radius ? 0.85 : 0.23) - 0.3) / 0.3,
      );
    const [large, small] = await engine.infer([picture(4.5), picture(2)]);
    await engine.close();
    expect(large!.rawProbability).to.be.above(small!.rawProbability);
  });

  it('goes on from its checkpoint to where it would have come without a break', async () => {
    const options = { ...(await spots()), epochs: 4 };
    const whole = await train(options, SILENT);
    const broken = { ...options, out: `${options.out}-again` };
    const stop = new Error('ended here');
    try {
      await train(broken, {
        ...SILENT,
        epoch({ epoch }) {
          if (epoch === 2) throw stop;
        },
      });
    } catch (error) {
      expect(error).to.equal(stop);
    }
    const seen: number[] = [];
    const going = { ...SILENT, epoch: ({ epoch }: { epoch: number }) => seen.push(epoch) };
    const again = await train({ ...broken, resume: true }, going);
    expect(seen).to.deep.equal([3, 4]);
    expect(again.performance).to.deep.equal(whole.performance);
    // Nothing of it stays beside the bundle.
    expect(await readdir(options.images))
      .to.include('bundle-again')
      .and.not.include('bundle-again.partial');
    expect(await refusal(train({ ...broken, resume: true }, SILENT))).to.include({
      code: 'checkpoint-missing',
    });
  });

  it('refuses a place that is taken before it begins, an unknown network and a picture that is none', async () => {
    const options = await spots();
    expect(await refusal(train({ ...options, out: options.images }, SILENT))).to.include({
      code: 'bundle-place-taken',
    });
    expect(await refusal(train({ ...options, architecture: 'vgg' }, SILENT))).to.include({
      code: 'network-unknown',
    });
    await writeFile(join(options.images, '0.png'), 'no picture');
    const error = await refusal(train(options, SILENT));
    expect(error.code).to.equal('labels-image-unreadable');
    expect(error.message).to.include('0.png');
    expect(await refusal(loadBundle(options.out))).to.include({ code: 'bundle-missing' });
  });
});
