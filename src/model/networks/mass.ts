import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { TensorFlow } from '../tensorflow-runtime.js';
import { SCORE_LAYER } from './outputs.js';
import type { NetworkInput } from './paper.js';

export interface MassOptions {
  /** Channels of the stages; each halves rows and columns except the first and the last. */
  stages: number[];
  dropout: number;
  seed: number;
}

export const MASS_OPTIONS: MassOptions = { stages: [16, 32, 64, 96], dropout: 0.3, seed: 1 };
export const MASS_TARGET_LAYER = 'features';

type Symbolic = LayersModel['inputs'][number];

/**
 * A small residual network with squeeze and excitation (Hu et al. 2018) and global average pooling, so that it has few
 * weights and a head whose gradient is the same at every place. It has no batch normalisation, which is slow in
 * training through tfjs: instead each residual branch begins at zero (Zhang et al., Fixup, 2019).
 */
export function massNetwork(
  tf: TensorFlow,
  input: NetworkInput,
  options: MassOptions = MASS_OPTIONS,
): LayersModel {
  const { stages, dropout, seed } = options;
  const { layers } = tf;
  const start = tf.input({ shape: [input.rows, input.columns, input.channels], name: 'image' });
  let seeds = seed;
  const heNormal = () => tf.initializers.heNormal({ seed: seeds++ });
  const convolve = (
    from: Symbolic,
    name: string,
    filters: number,
    kernelSize: number,
    strides: number,
    zero = false,
  ) =>
    layers
      .conv2d({
        name,
        filters,
        kernelSize,
        strides,
        padding: 'same',
        kernelInitializer: zero ? tf.initializers.zeros() : heNormal(),
      })
      .apply(from) as Symbolic;
  const relu = (from: Symbolic, name: string) =>
    layers.activation({ name, activation: 'relu' }).apply(from) as Symbolic;

  const excite = (from: Symbolic, name: string, filters: number) => {
    const pooled = layers.globalAveragePooling2d({ name: `${name}_squeeze` }).apply(from);
    const squeezed = layers
      .dense({
        name: `${name}_reduce`,
        units: filters / 4,
        activation: 'relu',
        kernelInitializer: heNormal(),
      })
      .apply(pooled);
    const gates = layers
      .dense({ name: `${name}_gates`, units: filters, activation: 'sigmoid', kernelInitializer: heNormal() })
      .apply(squeezed);
    const shaped = layers
      .reshape({ name: `${name}_shape`, targetShape: [1, 1, filters] })
      .apply(gates) as Symbolic;
    return layers.multiply({ name: `${name}_excite` }).apply([from, shaped]) as Symbolic;
  };

  let reached = relu(convolve(start, 'stem', stages[0]!, 5, 2), 'stem_relu');
  for (const [index, filters] of stages.entries()) {
    const name = `stage_${index + 1}`;
    const last = index === stages.length - 1;
    const strides = index === 0 || last ? 1 : 2;
    const first = relu(convolve(reached, `${name}_a`, filters, 3, strides), `${name}_a_relu`);
    const branch = excite(convolve(first, `${name}_b`, filters, 3, 1, true), name, filters);
    const way = index === 0 ? reached : convolve(reached, `${name}_way`, filters, 1, strides);
    const sum = layers.add({ name: `${name}_sum` }).apply([branch, way]) as Symbolic;
    reached = relu(sum, last ? MASS_TARGET_LAYER : `${name}_relu`);
  }
  const pooled = layers.globalAveragePooling2d({ name: 'pool' }).apply(reached);
  const dropped = layers.dropout({ name: 'dropout', rate: dropout, seed }).apply(pooled);
  const score = layers.dense({ name: SCORE_LAYER, units: 1, kernelInitializer: heNormal() }).apply(dropped);
  const output = layers.activation({ name: 'probability', activation: 'sigmoid' }).apply(score) as Symbolic;
  return tf.model({ name: 'mass', inputs: start, outputs: output });
}
