import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import sharp from 'sharp';
import { readBoxes } from '../../src/dataset/boxes.js';
import { splitSets } from '../../src/dataset/split.js';
import { checkOnnxFile } from '../../src/model/engines/onnxFile.js';
import {
  decodeModel,
  encodeModel,
  FLOAT16,
  loadBundle,
  type ModelProto,
  openEngine,
  placeSummary,
  readKnownFeatures,
} from '../../src/model/index.js';
import { anyTensorflow } from '../../src/model/tensorflowRuntime.js';
import { Random } from '../../src/random.js';
import { lesionBatch } from '../../src/training/fitting/lesionBatch.js';
import type { LesionExample } from '../../src/training/fitting/lesionExamples.js';
import type { LesionTrainingOptions } from '../../src/training/lesionDescription.js';
import { trainLesions } from '../../src/training/lesionTraining.js';
import { lesionMapNetwork } from '../../src/training/networks/lesionMap.js';
import { type LesionPlan, lesionPlan } from '../../src/training/networks/lesionPlan.js';
import { needsNativeTensorflow } from '../parts.js';
import { scratchFolder } from '../scratch.js';
import { labelled } from './labelled.js';
import { refusal } from './refusal.js';
import { seededValues } from './smallNetworks.js';
import { SILENT } from './spots.js';

const SIZE = 64;

const PLAN: LesionPlan = {
  input: { rows: SIZE, columns: SIZE, channels: 3 },
  preparation: [
    { step: 'resize', rows: SIZE, columns: SIZE },
    { step: 'window', low: 1, high: 99.7, as: 'image' },
    { step: 'clahe', clipLimit: 3, tiles: [2, 2], as: 'channel', bits: 8 },
    { step: 'window', low: 50, high: 100, as: 'channel' },
    { step: 'normalise', mean: 0.5, deviation: 0.5 },
  ],
  recipe: { ...lesionPlan().recipe, batchSize: 8, epochs: 2, learningRate: 0.002 },
};

/** Pictures of noise; every other one of the malignant class, with a bright spot in a box. */
async function dataSet(folder: string, name: string, withBoxes: boolean): Promise<string> {
  const root = join(folder, name);
  await mkdir(join(root, 'images'), { recursive: true });
  const random = new Random(name.length);
  const lines = ['file,label,case,side'];
  const boxes = ['file,x,y,width,height,pathology'];
  for (let index = 0; index < 40; index++) {
    const malignant = index % 2 === 0;
    const [x, y] = [20 + random.below(60), 20 + random.below(60)];
    const pixels = Uint8Array.from({ length: 100 * 100 }, (_, at) => {
      const inside = malignant && Math.hypot((at % 100) - x, Math.floor(at / 100) - y) < 10;
      return (inside ? 180 : 40) + random.below(40);
    });
    const file = `${name}-${index}.png`;
    await sharp(pixels, { raw: { width: 100, height: 100, channels: 1 } })
      .png()
      .toFile(join(root, 'images', file));
    lines.push(`${file},${malignant ? 'malignant' : 'not-malignant'},${name}${index},L`);
    if (malignant) boxes.push(`${file},${x - 10},${y - 10},20,20,malignant`);
  }
  await writeFile(join(root, 'labels.csv'), lines.join('\n'));
  if (withBoxes) await writeFile(join(root, 'boxes.csv'), boxes.join('\n'));
  return root;
}

/** A safetensors file with made-up weights for every layer of the backbone. */
async function madeStart(folder: string): Promise<string> {
  const path = join(folder, 'start.safetensors');
  const header: Record<string, object> = {};
  const parts: Float32Array[] = [];
  let offset = 0;
  const add = (name: string, shape: number[], values: Float32Array) => {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + values.byteLength] };
    offset += values.byteLength;
    parts.push(values);
  };
  const { tf } = await anyTensorflow();
  const { model } = lesionMapNetwork(tf, PLAN.input);
  for (const { name, weights, layer, part } of backboneLayers(model)) {
    const [kernel, bias] = weights;
    const scale = Math.sqrt(6 / (kernel!.size / bias!.size));
    add(
      `${layer}.weight`,
      [kernel!.size],
      seededValues(kernel!.size, name.length).map((value) => value * scale),
    );
    for (const [stored, value] of [
      ['weight', 1],
      ['bias', 0],
      ['running_mean', 0],
      ['running_var', 1],
    ] as const)
      add(`${part}.${stored}`, [bias!.size], new Float32Array(bias!.size).fill(value));
  }
  model.dispose();
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  await writeFile(path, Buffer.concat([length, text, ...parts.map((values) => Buffer.from(values.buffer))]));
  return path;
}

function backboneLayers(model: ReturnType<typeof lesionMapNetwork>['model']) {
  const names: Record<string, [string, string]> = {
    widen: ['expand', '0'],
    filter: ['depthwise', '1'],
    narrow: ['project', '2'],
  };
  return model.layers.flatMap((layer) => {
    const [, block, role] = /^block(\d+)_(widen|filter|narrow)$/.exec(layer.name) ?? [];
    if (layer.name !== 'stem' && role === undefined) return [];
    const [convolution, normalisation] = role === undefined ? ['', ''] : names[role]!;
    return [
      {
        name: layer.name,
        weights: layer.getWeights(),
        layer: role === undefined ? '_conv_stem' : `_blocks.${block}._${convolution}_conv`,
        part: role === undefined ? '_bn0' : `_blocks.${block}._bn${normalisation}`,
      },
    ];
  });
}

describe('the training of the lesion map', () => {
  let folder: string;
  let options: LesionTrainingOptions;
  before(async () => {
    folder = scratchFolder('lesions');
    options = {
      sets: [{ data: await dataSet(folder, 'plain', false) }, { data: await dataSet(folder, 'boxed', true) }],
      boxes: [],
      start: await madeStart(folder),
      out: join(folder, 'bundle'),
      positive: 'malignant',
      name: 'lesions',
      version: '1.0.0',
      manufacturer: 'Mamori',
      purpose: 'Finds spots.',
      limits: ['Spots only.'],
      data: 'Spots.',
      licence: 'none',
      attribution: 'None.',
      termsOfUse: 'For tests.',
      probabilityOf: { value: '111047', scheme: 'DCM', meaning: 'Probability of cancer' },
      procedure: 'mamori train',
      minutes: 5,
      seed: 1,
    };
  });

  it('goes from two data sets, one with boxes, to a bundle that runs and knows its origin', async function () {
    this.timeout(180_000);
    needsNativeTensorflow(this);
    const said: string[] = [];
    const bundle = await trainLesions(
      options,
      { ...SILENT, stage: (line) => said.push(line) },
      undefined,
      PLAN,
    );
    expect(said.join('\n'))
      .to.match(/80 images of 80 cases in 2 data sets/)
      .and.match(/will take about \d+ minutes/);
    expect(bundle).to.deep.include({ termsOfUse: 'For tests.', network: 'lesion-map' });
    expect(bundle.probabilityOf?.value).to.equal('111047');
    const measures = bundle.performance.map(({ measure, on }) => `${measure}, ${on}`);
    expect(measures.filter((text) => text.startsWith('AUC'))).to.have.length(6);
    expect(measures.filter((text) => text.startsWith('peak'))).to.have.length(1);
    // Weights of 16 bits: two bytes each.
    const weights = await readFile(join(bundle.directory, 'weights.bin'));
    expect(weights.length).to.be.below(2 * 3.3e6);
    expect(await readFile(join(bundle.directory, 'MODEL_CARD.md'), 'utf8')).to.include('## Terms of use');
    const known = (await readKnownFeatures(await loadBundle(bundle.directory)))!;
    const engine = await openEngine(bundle, { engine: 'onnxruntime', device: 'cpu', threads: 1 });
    const [answer] = await engine.infer([new Float32Array(SIZE * SIZE * 3).fill(0.1)]);
    await engine.close();
    expect(answer!.featureShape).to.deep.equal([4, 4, 96]);
    expect(known.distance(placeSummary(answer!))).to.be.greaterThan(0);
    expect(existsSync(`${options.out}.partial`)).to.equal(false);
  });

  it('goes on after a stop to the same weights', async function () {
    this.timeout(180_000);
    needsNativeTensorflow(this);
    const whole = { ...options, out: join(folder, 'whole') };
    await trainLesions(whole, SILENT, undefined, PLAN);
    const stopped = { ...options, out: join(folder, 'stopped') };
    const stop = {
      ...SILENT,
      epoch: () => {
        throw new Error('stopped');
      },
    };
    await trainLesions(stopped, stop, undefined, PLAN).then(
      () => expect.fail('was not stopped'),
      (error: Error) => expect(error.message).to.equal('stopped'),
    );
    let prepared = 0;
    await trainLesions(
      { ...stopped, resume: true },
      { ...SILENT, prepared: () => prepared++ },
      undefined,
      PLAN,
    );
    expect(prepared, 'images prepared again').to.equal(0);
    const weights = (out: string) => readFile(join(out, 'weights.bin'));
    expect((await weights(whole.out)).equals(await weights(stopped.out))).to.equal(true);
  });

  it('fits several networks that answer as one, and goes on in the middle of the second', async function () {
    this.timeout(240_000);
    needsNativeTensorflow(this);
    const both = { ...options, out: join(folder, 'both'), networks: 2 };
    let epochs = 0;
    const stop = {
      ...SILENT,
      epoch: () => {
        epochs++;
        if (epochs === 3) throw new Error('stopped');
      },
    };
    await trainLesions(both, stop, undefined, PLAN).then(
      () => expect.fail('was not stopped'),
      (error: Error) => expect(error.message).to.equal('stopped'),
    );
    const bundle = await trainLesions(
      { ...both, resume: true },
      { ...SILENT, epoch: () => epochs++ },
      undefined,
      PLAN,
    );
    expect(epochs, 'epochs in all').to.equal(4);
    expect(Object.keys(bundle.files)).to.include.members(['learning-curve.csv', 'learning-curve-2.csv']);
    const curve = (name: string) => readFile(join(bundle.directory, name), 'utf8');
    expect(await curve('learning-curve.csv')).not.to.equal(await curve('learning-curve-2.csv'));
    expect(await readFile(join(bundle.directory, 'MODEL_CARD.md'), 'utf8'))
      .to.include('2 such networks')
      .and.include('network 2: 2 epochs');
    const image = seededValues(SIZE * SIZE * 3, 4);
    const answers = [];
    for (const engine of ['onnxruntime', 'tensorflow'] as const) {
      const opened = await openEngine(bundle, { engine, device: 'cpu', threads: 1 });
      answers.push((await opened.infer([image]))[0]!);
      await opened.close();
    }
    const [onnx, tensorflow] = answers;
    expect(onnx!.featureShape).to.deep.equal([4, 4, 192]);
    expect(onnx!.rawProbability).to.be.closeTo(tensorflow!.rawProbability, 1e-4);
    for (const what of ['activations', 'gradients'] as const)
      for (const [at, value] of onnx![what].entries())
        expect(value, what).to.be.closeTo(tensorflow![what][at]!, 1e-4);
    expect(existsSync(`${both.out}.partial`)).to.equal(false);
  });

  it('keeps the weights of model.onnx in 16 bits, and finds one that is no number', async function () {
    needsNativeTensorflow(this);
    const bundle = await loadBundle(options.out);
    const path = join(bundle.directory, 'model.onnx');
    const bytes = await readFile(path);
    const weights = await readFile(join(bundle.directory, 'weights.bin'));
    expect(bytes.length).to.be.below(weights.length * 1.05);
    const broken = decodeModel(bytes) as ModelProto;
    const kept = broken.graph.initializer.find(({ dataType }) => dataType === FLOAT16)!;
    kept.rawData = Uint8Array.from(kept.rawData, (byte, at) => (at === 1 ? 0x7c : byte));
    await writeFile(path, encodeModel(broken));
    const error = await refusal(checkOnnxFile(path, bundle.targetLayer));
    await writeFile(path, bytes);
    expect(error.code).to.equal('model-not-finite');
  });

  it('refuses what does not fit, by name, and leaves nothing', async () => {
    const start = { ...options, out: join(folder, 'none') };
    const refused = async (changes: Partial<LesionTrainingOptions>) =>
      (await refusal(trainLesions({ ...start, ...changes }, SILENT, undefined, PLAN))).code;
    expect(await refused({ start: undefined })).to.equal('start-missing');
    expect(await refused({ start: '/nowhere' })).to.equal('start-unreadable');
    const other = join(folder, 'other.csv');
    await writeFile(other, 'file,x,y,width,height,pathology\nunheard-of.png,1,1,5,5,malignant\n');
    expect(await refused({ boxes: [other] })).to.equal('boxes-image-unknown');
    await writeFile(other, 'file,x,y,width,height,pathology\nplain-0.png,90,1,50,5,malignant\n');
    expect(await refused({ boxes: [other] })).to.equal('boxes-outside-image');
    await writeFile(other, 'file,x,y,width,height,pathology\nplain-0.png,90,1,-5,5,malignant\n');
    expect(await refused({ boxes: [other] })).to.equal('boxes-malformed');
    const labels = join(folder, 'other-labels.csv');
    const text = await readFile(join(folder, 'plain', 'labels.csv'), 'utf8');
    await writeFile(labels, text.replaceAll('not-malignant', 'harmless'));
    const sets = [options.sets[1]!, { data: join(folder, 'plain', 'images'), labels }];
    expect(await refused({ sets })).to.equal('data-sets-disagree');
    expect(existsSync(start.out)).to.equal(false);
    expect(existsSync(`${start.out}.partial`)).to.equal(false);
  });
});

describe('boxes', () => {
  it('go where the image goes, whatever way it is turned', () => {
    const [rows, columns] = [128, 64];
    // A bright block, and its box.
    const bytes = new Uint8Array(rows * columns);
    for (let row = 32; row < 64; row++) bytes.fill(255, row * columns + 16, row * columns + 48);
    const example: LesionExample = {
      image: labelled(1)[0]!,
      set: 0,
      target: 1,
      bytes,
      boxes: [{ left: 16, top: 32, right: 48, bottom: 64, malignant: true }],
      mapKnown: true,
    };
    const options = {
      input: { rows, columns, channels: 1 },
      mean: 0,
      deviation: 1,
      stride: 8,
      insideWeight: 20,
      augmentation: { rotation: 40, scale: 0.2, shift: 0.1, flip: 0.5, contrast: 0, gamma: 0 },
    };
    const random = new Random(3);
    for (let round = 0; round < 20; round++) {
      const { inputs, map, weights } = lesionBatch([example], options, random);
      let place = 0;
      for (let row = 4; row < rows; row += 8)
        for (let column = 4; column < columns; column += 8, place++) {
          // A place's middle lies between four pixels; where they differ is the edge, and either is right.
          const around = [0, 1, columns, columns + 1].map(
            (step) => inputs[(row - 1) * columns + column - 1 + step],
          );
          if (around.every((value) => value === around[0]) && (around[0] === 0 || around[0] === 1))
            expect(map[place], `place ${place}`).to.equal(around[0]);
          expect(weights[place]).to.equal(map[place] === 1 ? 20 : 1);
        }
    }
  });

  it('of unknown pathology ask for nothing, and an image without its boxes for nothing at all', () => {
    const example = (malignant: boolean | undefined, mapKnown: boolean): LesionExample => ({
      image: labelled(1)[0]!,
      set: 0,
      target: 1,
      bytes: new Uint8Array(64 * 64),
      boxes: [{ left: 0, top: 0, right: 32, bottom: 64, malignant }],
      mapKnown,
    });
    const options = {
      input: { rows: 64, columns: 64, channels: 1 },
      mean: 0,
      deviation: 1,
      stride: 16,
      insideWeight: 20,
      augmentation: { rotation: 0, scale: 0, shift: 0, flip: 0, contrast: 0, gamma: 0 },
    };
    const examples = [example(undefined, true), example(true, false), example(false, true)];
    const { map, weights } = lesionBatch(examples, options, new Random(1));
    expect([...weights.subarray(0, 16)]).to.deep.equal(Array(4).fill([0, 0, 1, 1]).flat());
    expect([...weights.subarray(16, 32)]).to.deep.equal(Array(16).fill(0));
    expect([...weights.subarray(32)]).to.deep.equal(Array(16).fill(1));
    expect([...map]).to.deep.equal(Array(48).fill(0));
  });

  it('are read from their file', async () => {
    const path = join(scratchFolder('boxes'), 'boxes.csv');
    await writeFile(path, 'pathology,file,x,y,width,height\nBENIGN,a.png,1.5,2,3,4\nunknown,a.png,0,0,1,1\n');
    const boxes = await readBoxes(path, new Set(['a.png']));
    expect(boxes.get('a.png')).to.deep.equal([
      { x: 1.5, y: 2, width: 3, height: 4, pathology: 'benign' },
      { x: 0, y: 0, width: 1, height: 1, pathology: 'unknown' },
    ]);
  });
});

describe('the split of several data sets', () => {
  it('has a patient of two sets in one part', () => {
    const first = labelled(40);
    const second = labelled(60).map((image) => ({
      ...image,
      file: `second-${image.file}`,
      path: `second-${image.file}`,
    }));
    const splits = splitSets([first, second], 'malignant', { validation: 0.2, test: 0.2 }, 1);
    const part = new Map<string, string>();
    let images = 0;
    for (const split of splits)
      for (const [name, own] of Object.entries(split))
        for (const image of own) {
          images++;
          expect(part.get(image.case) ?? name).to.equal(name);
          part.set(image.case, name);
        }
    expect(images).to.equal(200);
  });
});
