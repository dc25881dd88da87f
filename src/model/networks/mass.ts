import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { TensorFlow } from '../tensorflow-runtime.js';
import { SCORE_LAYER } from './outputs.js';
import type { NetworkInput } from './paper.js';

export interface MassOptions {
  /** Channels of the first convolution, which halves rows and columns, as the pooling behind it does again. */
  stem: number;
  /** Residual blocks in their order; a block with `strides` 2 halves rows and columns. */
  blocks: { channels: number; strides: 1 | 2 }[];
  /** Squeeze and excitation goes through this fraction of a block's channels. */
  squeeze: number;
  /** Fraction of the pooled features dropped in training. */
  dropout: number;
  seed: number;
}

/** A target layer of 10 × 10 for an input of 160 × 160: the heat map needs places more than the score needs depth. */
export const MASS_OPTIONS: MassOptions = {
  stem: 24,
  blocks: [
    { channels: 40, strides: 1 },
    { channels: 40, strides: 1 },
    { channels: 80, strides: 2 },
    { channels: 80, strides: 1 },
    { channels: 128, strides: 2 },
    { channels: 128, strides: 1 },
    { channels: 192, strides: 1 },
    { channels: 192, strides: 1 },
  ],
  squeeze: 1 / 8,
  dropout: 0.3,
  seed: 1,
};
export const MASS_TARGET_LAYER = 'features';

/** Moving statistics follow within ten steps; training averages them once more, together with the weights. */
const MOMENTUM = 0.9;

type Symbolic = LayersModel['inputs'][number];

/**
 * A small residual network (He et al. 2016) with squeeze and excitation (Hu et al. 2018) and global average pooling, so
 * that the head is one dense unit whose gradient is the same at every place. Each residual branch begins at zero,
 * and a shortcut that halves the picture averages before it convolves (He et al., Bag of Tricks, 2019).
 */
export function massNetwork(
  tf: TensorFlow,
  input: NetworkInput,
  options: MassOptions = MASS_OPTIONS,
): LayersModel {
  const { layers } = tf;
  const start = tf.input({ shape: [input.rows, input.columns, input.channels], name: 'image' });
  let seeds = options.seed;
  const heNormal = () => tf.initializers.heNormal({ seed: seeds++ });
  const relu = (from: Symbolic, name: string) =>
    layers.activation({ name, activation: 'relu' }).apply(from) as Symbolic;

  const convolve = (
    from: Symbolic,
    name: string,
    {
      filters,
      size,
      strides = 1,
      gamma = 1,
    }: { filters: number; size: 1 | 3; strides?: number; gamma?: 0 | 1 },
  ) => {
    const convolution = layers.conv2d({
      name,
      filters,
      kernelSize: size,
      strides,
      padding: 'same',
      useBias: false,
      kernelInitializer: heNormal(),
    });
    const normalisation = layers.batchNormalization({
      name: `${name}_norm`,
      momentum: MOMENTUM,
      gammaInitializer: gamma === 0 ? 'zeros' : 'ones',
    });
    return normalisation.apply(convolution.apply(from)) as Symbolic;
  };

  const excite = (from: Symbolic, name: string, channels: number) => {
    const squeeze = layers.dense({
      name: `${name}_reduce`,
      units: Math.max(1, Math.round(channels * options.squeeze)),
      activation: 'relu',
      kernelInitializer: heNormal(),
    });
    const gates = layers.dense({
      name: `${name}_gates`,
      units: channels,
      activation: 'sigmoid',
      kernelInitializer: heNormal(),
    });
    const pooled = layers.globalAveragePooling2d({ name: `${name}_squeeze` }).apply(from);
    const shape = layers.reshape({ name: `${name}_shape`, targetShape: [1, 1, channels] });
    const shaped = shape.apply(gates.apply(squeeze.apply(pooled))) as Symbolic;
    return layers.multiply({ name: `${name}_excite` }).apply([from, shaped]) as Symbolic;
  };

  const shortcut = (from: Symbolic, name: string, filters: number, strides: 1 | 2) => {
    if (strides === 1 && from.shape.at(-1) === filters) return from;
    const halved =
      strides === 1
        ? from
        : (layers
            .averagePooling2d({ name: `${name}_halve`, poolSize: 2, strides: 2, padding: 'same' })
            .apply(from) as Symbolic);
    return convolve(halved, `${name}_way`, { filters, size: 1 });
  };

  const stem = relu(convolve(start, 'stem', { filters: options.stem, size: 3, strides: 2 }), 'stem_relu');
  let reached = layers
    .maxPooling2d({ name: 'stem_pool', poolSize: 2, strides: 2, padding: 'same' })
    .apply(stem) as Symbolic;
  for (const [index, { channels, strides }] of options.blocks.entries()) {
    const name = `block_${index + 1}`;
    const first = convolve(reached, `${name}_a`, { filters: channels, size: 3, strides });
    const second = convolve(relu(first, `${name}_a_relu`), `${name}_b`, {
      filters: channels,
      size: 3,
      gamma: 0,
    });
    const sum = layers
      .add({ name: `${name}_sum` })
      .apply([excite(second, name, channels), shortcut(reached, name, channels, strides)]) as Symbolic;
    reached = relu(sum, index === options.blocks.length - 1 ? MASS_TARGET_LAYER : `${name}_relu`);
  }
  const pooled = layers.globalAveragePooling2d({ name: 'pool' }).apply(reached);
  const dropped = layers.dropout({ name: 'dropout', rate: options.dropout }).apply(pooled);
  const score = layers
    .dense({ name: SCORE_LAYER, units: 1, kernelInitializer: tf.initializers.glorotNormal({ seed: seeds }) })
    .apply(dropped);
  const output = layers.activation({ name: 'probability', activation: 'sigmoid' }).apply(score) as Symbolic;
  return tf.model({ name: 'mass', inputs: start, outputs: output });
}
