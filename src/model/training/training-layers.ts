import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { TensorFlow, TensorFlowRuntime } from '../tensorflow-runtime.js';
import type { Random } from './random.js';

interface Layer {
  getClassName(): string;
  getWeights(): Tensor[];
  getConfig(): Record<string, unknown>;
  call(inputs: Tensor | Tensor[], kwargs: { training?: boolean }): Tensor | Tensor[];
}

/** What tfjs's native backend has beyond its types. */
interface NativeBackend {
  binding: Record<'TF_ATTR_TYPE' | 'TF_ATTR_FLOAT' | 'TF_ATTR_STRING' | 'TF_ATTR_BOOL' | 'TF_FLOAT', number>;
  executeMultipleOutputs(name: string, attributes: object[], inputs: Tensor[], outputs: number): Tensor[];
}

interface Normalisation extends Layer {
  gamma: { read(): Tensor1D };
  beta: { read(): Tensor1D };
  movingMean: { read(): Tensor1D; write(value: Tensor): void };
  movingVariance: { read(): Tensor1D; write(value: Tensor): void };
  epsilon: number;
  momentum: number;
}

/**
 * Makes two kinds of layers fit for training; at inference they are as before.
 *
 * Dropout: with a seed tfjs draws the same mask at every step, without one the training cannot be repeated. It
 * gets its masks from `random`. BatchNormalization: tfjs composes it from a dozen operations; with native
 * TensorFlow its own fused kernels do the work, forwards and backwards.
 */
export function prepareForTraining(
  { tf, kind }: TensorFlowRuntime,
  model: LayersModel,
  random: Random,
): void {
  for (const layer of model.layers as unknown as Layer[]) {
    const atInference = layer.call.bind(layer);
    const inTraining =
      layer.getClassName() === 'Dropout'
        ? seededDropout(tf, layer, random)
        : layer.getClassName() === 'BatchNormalization' && kind === 'native'
          ? fusedNormalisation(tf, layer as Normalisation)
          : undefined;
    if (inTraining === undefined) continue;
    layer.call = (inputs, kwargs) => {
      if (!kwargs.training) return atInference(inputs, kwargs);
      return tf.tidy(() => inTraining(Array.isArray(inputs) ? inputs[0]! : inputs));
    };
  }
}

function seededDropout(tf: TensorFlow, layer: Layer, random: Random): (input: Tensor) => Tensor {
  const rate = layer.getConfig().rate as number;
  return (input) => {
    const mask = Float32Array.from({ length: input.size }, () => (random.next() < rate ? 0 : 1 / (1 - rate)));
    return tf.mul(input, tf.tensor(mask, input.shape));
  };
}

function fusedNormalisation(tf: TensorFlow, layer: Normalisation): (input: Tensor) => Tensor {
  const backend = tf.backend() as unknown as NativeBackend;
  const { binding } = backend;
  const attributes = [
    { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
    { name: 'U', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
    { name: 'epsilon', type: binding.TF_ATTR_FLOAT, value: layer.epsilon },
    { name: 'data_format', type: binding.TF_ATTR_STRING, value: 'NHWC' },
    { name: 'is_training', type: binding.TF_ATTR_BOOL, value: true },
  ];
  return (input) => {
    let statistics: Tensor[] = [];
    const normalise = tf.customGrad((...given) => {
      const [x, gamma, beta, save] = given as unknown as [
        Tensor4D,
        Tensor1D,
        Tensor1D,
        (kept: Tensor[]) => void,
      ];
      const none = tf.tensor1d([]);
      const inputs = [x, gamma, beta, none, none];
      const [value, mean, variance, ...reserved] = backend.executeMultipleOutputs(
        'FusedBatchNormV3',
        attributes,
        inputs,
        6,
      );
      statistics = [tf.keep(mean!), tf.keep(variance!)];
      save([x, gamma, ...reserved]);
      const gradFunc = (upstream: Tensor, saved: Tensor[]) => {
        const [dx, dGamma, dBeta] = backend.executeMultipleOutputs(
          'FusedBatchNormGradV3',
          attributes,
          [upstream, ...saved],
          5,
        );
        return [dx!, dGamma!, dBeta!];
      };
      return { value: value!, gradFunc };
    });
    const output = normalise(input, layer.gamma.read(), layer.beta.read());
    for (const [index, moving] of [layer.movingMean, layer.movingVariance].entries()) {
      const kept = tf.mul(moving.read(), layer.momentum);
      moving.write(tf.add(kept, tf.mul(statistics[index]!, 1 - layer.momentum)));
    }
    tf.dispose(statistics);
    return output;
  };
}
