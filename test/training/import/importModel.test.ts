import { existsSync, readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { readLabels } from '../../../src/dataset/index.js';
import { MamoriError } from '../../../src/errors.js';
import {
  FLOAT16,
  INT64,
  loadBundle,
  type ModelProto,
  openEngine,
  placeSummary,
  readKnownFeatures,
} from '../../../src/model/index.js';
import type { OnnxGraph } from '../../../src/training/export/onnxGraph.js';
import { readExamples } from '../../../src/training/fitting/index.js';
import { ImportError, type ImportOptions, importModel } from '../../../src/training/import/index.js';
import { runOnce } from '../../../src/training/import/onnxRun.js';
import { refusal } from '../../refusal.js';
import { seededValues } from '../smallNetworks.js';
import { spots } from '../spots.js';
import {
  CHANNELS,
  classifier,
  type Head,
  importing,
  pooled,
  SILENT,
  SIZE,
  weights,
} from './smallClassifiers.js';

/** ONNX's number of 64-bit floats. */
const DOUBLE = 11;

/** The second along the classes. */
const picking = (graph: OnnxGraph, value: string) =>
  graph.node('Gather', [value, graph.integers('index', [1])], { axis: 1 });
/** PyTorch writes the index as a single number: then the axis of the classes goes. */
const oneIndex = ({ graph }: ModelProto) => {
  for (const tensor of graph.initializer) if (tensor.name?.startsWith('index')) tensor.dims = [];
};
const part = (graph: OnnxGraph, value: string, from: number) =>
  graph.node('Slice', [value, ...[[from], [99], [1]].map((numbers) => graph.integers('bound', numbers))]);

const PICTURE = SIZE.rows * SIZE.columns;

/** What the network as it came answers to grey that goes to all its channels, and what the bundle answers. */
async function bothAnswers(
  options: ImportOptions,
  toInput: (grey: Float32Array) => Float32Array,
  dims: number[],
) {
  const { bundle } = await importModel(options, SILENT);
  const grey = seededValues(PICTURE, 5).map((value) => Math.abs(value) % 1);
  const picture = { dims, data: toInput(grey) };
  const { answer } = await runOnce(await readFile(options.file), 'it', { picture }, ['answer']);
  const { mean, deviation } = bundle.input.preparation.at(-1) as { mean: number; deviation: number };
  const engine = await openEngine(bundle, { engine: 'onnxruntime', device: 'cpu' });
  const [inference] = await engine.infer([grey.map((value) => (value - mean) / deviation)]);
  await engine.close();
  return { given: Array.from(answer!.data), bundle, inference: inference! };
}

const sigmoid = (score: number) => 1 / (1 + Math.exp(-score));

describe('a network from elsewhere', () => {
  it('answers as it did: NCHW, three channels with a mean and a deviation each, one logit', async () => {
    const [mean, deviation] = [
      [0.485, 0.456, 0.406],
      [0.229, 0.224, 0.225],
    ];
    const options = await importing(classifier(), { mean, deviation });
    const channelsFirst = (grey: Float32Array) =>
      Float32Array.from({ length: 3 * PICTURE }, (_, at) => {
        const channel = Math.floor(at / PICTURE);
        return (grey[at % PICTURE]! - mean[channel]!) / deviation[channel]!;
      });
    const { given, bundle, inference } = await bothAnswers(options, channelsFirst, [
      1,
      3,
      SIZE.rows,
      SIZE.columns,
    ]);
    expect(inference.rawProbability).to.be.closeTo(sigmoid(given[0]!), 1e-5);
    expect(bundle.input).to.include({ ...SIZE, channels: 1 });
    expect(bundle.targetLayer).to.equal('last_relu');
    expect(inference.featureShape).to.deep.equal([8, 6, CHANNELS]);
  });

  it('answers as it did: NHWC, one channel of 0 to 255, a sigmoid', async () => {
    const head: Head = (graph, layer) => graph.node('Sigmoid', [pooled(1)(graph, layer)]);
    const options = await importing(classifier(head, { layout: 'NHWC', channels: 1 }), {
      white: 255,
      mean: [127],
      deviation: [64],
    });
    const scaled = (grey: Float32Array) => grey.map((value) => (value * 255 - 127) / 64);
    const { given, inference } = await bothAnswers(options, scaled, [1, SIZE.rows, SIZE.columns, 1]);
    expect(inference.rawProbability).to.be.closeTo(given[0]!, 1e-5);
  });

  for (const positiveIndex of [0, 1] as const)
    it(`answers as it did: a softmax of two, number ${positiveIndex} positive, one image at a time`, async () => {
      const head: Head = (graph, layer) => {
        const flat = graph.node('Reshape', [
          graph.node('GlobalAveragePool', [layer]),
          graph.integers('shape', [1, CHANNELS]),
        ]);
        return graph.node('Softmax', [graph.node('MatMul', [flat, weights(graph, [CHANNELS, 2], 7)])]);
      };
      const onnx = classifier(head, { channels: 1, batch: 1, answers: 2 });
      const options = await importing(onnx, { positiveIndex });
      const scaled = (grey: Float32Array) => grey.map((value) => (value - 0.5) / 0.25);
      const { given, inference } = await bothAnswers(options, scaled, [1, 1, SIZE.rows, SIZE.columns]);
      expect(inference.rawProbability).to.be.closeTo(given[positiveIndex]!, 1e-5);
    });

  it('frees a batch that was fixed where nothing stands against it, and says where something does', async () => {
    const free = await importModel(await importing(classifier(pooled(1), { batch: 1 })), SILENT);
    expect(free.batch).to.equal('any');
    const fixed: Head = (graph, layer) => {
      const flat = graph.node('Reshape', [layer, graph.integers('shape', [1, CHANNELS * 48])]);
      return graph.node('MatMul', [flat, weights(graph, [CHANNELS * 48, 1], 7)]);
    };
    expect((await importModel(await importing(classifier(fixed, { batch: 1 })), SILENT)).batch).to.equal(
      'one',
    );
  });

  it('has the gradient of global average pooling and a dense layer: its weight over the places', async () => {
    const options = await importing(classifier(pooled(1), { channels: 1 }));
    const scaled = (grey: Float32Array) => grey;
    const { inference } = await bothAnswers(options, scaled, [1, 1, SIZE.rows, SIZE.columns]);
    const expected = seededValues(CHANNELS, 7).map((weight) => weight / 48);
    for (const [at, gradient] of inference.gradients.entries())
      expect(gradient).to.be.closeTo(expected[at % CHANNELS]!, 1e-6);
  });

  it('explains by occlusion, and says so and why, where the head has a node without a rule', async () => {
    const head: Head = (graph, layer) => {
      const flat = graph.node('Flatten', [graph.node('GlobalAveragePool', [layer])]);
      const wave = graph.node('Sin', [flat]);
      return graph.node('MatMul', [wave, weights(graph, [CHANNELS, 1], 7)]);
    };
    const options = await importing(classifier(head));
    const { bundle, explanation } = await importModel(options, SILENT);
    expect(bundle.explanation).to.equal('occlusion');
    expect(explanation).to.include('(Sin)').and.include('no Grad-CAM');
    expect(await readFile(join(bundle.directory, 'MODEL_CARD.md'), 'utf8')).to.include('(Sin)');
    const engine = await openEngine(bundle, { engine: 'auto', device: 'auto' });
    const [inference] = await engine.infer([new Float32Array(PICTURE)]);
    await engine.close();
    expect(inference!.activations).to.have.length(0);
    const insisting = await refusal(
      importModel({ ...options, explanation: 'grad-cam' }, SILENT),
      ImportError,
    );
    expect(insisting.code).to.equal('import-no-gradients');
  });

  for (const [bits, type] of [
    [16, FLOAT16],
    [64, DOUBLE],
  ] as const)
    for (const widened of [false, true])
      it(`answers as it did where its head computes in ${bits} bits${widened ? ' and ends in 32' : ''}`, async () => {
        const head: Head = (graph, layer) => {
          const other = graph.node('Cast', [pooled(2)(graph, layer)], { to: type });
          const answer = graph.node('Softmax', [other]);
          return widened ? graph.node('Cast', [answer], { to: 1 }) : answer;
        };
        const change = ({ graph }: ModelProto) => {
          if (!widened) graph.output[0]!.type.tensorType.elemType = type;
        };
        const options = await importing(classifier(head, { channels: 1, answers: 2, change }));
        const scaled = (grey: Float32Array) => grey.map((value) => (value - 0.5) / 0.25);
        const { given, bundle, inference } = await bothAnswers(options, scaled, [
          1,
          1,
          SIZE.rows,
          SIZE.columns,
        ]);
        expect(given[0]! + given[1]!).to.be.closeTo(1, 1e-3);
        expect(inference.rawProbability).to.be.closeTo(given[1]!, 1e-3);
        expect(bundle.explanation).to.equal('occlusion');
        const insisting = await refusal(
          importModel({ ...options, out: `${options.out}2`, explanation: 'grad-cam' }, SILENT),
          ImportError,
        );
        expect(insisting).to.have.property('code', 'import-no-gradients');
        expect(insisting.remedy).to.include('network.float()');
      });

  for (const [how, pick, change] of [
    ['one of its two probabilities', picking, oneIndex],
    ['a column of its two probabilities', picking, () => {}],
    ['a part of its two probabilities', (graph, value) => part(graph, value, -1), () => {}],
  ] satisfies [string, Head, (model: ModelProto) => void][])
    it(`is read without being told where it answers with ${how}, and keeps its gradient`, async () => {
      const head: Head = (graph, layer) => pick(graph, graph.node('Softmax', [pooled(2)(graph, layer)]));
      const options = await importing(classifier(head, { channels: 1, change }));
      const scaled = (grey: Float32Array) => grey.map((value) => (value - 0.5) / 0.25);
      const { given, bundle, inference } = await bothAnswers(options, scaled, [
        1,
        1,
        SIZE.rows,
        SIZE.columns,
      ]);
      expect(inference.rawProbability).to.be.closeTo(given[0]!, 1e-5);
      expect(bundle.explanation, await readFile(join(bundle.directory, 'MODEL_CARD.md'), 'utf8')).to.equal(
        undefined,
      );
    });

  it('asks what one of two scores means: without the other it is no probability', async () => {
    const head: Head = (graph, layer) => picking(graph, pooled(2)(graph, layer));
    const error = await refusal(importModel(await importing(classifier(head)), SILENT), ImportError);
    expect(error.remedy).to.include('--meaning');
  });

  it('is calibrated and measured on a labelled folder, split by patient', async () => {
    const { images, labels } = await spots();
    const options = await importing(classifier(pooled(1), { channels: 1 }), {
      calibrate: { folder: images, labels, seed: 1 },
      classes: ['other', 'malignant'],
    });
    const { bundle, checks } = await importModel(options, SILENT);
    expect(checks.pictures).to.deep.equal({ count: 4, kind: 'of the labelled folder' });
    expect(bundle.calibration.kind).to.equal('platt');
    expect(bundle.classes).to.deep.equal(['benign', 'malignant']);
    expect(bundle.training!.cases).to.deep.equal({ training: 0, validation: 30, test: 30 });
    expect(bundle.performance.map(({ measure }) => measure)).to.include('sensitivity at the operating point');
    expect(bundle.files).to.have.all.keys('MODEL_CARD.md', 'features.json', 'model.onnx', 'split.json');
    await loadBundle(bundle.directory);
  });

  it('knows from the labelled folder what images look like to it: others lie beyond its limit', async () => {
    const { images, labels } = await spots();
    const options = await importing(classifier(pooled(1), { channels: 1 }), {
      calibrate: { folder: images, labels, seed: 1 },
      classes: ['other', 'malignant'],
    });
    const { bundle } = await importModel(options, SILENT);
    const known = (await readKnownFeatures(bundle))!;
    const { limit } = bundle.knownFeatures!;
    const engine = await openEngine(bundle, { engine: 'onnxruntime', device: 'cpu' });
    const farNear = await engine.infer([
      seededValues(PICTURE, 3).map((value) => 9 * value),
      (await readExamples(await readLabels(labels, images), bundle.input.preparation, 'malignant'))[0]!.input,
    ]);
    await engine.close();
    const [far, near] = farNear.map((inference) => known.distance(placeSummary(inference)));
    expect(near).to.be.below(limit);
    expect(far).to.be.above(limit);
    const card = await readFile(join(bundle.directory, 'MODEL_CARD.md'), 'utf8');
    expect(card).to.include(`farther than ${limit}`);
  });

  it('is refused where its answers order the labelled folder the wrong way round, and leaves nothing', async () => {
    const { images, labels } = await spots();
    // Bright spots are malignant: what darkens is highest where there is none.
    const brightness: Head = (graph, layer) =>
      graph.node('Flatten', [
        graph.node('ReduceMax', [graph.node('ReduceMean', [layer], { axes: [1] })], { axes: [2, 3] }),
      ]);
    const calibrate = { folder: images, labels, seed: 1 };
    const onnx = classifier(brightness, { channels: 1 });
    const imported = (positiveIndex: 0 | 1) =>
      importing(onnx, { calibrate, positiveIndex, meaning: 'logits', classes: ['other', 'malignant'] });
    await importModel(await imported(1), SILENT);
    const wrong = await imported(0);
    const error = await refusal(importModel(wrong, SILENT), ImportError);
    expect(error.code).to.equal('import-inverted');
    expect(error.remedy).to.include('--positive-index');
    expect(readdirSync(dirname(wrong.out))).to.deep.equal([]);
  });

  it('becomes a bundle once more where it was taken out of one', async () => {
    const { bundle } = await importModel(await importing(classifier(pooled(1), { channels: 1 })), SILENT);
    const onnx = await readFile(join(bundle.directory, 'model.onnx'));
    const again = await importing(onnx, { output: 'probability' });
    expect((await importModel(again, SILENT)).bundle.explanation).to.equal(undefined);
  });

  it('says when all that it was checked on was answered with next to 0 or 1', async () => {
    const loud: Head = (graph, layer) =>
      graph.node('Mul', [pooled(1)(graph, layer), graph.constant('loud', [], Float32Array.of(1e4))]);
    expect((await importModel(await importing(classifier(loud)), SILENT)).checks.saturated).to.equal(true);
    expect((await importModel(await importing(classifier()), SILENT)).checks.saturated).to.equal(false);
  });

  it('says when the network answers all pictures alike, and of gradients of 0 not that they agree', async () => {
    const mute: Head = (graph, layer) =>
      graph.node('Mul', [pooled(1)(graph, layer), graph.constant('mute', [], Float32Array.of(0))]);
    const { checks, explanation, bundle } = await importModel(await importing(classifier(mute)), SILENT);
    expect(checks.alike).to.equal(true);
    expect(explanation).to.include('the score depends on nothing in it').and.not.to.include('agree');
    expect(await readFile(join(bundle.directory, 'MODEL_CARD.md'), 'utf8')).to.include(
      'All answers were the same',
    );
    expect((await importModel(await importing(classifier()), SILENT)).checks.alike).to.equal(false);
  });

  it('says in its limits that it was not calibrated', async () => {
    const { bundle } = await importModel(await importing(classifier()), SILENT);
    expect(bundle.limits.join(' ')).to.include('Not calibrated');
  });

  it('keeps what the file calls by the names of the outputs of a bundle', async () => {
    const head: Head = (graph, layer) => graph.node('Identity', [pooled(1)(graph, layer)], {}, 'probability');
    const { bundle } = await importModel(await importing(classifier(head)), SILENT);
    expect(bundle.targetLayer).to.equal('last_relu');
  });
});

describe('a file that cannot become a bundle', () => {
  const classNumber = classifier(
    (graph, layer) => graph.node('ArgMax', [pooled(2)(graph, layer)], { axis: 1 }),
    {
      change: ({ graph }) => {
        graph.output[0]!.type.tensorType.elemType = INT64;
      },
    },
  );
  const halves = classifier(pooled(1), {
    change: ({ graph }) => {
      graph.input[0]!.type.tensorType.elemType = FLOAT16;
    },
  });
  const threeAnswers = classifier(pooled(3), { answers: 3 });
  const external = classifier(pooled(1), {
    change: ({ graph }) => {
      graph.initializer[0]!.externalData = [{ key: 'location', value: 'given.onnx.data' }];
    },
  });
  const twoInputs = classifier(pooled(1), {
    change: ({ graph }) => graph.input.push({ ...graph.input[0]!, name: 'age' }),
  });
  const twoOutputs = classifier(pooled(1), {
    change: ({ graph }) => graph.output.push({ ...graph.output[0]!, name: 'last_relu' }),
  });
  const flatInput = classifier(pooled(1), {
    change: ({ graph }) => graph.input[0]!.type.tensorType.shape.dim.pop(),
  });
  const old = classifier(pooled(1), {
    change: (model) => {
      model.opsetImport[0]!.version = 9;
    },
  });
  const cases: [string, Uint8Array, Partial<ImportOptions>, string, string][] = [
    ['no ONNX file', Buffer.from('<html>not found</html>'), {}, 'import-not-onnx', 'torch.onnx.export'],
    ["PyTorch's own format", Buffer.from('PK\x03\x04 weights'), {}, 'import-not-onnx', 'torch.onnx.export'],
    ['a file cut short', classifier().subarray(0, 400), {}, 'import-cut-short', 'Copy it again'],
    ['weights in another file', external, {}, 'import-external-data', 'external_data=False'],
    ['two inputs', twoInputs, {}, 'import-inputs', 'one input'],
    ['two outputs', twoOutputs, {}, 'import-outputs', '--output'],
    ['an input without rows', flatInput, {}, 'import-inputs', 'four dimensions'],
    ['an input of 16 bits', halves, {}, 'import-inputs', 'network.float()'],
    ["a class's number for an answer", classNumber, {}, 'import-output-shape', 'argmax'],
    ['operators of old', old, {}, 'import-opset', 'opset_version=17'],
    [
      'four channels',
      classifier(pooled(1), { channels: 4 }),
      { layout: 'NCHW' },
      'import-channels',
      '--layout',
    ],
    ['another layout than it has', classifier(), { layout: 'NHWC' }, 'import-channels', '--layout'],
    ['a batch of eight', classifier(pooled(1), { batch: 8 }), {}, 'import-batch', 'dynamic_axes'],
    ['three answers', threeAnswers, {}, 'import-output-shape', 'Join its classes'],
    ['an unknown layer', classifier(), { targetLayer: 'conv_9' }, 'import-target-layer', 'last_relu'],
    ['two means for three channels', classifier(), { mean: [0.5, 0.5] }, 'usage-import', '--mean'],
    [
      'an answer that its last node does not show',
      classifier((graph, layer) => graph.node('Abs', [pooled(1)(graph, layer)])),
      {},
      'usage-import',
      '--meaning',
    ],
    ['scores taken for probabilities', classifier(), { meaning: 'sigmoid' }, 'import-output-shape', 'logits'],
  ];
  for (const [what, onnx, changes, code, remedy] of cases)
    it(`is refused, with what to change: ${what}`, async () => {
      const options = await importing(onnx, changes);
      const error = await refusal(importModel(options, SILENT), ImportError);
      expect(error.code).to.equal(code);
      expect(error.remedy).to.include(remedy);
      expectNothingLeft(options);
    });

  it('is refused with a labelled folder of one class, and leaves nothing', async () => {
    const { images, labels } = await spots();
    const text = await readFile(labels, 'utf8');
    await writeFile(labels, text.replaceAll(',benign,', ',malignant,'));
    const options = await importing(classifier(pooled(1), { channels: 1 }), {
      calibrate: { folder: images, labels, seed: 1 },
    });
    const error = await refusal(importModel(options, SILENT), MamoriError);
    expect(error.code).to.equal('labels-class-empty');
    expectNothingLeft(options);
  });

  function expectNothingLeft({ out }: ImportOptions): void {
    if (existsSync(dirname(out))) expect(readdirSync(dirname(out))).to.deep.equal([]);
  }
});
