import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { encodeSplit, type LabelledImage, Random, SPLIT_FILE } from '../../src/dataset/index.js';
import { MamoriError } from '../../src/errors.js';
import { compareAnswers } from '../../src/evaluation/against.js';
import type { Answer } from '../../src/evaluation/answers.js';
import { evaluate } from '../../src/evaluation/index.js';
import { coverageOf } from '../../src/evaluation/riskCoverage.js';
import { type Bundle, KnownFeatures, writeBundle } from '../../src/model/index.js';
import { describeBundle, scratchFolder, smallBundle } from '../model/bundles.js';
import { refusal } from '../refusal.js';
import { evaluationOptions } from './evaluationOptions.js';
import { type DataSet, patients, writeDataSet } from './pictures.js';

const QUICK = { rounds: 60, seed: 1 };
const QUIET = { stage: () => {}, progress: () => {} };

function images(count: number): LabelledImage[] {
  return Array.from({ length: count }, (_, index) => ({
    path: `/${index}`,
    file: `${index}.png`,
    label: index % 2 === 0 ? 'benign' : 'malignant',
    case: `${index}`,
    site: undefined,
    side: 'LEFT',
    view: undefined,
  }));
}

function answersOf(all: LabelledImage[], score: (index: number, target: 0 | 1) => Partial<Answer>): Answer[] {
  return all.map((image, index) => {
    const target = image.label === 'malignant' ? 1 : 0;
    return { image, case: image.case, target, probability: 0.5, ...score(index, target) };
  });
}

describe('two models on the same patients', function () {
  this.timeout(120_000);
  const joining = { aggregation: { breast: 'mean', exam: 'max' } as const, operatingPoint: 0.5 };
  const all = images(240);
  const random = new Random(2);
  const hard = all.map(() => random.next());
  const good = answersOf(all, (index, target) => ({ probability: 0.25 * target + 0.75 * hard[index]! }));

  it('differ by nothing where they say the same, and the interval knows it', () => {
    const { image, exam, sensitivity } = compareAnswers(good, good, [joining, joining], QUICK);
    for (const { difference } of [image, exam, sensitivity])
      expect(difference).to.deep.equal({ value: 0, interval: [0, 0] });
  });

  it('are told apart where patients drawn for each alone would hide it', () => {
    const noise = new Random(9);
    const worse = answersOf(all, (index, target) => ({
      probability: 0.2 * target + 0.75 * hard[index]! + 0.05 * noise.next(),
    }));
    const { image } = compareAnswers(good, worse, [joining, joining], QUICK);
    const width = (interval: [number, number] | null) => interval![1] - interval![0];
    expect(image.difference.value).to.be.above(0);
    expect(image.difference.value).to.be.closeTo(image.own.value! - image.other.value!, 1e-12);
    expect(width(image.difference.interval)).to.be.below(0.4 * width(image.own.interval));
  });

  it('are each held to their own operating point', () => {
    const other = { ...joining, operatingPoint: 0.9 };
    const { sensitivity, specificity } = compareAnswers(good, good, [joining, other], QUICK);
    expect(sensitivity.difference.value).to.be.above(0.2);
    expect(specificity.difference.value).to.be.below(-0.2);
  });
});

describe('risk against coverage', function () {
  this.timeout(120_000);
  const all = images(200);
  const random = new Random(5);

  it('falls where the refused ones are those that it gets wrong', () => {
    const answers = answersOf(all, (index, target) => {
      const strange = index < 20;
      return {
        probability: strange ? random.next() : 0.1 + 0.8 * target,
        distance: strange ? 3 + random.next() : random.next(),
        ...(strange && { notAnalysed: 'strange' }),
      };
    });
    const { by, asSet } = coverageOf(answers, 0.5, QUICK);
    expect(by.map(({ rule }) => rule)).to.deep.equal(['distance', 'confidence']);
    const [whole, ...rest] = by[0]!.steps;
    expect(whole).to.include({ coverage: 1, images: 200, positivesRefused: 0 });
    expect(whole!.error.value).to.be.above(0.02);
    expect(rest.find(({ coverage }) => coverage === 0.9)).to.deep.include({
      images: 180,
      positivesRefused: 10,
    });
    expect(rest.at(-1)!.error.value).to.equal(0);
    expect(asSet).to.deep.include({ images: 180, reasons: [{ code: 'strange', images: 20 }] });
    expect(asSet.auc.value).to.equal(1);
  });

  it('goes by confidence alone where the bundle knows no distance', () => {
    const answers = answersOf(all, (index) => ({ probability: (index + 0.5) / 200 }));
    const { by, asSet } = coverageOf(answers, 0.5, QUICK);
    expect(by.map(({ rule }) => rule)).to.deep.equal(['confidence']);
    expect(asSet).to.deep.include({ coverage: 1, reasons: [] });
  });
});

describe('an evaluation against another bundle', function () {
  this.timeout(120_000);
  let bundle: Bundle;
  let set: DataSet;
  before(async () => {
    bundle = await smallBundle();
    set = await writeDataSet(patients(12));
  });

  async function copyOf(name: string, files: Record<string, Uint8Array>, more = {}): Promise<Bundle> {
    const all: Record<string, Uint8Array> = { ...files };
    for (const file of Object.keys(bundle.files)) all[file] = await readFile(join(bundle.directory, file));
    const description = { ...describeBundle(bundle.input, bundle.targetLayer), ...more };
    return writeBundle(join(await scratchFolder(), name), description, all);
  }

  it('leaves out whom the other was made from, and gives paired differences', async () => {
    const seen = patients(12).filter(({ case: name }) => name === 'patient0' || name === 'patient1');
    const parts = { training: seen as unknown as LabelledImage[], validation: [], test: [] };
    const other = await copyOf('other', { [SPLIT_FILE]: Buffer.from(encodeSplit(parts)) });
    const given = await evaluationOptions(bundle, set, { against: other.directory });
    const { against, data } = await evaluate(given, QUIET);
    expect(data.patients).to.equal(12);
    expect(against).to.include({ patients: 10, images: 20, leftOut: 2, otherKnown: true });
    expect(against!.image.difference).to.deep.equal({ value: 0, interval: [0, 0] });
    // Where a line ends is of no account.
    const page = (await readFile(join(given.out, 'evaluation.html'), 'utf8')).replace(/\s+/g, ' ');
    expect(page)
      .to.include('on the same patients')
      .and.not.match(/NaN|undefined|\[object/);
  });

  it('says where the other does not tell whom it knows, and judges nothing where this one remembers', async () => {
    const other = await copyOf('silent', {});
    const parts = { training: patients(12) as unknown as LabelledImage[], validation: [], test: [] };
    const own = await copyOf('remembering', { [SPLIT_FILE]: Buffer.from(encodeSplit(parts)) });
    const given = await evaluationOptions(own, set, { against: other.directory, split: 'all' });
    const { against, headline } = await evaluate(given, QUIET);
    expect(against!.otherKnown).to.equal(false);
    expect(headline[0]).to.include('that is memory');
    const page = (await readFile(join(given.out, 'evaluation.html'), 'utf8')).replace(/\s+/g, ' ');
    expect(page).to.include('is taken on trust').and.to.include('which favours it');
    expect(page).not.to.include('no difference that could be told from chance');
  });

  it('refuses a bundle that speaks of another class', async () => {
    const other = await copyOf('other', {}, { classes: ['benign', 'calcified'] });
    const given = await evaluationOptions(bundle, set, { against: other.directory });
    expect((await refusal(evaluate(given, QUIET), MamoriError)).code).to.equal('evaluation-classes');
  });

  it('writes how far each image lies from what the model knows, and who would get no answer', async () => {
    const size = 2 * (await featureChannels());
    const random = new Random(1);
    const known = KnownFeatures.of([
      Array.from({ length: 30 }, () => Float32Array.from({ length: size }, () => random.normal(1e-4))),
    ]);
    const knowing = await copyOf(
      'knowing',
      { 'features.json': known.encode() },
      { knownFeatures: { file: 'features.json', limit: 2 } },
    );
    const large = await writeDataSet(patients(12, 3));
    const given = await evaluationOptions(knowing, large);
    const { coverage } = await evaluate(given, QUIET);
    expect(coverage.by[0]!.rule).to.equal('distance');
    expect(coverage.asSet.reasons).to.deep.equal([{ code: 'unlike-training', images: 24 }]);
    const lines = (await readFile(join(given.out, 'predictions.csv'), 'utf8')).trim().split('\n');
    expect(lines[1]).to.match(/,\d+\.\d{4},unlike-training$/);
    // Where a line ends is of no account.
    const page = (await readFile(join(given.out, 'evaluation.html'), 'utf8')).replace(/\s+/g, ' ');
    expect(page).to.not.match(/NaN|undefined|\[object/);
  });

  async function featureChannels(): Promise<number> {
    const { openEngine } = await import('../../src/model/index.js');
    const engine = await openEngine(bundle, { engine: 'onnxruntime', device: 'cpu' });
    const { rows, columns, channels } = bundle.input;
    const [inference] = await engine.infer([new Float32Array(rows * columns * channels)]);
    await engine.close();
    return inference!.featureShape[2];
  }
});
