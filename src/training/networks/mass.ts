import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { TensorFlow } from '../../model/index.js';
import { GivenLayers, SCORE_LAYER, type Symbolic } from '../../model/index.js';
import type { NetworkInput } from './paper.js';
import { breastMap, waveletMaps } from './wavelets.js';

export interface MassOptions {
  /** Octaves that the wavelets look at; the target layer is smaller than the input by 2 to the power of one less. */
  octaves: number;
  /** Channels of both convolutions that are learnt. */
  channels: number;
  /** Fraction of the features dropped between the convolutions, in training. */
  featureDropout: number;
  /** Fraction of the pooled features dropped in training. */
  dropout: number;
  seed: number;
}

/** A target layer of 20 × 20 for an input of 160 × 160. */
export const MASS_OPTIONS: MassOptions = {
  octaves: 4,
  channels: 48,
  featureDropout: 0.2,
  dropout: 0.5,
  seed: 1,
};
export const MASS_TARGET_LAYER = 'features';

/** Features are averaged over this many parts of the breast, down and across. */
const PARTS = 2;
const MOMENTUM = 0.9;
/** The least that cuDNN takes; the faintest maps have a variance not far above it. */
const EPSILON = 1e-5;

/**
 * A hybrid of wavelets and learnt convolutions (Oyallon, Belilovsky & Zagoruyko, Scaling the Scattering Transform,
 * 2017). From a thousand mammograms a network does not learn good first filters, so they are given: wavelet
 * strengths over four octaves, and wavelets of those. What is learnt is how they belong together: two convolutions,
 * and one dense unit on their averages over the four quarters of the picture and their highest values.
 *
 * @param input grey values from 0 to 1, one or more pictures of one breast as channels
 */
export function massNetwork(
  tf: TensorFlow,
  input: NetworkInput,
  options: MassOptions = MASS_OPTIONS,
): LayersModel {
  const { layers } = tf;
  const { channels, seed } = options;
  const start = tf.input({ shape: [input.rows, input.columns, input.channels], name: 'image' });
  const given = new GivenLayers(tf);
  const wavelets = waveletMaps(tf, given, start, options.octaves);
  const breast = breastMap(given, start, options.octaves);

  const normalise = (from: Symbolic, name: string) =>
    layers.batchNormalization({ name, momentum: MOMENTUM, epsilon: EPSILON }).apply(from) as Symbolic;
  const convolve = (from: Symbolic, name: string, kernelSize: 1 | 3, offset: number) => {
    const convolution = layers.conv2d({
      name,
      filters: channels,
      kernelSize,
      padding: 'same',
      useBias: false,
      kernelInitializer: tf.initializers.heNormal({ seed: seed + offset }),
    });
    return normalise(convolution.apply(from) as Symbolic, `${name}_norm`);
  };
  const activate = (from: Symbolic, name: string, activation: 'relu' | 'softsign') =>
    layers.activation({ name, activation }).apply(from) as Symbolic;
  const drop = (from: Symbolic, name: string, rate: number) =>
    layers.dropout({ name, rate }).apply(from) as Symbolic;

  // Strengths spread over decades; what tells is their ratio, so they are compressed as a logarithm would.
  const compressed = activate(normalise(wavelets, 'wavelets_norm'), 'wavelets_softsign', 'softsign');
  const mixed = activate(convolve(compressed, 'mix', 1, 0), 'mix_relu', 'relu');
  const kept = drop(mixed, 'mix_dropout', options.featureDropout);
  const everywhere = activate(convolve(kept, 'neighbours', 3, 1), 'neighbours_relu', 'relu');
  // What lies beside the breast is the film and the scanner: no answer should come from where it is dark.
  const features = layers.multiply({ name: MASS_TARGET_LAYER }).apply([everywhere, breast]) as Symbolic;

  const [, rows, columns] = features.shape as [null, number, number, number];
  const parts = layers.averagePooling2d({
    name: 'parts',
    poolSize: [Math.floor(rows / PARTS), Math.floor(columns / PARTS)],
  });
  const means = layers.flatten({ name: 'means' }).apply(parts.apply(features)) as Symbolic;
  const highest = layers.globalMaxPooling2d({ name: 'highest' }).apply(features) as Symbolic;
  const pooled = layers.concatenate({ name: 'pooled' }).apply([means, highest]) as Symbolic;
  const dropped = drop(normalise(pooled, 'pooled_norm'), 'dropout', options.dropout);
  const score = layers.dense({ name: SCORE_LAYER, units: 1, kernelInitializer: 'zeros' }).apply(dropped);
  const output = layers.activation({ name: 'probability', activation: 'sigmoid' }).apply(score) as Symbolic;
  const model = tf.model({ name: 'mass', inputs: start, outputs: output });
  given.fill(model);
  return model;
}
