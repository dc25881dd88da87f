import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { TensorFlow } from '../tensorflow-runtime.js';
import { SCORE_LAYER } from './outputs.js';
import type { NetworkInput } from './paper.js';

export interface MassOptions {
  stem: number;
  /** Each stage's channels and whether it halves rows and columns. */
  stages: { filters: number; halve: boolean }[];
  dropout: number;
  seed: number;
}

export const MASS_OPTIONS: MassOptions = {
  stem: 24,
  stages: [
    { filters: 40, halve: false },
    { filters: 80, halve: true },
    { filters: 128, halve: true },
    // Not halved once more: the heat map has this stage's resolution.
    { filters: 160, halve: false },
  ],
  dropout: 0.3,
  seed: 1,
};
export const MASS_TARGET_LAYER = 'features';

/** Values that a squeeze-and-excitation block squeezes its channels by. */
const SQUEEZE = 8;
/** The moving averages of normalisation: an epoch here has few steps. */
const MOMENTUM = 0.95;

type Symbolic = LayersModel['inputs'][number];

/**
 * A residual network with squeeze and excitation (He et al. 2016, Hu et al. 2018): two blocks per stage, the way around a
 * block by average pooling and a 1 × 1 convolution where its size changes, each block beginning as the identity.
 * Global average pooling and one dense unit make the head, so the gradient of the score is the same at every place.
 */
export function massNetwork(
  tf: TensorFlow,
  input: NetworkInput,
  options: MassOptions = MASS_OPTIONS,
): LayersModel {
  const { stem, stages, dropout } = options;
  const { layers } = tf;
  let seed = options.seed;
  const kernelInitializer = () => tf.initializers.heNormal({ seed: seed++ });
  const convolve = (from: Symbolic, name: string, filters: number, kernelSize: number, strides = 1) =>
    layers
      .conv2d({
        name,
        filters,
        kernelSize,
        strides,
        padding: 'same',
        useBias: false,
        kernelInitializer: kernelInitializer(),
      })
      .apply(from) as Symbolic;
  const normalise = (from: Symbolic, name: string, gamma: 'ones' | 'zeros' = 'ones') =>
    layers.batchNormalization({ name, momentum: MOMENTUM, gammaInitializer: gamma }).apply(from) as Symbolic;
  const relu = (from: Symbolic, name: string) =>
    layers.activation({ name, activation: 'relu' }).apply(from) as Symbolic;
  const dense = (from: Symbolic, name: string, units: number, activation?: 'relu' | 'sigmoid') =>
    layers
      .dense({ name, units, kernelInitializer: kernelInitializer(), ...(activation && { activation }) })
      .apply(from) as Symbolic;

  const excite = (from: Symbolic, name: string, filters: number) => {
    const squeezed = layers.globalAveragePooling2d({ name: `${name}_squeeze` }).apply(from) as Symbolic;
    const reduced = dense(squeezed, `${name}_reduce`, Math.max(1, filters / SQUEEZE), 'relu');
    const gates = dense(reduced, `${name}_gates`, filters, 'sigmoid');
    const shaped = layers
      .reshape({ name: `${name}_shape`, targetShape: [1, 1, filters] })
      .apply(gates) as Symbolic;
    return layers.multiply({ name: `${name}_excite` }).apply([from, shaped]) as Symbolic;
  };

  const block = (from: Symbolic, name: string, filters: number, strides: number, output: string) => {
    const first = relu(
      normalise(convolve(from, `${name}_a`, filters, 3, strides), `${name}_a_norm`),
      `${name}_a_relu`,
    );
    const second = normalise(convolve(first, `${name}_b`, filters, 3), `${name}_b_norm`, 'zeros');
    let way = from;
    if (strides > 1)
      way = layers
        .averagePooling2d({ name: `${name}_way_pool`, poolSize: 2, strides: 2, padding: 'same' })
        .apply(way) as Symbolic;
    if (from.shape.at(-1) !== filters)
      way = normalise(convolve(way, `${name}_way`, filters, 1), `${name}_way_norm`);
    const sum = layers.add({ name: `${name}_sum` }).apply([excite(second, name, filters), way]) as Symbolic;
    return relu(sum, output);
  };

  const start = tf.input({ shape: [input.rows, input.columns, input.channels], name: 'image' });
  const stemmed = relu(normalise(convolve(start, 'stem', stem, 3, 2), 'stem_norm'), 'stem_relu');
  let reached = layers.maxPooling2d({ name: 'stem_pool', poolSize: 2 }).apply(stemmed) as Symbolic;
  for (const [index, { filters, halve }] of stages.entries()) {
    const name = `stage_${index + 1}`;
    reached = block(reached, `${name}_1`, filters, halve ? 2 : 1, `${name}_1_relu`);
    const last = index === stages.length - 1;
    reached = block(reached, `${name}_2`, filters, 1, last ? MASS_TARGET_LAYER : `${name}_2_relu`);
  }
  const pooled = layers.globalAveragePooling2d({ name: 'pool' }).apply(reached) as Symbolic;
  const dropped = layers.dropout({ name: 'dropout', rate: dropout }).apply(pooled) as Symbolic;
  const probability = layers.activation({ name: 'probability', activation: 'sigmoid' });
  const output = probability.apply(dense(dropped, SCORE_LAYER, 1)) as Symbolic;
  return tf.model({ name: 'mass', inputs: start, outputs: output });
}
