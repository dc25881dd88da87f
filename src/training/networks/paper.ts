import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { ImageSize } from '../../dataset/index.js';
import type { TensorFlow } from '../../model/index.js';
import { SCORE_LAYER } from '../../model/index.js';

export interface PaperOptions {
  /** Channels of the convolutions, from the first on; the last one is the target layer. */
  filters: number[];
  hidden: number;
  /** Fraction of values dropped in training, before the flat layers. */
  dropout: number;
  seed: number;
}

const PAPER_OPTIONS: PaperOptions = { filters: [8, 16, 32, 64], hidden: 64, dropout: 0.25, seed: 1 };
export const PAPER_TARGET_LAYER = 'conv_last';

/**
 * The paper's network: convolutions each followed by max pooling, then dropout, flatten and dense layers ("CNN for
 * Breast Cancer Detection", flowchart and §III). The paper names the kinds of layers and their order but no
 * numbers; those are chosen here. The target layer is the last convolution, after its ReLU and before its pooling.
 */
export function paperNetwork(
  tf: TensorFlow,
  input: ImageSize,
  options: PaperOptions = PAPER_OPTIONS,
): LayersModel {
  const { filters, hidden, dropout, seed } = options;
  const initializer = (offset: number) => tf.initializers.heNormal({ seed: seed + offset });
  const start = tf.input({ shape: [input.rows, input.columns, input.channels], name: 'image' });
  let reached = start;
  for (const [index, channels] of filters.entries()) {
    const last = index === filters.length - 1;
    const convolution = tf.layers.conv2d({
      name: last ? PAPER_TARGET_LAYER : `conv_${index + 1}`,
      filters: channels,
      kernelSize: 3,
      padding: 'same',
      activation: 'relu',
      kernelInitializer: initializer(index),
    });
    const pool = tf.layers.maxPooling2d({ name: `pool_${index + 1}`, poolSize: 2, strides: 2 });
    reached = pool.apply(convolution.apply(reached)) as typeof start;
  }
  const flat = tf.layers
    .flatten({ name: 'flatten' })
    .apply(tf.layers.dropout({ name: 'dropout', rate: dropout }).apply(reached));
  const dense = tf.layers.dense({
    name: 'dense',
    units: hidden,
    activation: 'relu',
    kernelInitializer: initializer(filters.length),
  });
  const score = tf.layers.dense({
    name: SCORE_LAYER,
    units: 1,
    kernelInitializer: initializer(filters.length + 1),
  });
  const probability = tf.layers.activation({ name: 'probability', activation: 'sigmoid' });
  const hiddenDropout = tf.layers.dropout({ name: 'dropout_dense', rate: dropout });
  const output = probability.apply(score.apply(hiddenDropout.apply(dense.apply(flat)))) as typeof start;
  return tf.model({ name: 'paper', inputs: start, outputs: output });
}
