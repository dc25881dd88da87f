import { expect } from 'chai';
import { decodeModel, type ModelProto } from '../../../src/model/index.js';
import { OnnxGraph } from '../../../src/training/export/onnxGraph.js';
import type { AdaptedNetwork } from '../../../src/training/import/adaptedNetwork.js';
import { importModel } from '../../../src/training/import/index.js';
import { readNetworkFile } from '../../../src/training/import/networkFile.js';
import { openOriginal, transform } from '../../../src/training/import/transformation.js';
import { checkAgreement, checkScore, checkSlopes } from '../../../src/training/import/verification.js';
import { seededValues } from '../smallNetworks.js';
import { CHANNELS, classifier, type Head, importing, SILENT, SIZE, weights } from './smallClassifiers.js';

const PLACES = 48;

/** Everything there is, flattened and weighed. */
const weighed = (graph: OnnxGraph, value: string, size: number) =>
  graph.node('MatMul', [graph.node('Flatten', [value]), weights(graph, [size, 1], 21)]);
const all = (graph: OnnxGraph, value: string) => weighed(graph, value, CHANNELS * PLACES);
const axes = (graph: OnnxGraph, ...values: number[]) => graph.integers('axes', values);
const pointwise =
  (opType: string, attributes: Parameters<OnnxGraph['node']>[2] = {}): Head =>
  (graph, layer) =>
    all(graph, graph.node(opType, [centred(graph, layer)], attributes));
/** On both sides of zero. */
const centred = (graph: OnnxGraph, layer: string) =>
  graph.node('Sub', [layer, graph.constant('middle', [], Float32Array.of(0.4))]);

/** Between the target layer, views × 4 × 8 × 6 and not negative, and the score. */
const HEADS: Record<string, Head> = {
  Relu: pointwise('Relu'),
  LeakyRelu: pointwise('LeakyRelu', { alpha: { f: 0.2 } }),
  Elu: pointwise('Elu'),
  Sigmoid: pointwise('Sigmoid'),
  Tanh: pointwise('Tanh'),
  HardSigmoid: pointwise('HardSigmoid'),
  HardSwish: pointwise('HardSwish'),
  Softplus: pointwise('Softplus'),
  Erf: pointwise('Erf'),
  'Exp and Neg': (graph, layer) => all(graph, graph.node('Exp', [graph.node('Neg', [layer])])),
  'Log, Sqrt and Div': (graph, layer) => {
    const above = graph.node('Add', [layer, graph.constant('one', [], Float32Array.of(1))]);
    return all(graph, graph.node('Div', [graph.node('Log', [above]), graph.node('Sqrt', [above])]));
  },
  Pow: (graph, layer) =>
    all(graph, graph.node('Pow', [layer, graph.constant('three', [], Float32Array.of(3))])),
  Clip: (graph, layer) => {
    const [low, high] = [0.1, 0.9].map((bound) => graph.constant('bound', [], Float32Array.of(bound)));
    return all(graph, graph.node('Clip', [layer, low!, high!]));
  },
  'a gate for each channel (squeeze and excitation)': (graph, layer) => {
    const gate = graph.node('Sigmoid', [graph.node('GlobalAveragePool', [layer])]);
    return all(graph, graph.node('Mul', [layer, gate]));
  },
  BatchNormalization: (graph, layer) => {
    const statistics = [1, 2, 3].map((seed) => weights(graph, [CHANNELS], seed));
    const variance = graph.constant('variance', [CHANNELS], Float32Array.of(0.5, 1, 2, 3));
    return all(graph, graph.node('BatchNormalization', [layer, ...statistics, variance]));
  },
  Conv: (graph, layer) => {
    const kernel = weights(graph, [6, CHANNELS, 3, 3], 4);
    const picture = graph.node('Conv', [layer, kernel], { strides: [2, 2], pads: [1, 1, 1, 1] });
    return weighed(graph, picture, 6 * 4 * 3);
  },
  'Conv by groups, dilated': (graph, layer) => {
    const kernel = weights(graph, [CHANNELS, 1, 3, 3], 4);
    const picture = graph.node('Conv', [layer, kernel], { group: CHANNELS, dilations: [2, 2] });
    return weighed(graph, picture, CHANNELS * 4 * 2);
  },
  AveragePool: (graph, layer) => {
    const picture = graph.node('AveragePool', [layer], { kernel_shape: [3, 2], strides: [2, 2] });
    return weighed(graph, picture, CHANNELS * 3 * 3);
  },
  GlobalMaxPool: (graph, layer) => weighed(graph, graph.node('GlobalMaxPool', [layer]), CHANNELS),
  ReduceMean: (graph, layer) =>
    weighed(graph, graph.node('ReduceMean', [layer], { axes: [2, 3], keepdims: 0 }), CHANNELS),
  ReduceSum: (graph, layer) =>
    weighed(graph, graph.node('ReduceSum', [layer, axes(graph, -1, -2)], { keepdims: 1 }), CHANNELS),
  ReduceMax: (graph, layer) =>
    weighed(graph, graph.node('ReduceMax', [layer], { axes: [2, 3], keepdims: 0 }), CHANNELS),
  ReduceLogSumExp: (graph, layer) =>
    weighed(graph, graph.node('ReduceLogSumExp', [layer], { axes: [2, 3], keepdims: 0 }), CHANNELS),
  'Softmax over channels': (graph, layer) => all(graph, graph.node('Softmax', [layer], { axis: 1 })),
  LogSoftmax: (graph, layer) => all(graph, graph.node('LogSoftmax', [layer], { axis: 1 })),
  'Transpose, Unsqueeze, Squeeze': (graph, layer) => {
    const turned = graph.node('Transpose', [layer], { perm: [0, 2, 3, 1] });
    const wider = graph.node('Unsqueeze', [turned, axes(graph, 1)]);
    return all(graph, graph.node('Squeeze', [wider, axes(graph, 1)]));
  },
  'Concat of two ways': (graph, layer) => {
    const joined = graph.node('Concat', [layer, graph.node('Tanh', [layer])], { axis: 1 });
    return weighed(graph, joined, 2 * CHANNELS * PLACES);
  },
  'Gemm, turned and scaled': (graph, layer) => {
    const flat = graph.node('Flatten', [graph.node('GlobalAveragePool', [layer])]);
    const offset = weights(graph, [5], 9);
    const hidden = graph.node('Gemm', [flat, weights(graph, [5, CHANNELS], 6), offset], {
      transB: 1,
      alpha: { f: 2 },
    });
    return graph.node('MatMul', [graph.node('Relu', [hidden]), weights(graph, [5, 1], 7)]);
  },
  Pad: (graph, layer) => {
    const border = graph.integers('border', [0, 0, 1, 2, 0, 0, 0, 1]);
    const picture = graph.node('Tanh', [graph.node('Pad', [layer, border])]);
    return weighed(graph, picture, CHANNELS * 9 * 9);
  },
  'Pad by nothing, as PyTorch writes it before a pool': (graph, layer) => {
    const padded = graph.node('Pad', [layer, graph.integers('border', new Array(8).fill(0))]);
    return all(graph, graph.node('Tanh', [padded]));
  },
  LayerNormalization: (graph, layer) => {
    const last = graph.node('Transpose', [layer], { perm: [0, 2, 3, 1] });
    const scale = weights(graph, [CHANNELS], 2);
    return all(graph, graph.node('LayerNormalization', [last, scale], { axis: -1 }));
  },
  'LayerNormalization over two axes': (graph, layer) =>
    all(graph, graph.node('LayerNormalization', [layer, weights(graph, [8, 6], 2)], { axis: 2 })),
  'Gather of one row': (graph, layer) => {
    const row = graph.node('Gather', [graph.node('Tanh', [layer]), graph.integers('row', [-3])], { axis: 2 });
    return weighed(graph, row, CHANNELS * 6);
  },
  Slice: (graph, layer) => {
    const bounds = [
      [1, -4],
      [7, 99],
      [2, 3],
      [1, 1],
    ].map((numbers) => graph.integers('bound', numbers));
    return weighed(graph, graph.node('Slice', [graph.node('Tanh', [layer]), ...bounds]), CHANNELS * 6 * 4);
  },
  'MaxPool over the whole picture': (graph, layer) => {
    const flat = graph.node('Flatten', [graph.node('MaxPool', [layer], { kernel_shape: [8, 6] })]);
    return graph.node('MatMul', [flat, weights(graph, [CHANNELS, 1], 7)]);
  },
  'Dropout and Sum': (graph, layer) =>
    all(graph, graph.node('Sum', [graph.node('Dropout', [layer]), layer, graph.node('Identity', [layer])])),
};

describe('the comparison with the network as it came', () => {
  it('refuses a probability that is off by more than 1e-4', () => {
    expect(checkAgreement([0.50005, 0.2], [0.5, 0.2], 'it')).to.be.closeTo(5e-5, 1e-9);
    expect(() => checkAgreement([0.5002], [0.5], 'it'))
      .to.throw()
      .with.property('code', 'import-differs');
  });

  it('refuses a score that probabilities near 1 would hide', () => {
    checkScore(20, 20.001);
    expect(() => checkScore(20, 25))
      .to.throw()
      .with.property('code', 'import-differs');
  });
});

describe('the backward pass of a head from elsewhere', () => {
  for (const [name, head] of Object.entries(HEADS))
    it(`agrees with finite differences: ${name}`, async () => {
      const options = await importing(classifier(head), {
        targetLayer: 'last_relu',
        explanation: 'grad-cam',
      });
      const file = await readNetworkFile(options.file);
      const original = await openOriginal(file, options);
      const pictures = [4, 5].map((seed) => seededValues(SIZE.rows * SIZE.columns, seed));
      const { explained } = await transform(file, original, options, pictures);
      await original.close();
      if (explained.kind !== 'grad-cam') throw new Error(explained.why);
      expect(explained.slopes.directions).to.equal(6);
      expect(explained.slopes.missed).to.be.below(0.02);
    });

  for (const [factor, agrees] of [
    [1, true],
    [1.1, false],
  ] as const)
    it(`is held against finite differences: ${factor} times it ${agrees ? 'agrees' : 'does not'}`, async () => {
      const slopes = await checkSlopes(
        headOf(factor),
        { value: 'layer', layout: 'NCHW', label: 'layer' },
        { dims: [1, 1], data: [0] },
        { dims: [1, 12], data: seededValues(12, 3) },
      );
      expect(slopes.agrees).to.equal(agrees);
    });

  it('works with operators of version 11, where reductions have their axes as an attribute', async () => {
    const head: Head = (graph, layer) => {
      const gate = graph.node('ReduceMean', [layer], { axes: [2, 3], keepdims: 0 });
      const softened = graph.node('Softmax', [gate], { axis: 1 });
      return graph.node('MatMul', [softened, weights(graph, [CHANNELS, 1], 7)]);
    };
    const change = (model: ModelProto) => {
      model.opsetImport[0]!.version = 11;
    };
    const { bundle } = await importModel(await importing(classifier(head, { change })), SILENT);
    expect(bundle.explanation).to.equal(undefined);
  });
});

/** score = Σ layer², whose gradient is 2 · layer, here times a factor. */
function headOf(factor: number): AdaptedNetwork {
  const graph = new OnnxGraph();
  graph.input('image', [1]);
  const layer = graph.input('layer', [12]);
  const square = graph.node('Mul', [layer, layer]);
  graph.output('score', graph.node('ReduceSum', [square, graph.integers('axes', [1])]), [1]);
  graph.output(
    'gradient',
    graph.node('Mul', [layer, graph.constant('twice', [], Float32Array.of(2 * factor))]),
    [12],
  );
  const model = decodeModel(graph.encode('head')) as ModelProto;
  return { head: () => model, score: 'score', gradient: 'gradient' } as unknown as AdaptedNetwork;
}
