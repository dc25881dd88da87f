import type { LayersModel } from '@tensorflow/tfjs-layers';
import { logSumExpLayer } from '../../src/model/logSumExp.js';
import { SCORE_LAYER } from '../../src/model/networkOutputs.js';
import type { TensorFlow } from '../../src/model/tensorflowRuntime.js';
import { paperNetwork } from '../../src/training/networks/paper.js';

export interface SmallNetwork {
  name: string;
  targetLayer: string;
  make(tf: TensorFlow): LayersModel;
}

type Symbolic = LayersModel['inputs'][number];

/** Networks of a few hundred weights, always the same, that together use every layer that the export knows. */
export const SMALL_NETWORKS: SmallNetwork[] = [
  {
    name: "the paper's network",
    targetLayer: 'conv_last',
    make: (tf) =>
      paperNetwork(
        tf,
        { rows: 19, columns: 22, channels: 1 },
        { filters: [4, 6], hidden: 5, dropout: 0.5, seed: 3 },
      ),
  },
  {
    name: 'a residual squeeze-and-excitation network',
    targetLayer: 'joined',
    make: (tf) => seeded(tf, residualNetwork(tf)),
  },
  {
    name: 'a map of logits over a feature pyramid',
    targetLayer: 'features',
    make: (tf) => seeded(tf, mappedHead(tf)),
  },
  {
    name: 'a head with normalisation and a sum',
    targetLayer: 'features',
    make: (tf) => seeded(tf, branchedHead(tf)),
  },
];

function residualNetwork(tf: TensorFlow): LayersModel {
  const { layers } = tf;
  const image = tf.input({ shape: [17, 20, 2], name: 'image' });
  const stem = chain(image, [
    layers.conv2d({ filters: 6, kernelSize: 3, strides: 2, padding: 'same', useBias: false, name: 'stem' }),
    layers.batchNormalization({
      name: 'stem_norm',
      gammaInitializer: tf.initializers.randomUniform({ minval: 0.5, maxval: 2, seed: 1 }),
    }),
    layers.reLU({ name: 'stem_relu' }),
  ]);
  const branch = chain(stem, [
    layers.depthwiseConv2d({ kernelSize: 3, padding: 'same', name: 'depthwise' }),
    layers.conv2d({ filters: 6, kernelSize: 1, name: 'pointwise' }),
    layers.batchNormalization({ name: 'branch_norm' }),
  ]);
  const scale = chain(branch, [
    layers.globalAveragePooling2d({ name: 'squeeze' }),
    layers.dense({ units: 3, activation: 'relu', name: 'squeeze_dense' }),
    layers.dense({ units: 6, activation: 'sigmoid', name: 'excite_dense' }),
    layers.reshape({ targetShape: [1, 1, 6], name: 'excite' }),
  ]);
  const scaled = layers.multiply({ name: 'scaled' }).apply([branch, scale]) as Symbolic;
  const sum = layers.add({ name: 'sum' }).apply([stem, scaled]) as Symbolic;
  const joined = layers.activation({ activation: 'relu', name: 'joined' }).apply(sum) as Symbolic;
  const output = chain(joined, [
    layers.globalAveragePooling2d({ name: 'pool' }),
    layers.dropout({ rate: 0.3, name: 'drop' }),
    layers.dense({ units: 1, name: SCORE_LAYER }),
    layers.activation({ activation: 'sigmoid', name: 'probability' }),
  ]);
  return tf.model({ inputs: image, outputs: output, name: 'residual' });
}

function branchedHead(tf: TensorFlow): LayersModel {
  const { layers } = tf;
  const image = tf.input({ shape: [12, 12, 1], name: 'image' });
  const features = layers
    .conv2d({ filters: 4, kernelSize: 3, strides: 2, name: 'features' })
    .apply(image) as Symbolic;
  const left = chain(features, [
    layers.batchNormalization({ name: 'norm', betaInitializer: tf.initializers.randomNormal({ seed: 2 }) }),
    layers.reLU({ name: 'relu' }),
    layers.maxPooling2d({ poolSize: 2, name: 'pool' }),
    layers.flatten({ name: 'flat' }),
    layers.dense({ units: 4, activation: 'sigmoid', name: 'left' }),
  ]);
  const right = chain(features, [
    layers.globalAveragePooling2d({ name: 'average' }),
    layers.dense({ units: 4, useBias: false, name: 'right' }),
  ]);
  const sum = layers.add({ name: 'sum' }).apply([left, right]) as Symbolic;
  const output = chain(sum, [
    layers.dense({ units: 1, name: SCORE_LAYER }),
    layers.activation({ activation: 'sigmoid', name: 'probability' }),
  ]);
  return tf.model({ inputs: image, outputs: output, name: 'branched' });
}

function mappedHead(tf: TensorFlow): LayersModel {
  const { layers } = tf;
  const image = tf.input({ shape: [24, 16, 3], name: 'image' });
  const random = (seed: number) => tf.initializers.randomUniform({ minval: -1, maxval: 1, seed });
  const convolution = (name: string, filters: number, kernelSize: number, more: object = {}) =>
    layers.conv2d({
      name,
      filters,
      kernelSize,
      padding: 'same',
      biasInitializer: random(name.length),
      ...more,
    });
  const fine = chain(image, [
    convolution('stem', 4, 3, { strides: 2, activation: 'relu6', kernelInitializer: random(4) }),
    layers.depthwiseConv2d({
      kernelSize: 5,
      strides: 2,
      padding: 'same',
      activation: 'relu6',
      name: 'filter',
    }),
  ]);
  const coarse = chain(fine, [
    convolution('coarse', 6, 3, { strides: 2 }),
    convolution('lateral_coarse', 5, 1),
    layers.upSampling2d({ size: [2, 2], name: 'enlarged' }),
  ]);
  const joined = layers.add({ name: 'joined' }).apply([chain(fine, [convolution('lateral', 5, 1)]), coarse]);
  const features = chain(joined as Symbolic, [convolution('features', 5, 3, { activation: 'relu' })]);
  const map = chain(features, [
    convolution('map', 1, 1, { activation: 'relu6', kernelInitializer: random(5) }),
    new (logSumExpLayer(tf))({ name: 'highest' }),
  ]);
  const means = chain(features, [layers.globalAveragePooling2d({ name: 'means' })]);
  const pooled = layers.concatenate({ name: 'pooled' }).apply([map, means]) as Symbolic;
  const output = chain(pooled, [
    layers.dense({ units: 1, name: SCORE_LAYER }),
    layers.activation({ activation: 'sigmoid', name: 'probability' }),
  ]);
  return tf.model({ inputs: image, outputs: output, name: 'mapped' });
}

/** A convolution with normalisation and dropout, for fits. */
export function normalisedNetwork(
  tf: TensorFlow,
  { rows, columns, channels }: { rows: number; columns: number; channels: number },
): LayersModel {
  const { layers } = tf;
  const image = tf.input({ shape: [rows, columns, channels], name: 'image' });
  const output = chain(image, [
    layers.conv2d({
      name: 'convolution',
      filters: 4,
      kernelSize: 3,
      padding: 'same',
      kernelInitializer: tf.initializers.heNormal({ seed: 7 }),
    }),
    layers.batchNormalization({ name: 'norm', momentum: 0.9 }),
    layers.reLU({ name: 'relu' }),
    layers.dropout({ rate: 0.1, name: 'dropout', seed: 5 }),
    layers.globalAveragePooling2d({ name: 'means' }),
    layers.dense({ units: 1, name: SCORE_LAYER, kernelInitializer: 'zeros' }),
    layers.activation({ activation: 'sigmoid', name: 'probability' }),
  ]);
  return tf.model({ inputs: image, outputs: output, name: 'normalised' });
}

function chain(from: Symbolic, layers: LayersModel['layers']): Symbolic {
  return layers.reduce((reached, layer) => layer.apply(reached) as Symbolic, from);
}

/** Seeded numbers, uniform from -1 to 1. */
export function seededValues(length: number, seed: number): Float32Array {
  let state = seed >>> 0;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32) * 2 - 1;
  });
}

/** Gives weights that would be drawn by chance a seed of their own. */
function seeded(tf: TensorFlow, model: LayersModel): LayersModel {
  for (const [index, layer] of model.layers.entries()) {
    const { kernelInitializer, depthwiseInitializer } = layer.getConfig() as unknown as Record<
      string,
      Initializer | undefined
    >;
    const initializer = kernelInitializer ?? depthwiseInitializer;
    if (initializer === undefined || typeof initializer.config.seed === 'number') continue;
    const [kernel, ...others] = layer.getWeights();
    const { shape, size } = kernel!;
    const reach = Math.sqrt((3 * shape.at(-1)!) / size);
    const values = seededValues(size, 31 + index).map((value) => value * reach);
    layer.setWeights([tf.tensor(values, shape), ...others]);
  }
  return model;
}

interface Initializer {
  config: { seed?: number | null };
}

/** So that normalisation is tested with averages that have moved. */
export function moveAverages(tf: TensorFlow, model: LayersModel): void {
  for (const layer of model.layers) {
    if (layer.getClassName() !== 'BatchNormalization') continue;
    const weights = layer.getWeights().map((weight, index) => {
      const size = weight.shape[0]!;
      const values = seededValues(size, 11 + index);
      return index < 3
        ? tf.add(weight, tf.tensor1d(values.map((value) => value / 2)))
        : tf.tensor1d(values.map((value) => 1.5 + value));
    });
    layer.setWeights(weights);
  }
}
