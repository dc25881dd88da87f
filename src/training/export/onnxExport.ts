import type { LayersModel } from '@tensorflow/tfjs-layers';
import { LOG_SUM_EXP, SCORE_LAYER, TARGET_LAYER_KEY } from '../../model/index.js';
import { TrainingError } from '../errors.js';
import { dense, flatten, logSumExp, reshape } from './flatLayers.js';
import {
  type ExportedLayer,
  type LayerExport,
  type LayerOutput,
  unsupported,
  type Value,
} from './layerExport.js';
import { OnnxGraph } from './onnxGraph.js';
import {
  averagePooling2d,
  conv2d,
  depthwiseConv2d,
  globalAveragePooling2d,
  globalMaxPooling2d,
  maxPooling2d,
  upSampling2d,
} from './pictureLayers.js';
import {
  activationLayer,
  add,
  batchNormalization,
  concatenate,
  identity,
  multiply,
} from './pointwiseLayers.js';

const LAYERS: Record<string, LayerExport> = {
  Activation: activationLayer,
  Add: add,
  AveragePooling2D: averagePooling2d,
  BatchNormalization: batchNormalization,
  Concatenate: concatenate,
  Conv2D: conv2d,
  Dense: dense,
  DepthwiseConv2D: depthwiseConv2d,
  Dropout: identity,
  Flatten: flatten,
  GaussianNoise: identity,
  GlobalAveragePooling2D: globalAveragePooling2d,
  GlobalMaxPooling2D: globalMaxPooling2d,
  [LOG_SUM_EXP]: logSumExp,
  MaxPooling2D: maxPooling2d,
  Multiply: multiply,
  ReLU: activationLayer,
  Reshape: reshape,
  UpSampling2D: upSampling2d,
};

interface SymbolicTensor {
  name: string;
  shape: (number | null)[];
  sourceLayer: unknown;
}

/** One layer as it stands in the graph. */
interface Written extends LayerOutput {
  layer: ExportedLayer;
  /** Names of the layers before it. */
  before: string[];
}

/**
 * Writes a network as ONNX with the three outputs of a bundle: `probability` (views × 1), `activations` of the
 * target layer and `gradients` of the score with respect to them (both views × rows × columns × channels). The
 * gradient is the backward pass from the score to the target layer, written as ordinary nodes, so one run gives
 * the answer and its explanation (Grad-CAM, Selvaraju et al. 2017, eq. 1).
 *
 * Input `image`: views × rows × columns × channels.
 *
 * @throws TrainingError `export-unsupported-layer`, `export-no-target-layer`, `model-not-finite`
 */
export function exportOnnx(model: LayersModel, targetLayer: string): Uint8Array {
  const graph = new OnnxGraph();
  const layers = model.layers as unknown as (ExportedLayer & { input: unknown; output: SymbolicTensor })[];
  for (const name of [targetLayer, SCORE_LAYER])
    if (!layers.some((layer) => layer.name === name))
      throw new TrainingError('export-no-target-layer', `the network has no layer named ${name}`, {
        remedy: `Its layers are ${layers.map((layer) => layer.name).join(', ')}.`,
      });

  const written = new Map<string, Written>();
  // tfjs keeps a model's layers in an order in which every layer comes after those it needs.
  for (const layer of layers) {
    const outputShape = layer.output.shape.slice(1) as number[];
    if (layer.getClassName() === 'InputLayer') {
      const image = graph.input('image', outputShape);
      const name = graph.node('Transpose', [image], { perm: [0, 3, 1, 2] }, 'channels_first');
      written.set(layer.name, {
        layer,
        before: [],
        value: { name, shape: outputShape },
        backward: undefined,
      });
      continue;
    }
    const write = LAYERS[layer.getClassName()];
    if (write === undefined) throw unsupported(layer, 'is of a kind that the export does not know');
    const before = namesBefore(layer.input);
    const inputs = before.map((name) => written.get(name)!.value);
    written.set(layer.name, { layer, before, ...write(graph, layer, inputs, outputShape) });
  }

  const target = written.get(targetLayer)!.value;
  if (target.shape.length !== 3)
    throw new TrainingError(
      'export-no-target-layer',
      `the target layer ${targetLayer} has no rows and columns`,
      {
        remedy: 'Name the last convolution or a layer right behind it.',
      },
    );
  const probability = written.get(layers.at(-1)!.name)!.value;
  const gradient = writeBackward(graph, written, targetLayer);
  graph.output('probability', probability.name, [1]);
  graph.output('activations', channelsLast(graph, target), target.shape);
  graph.output('gradients', channelsLast(graph, { name: gradient, shape: target.shape }), target.shape);
  return graph.encode(model.name, { [TARGET_LAYER_KEY]: targetLayer });
}

/** Reverse-mode differentiation over the layers between target and score. */
function writeBackward(graph: OnnxGraph, written: Map<string, Written>, targetLayer: string): string {
  const needed = layersBetween(written, targetLayer);
  const upstream = new Map<string, string>();
  const score = written.get(SCORE_LAYER)!.value;
  if (score.shape.join() !== '1') throw unsupported(written.get(SCORE_LAYER)!.layer, 'must have one unit');
  const shape = graph.node('Shape', [score.name], {}, 'score_shape');
  upstream.set(SCORE_LAYER, graph.node('ConstantOfShape', [shape], { value: { ones: true } }, 'score_grad'));

  for (const [name, { layer, before, backward }] of [...written].reverse()) {
    const gradient = upstream.get(name);
    if (gradient === undefined || name === targetLayer) continue;
    if (backward === undefined)
      throw unsupported(layer, 'cannot stand between the target layer and the score');
    const gradients = backward(gradient);
    for (const [index, source] of before.entries()) {
      if (!needed.has(source)) continue;
      const known = upstream.get(source);
      const further = gradients[index]!;
      upstream.set(source, known === undefined ? further : graph.node('Add', [known, further]));
    }
  }
  const gradient = upstream.get(targetLayer);
  if (gradient !== undefined) return gradient;
  throw new TrainingError('export-no-target-layer', `the score does not depend on ${targetLayer}`, {
    remedy: 'Name a layer on the way from the input to the score.',
  });
}

/** The target layer and those after it: gradients are wanted for these only. */
function layersBetween(written: Map<string, Written>, targetLayer: string): Set<string> {
  const reached = new Set([targetLayer]);
  for (const [name, { before }] of written)
    if (before.some((source) => reached.has(source))) reached.add(name);
  return reached;
}

function channelsLast(graph: OnnxGraph, value: Value): string {
  return graph.node('Transpose', [value.name], { perm: [0, 2, 3, 1] });
}

function namesBefore(input: unknown): string[] {
  const tensors = (Array.isArray(input) ? input : [input]) as SymbolicTensor[];
  return tensors.map((tensor) => (tensor.sourceLayer as ExportedLayer).name);
}
