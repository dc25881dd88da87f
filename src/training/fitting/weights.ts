import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { TensorFlow } from '../../model/index.js';

/** The values of several tensors, one after the other. */
export function readWeights(tensors: Tensor[]): Float32Array {
  const all = new Float32Array(tensors.reduce((sum, { size }) => sum + size, 0));
  let at = 0;
  for (const tensor of tensors) {
    all.set(tensor.dataSync(), at);
    at += tensor.size;
  }
  return all;
}

/** Gives a model all its weights, in the order of `getWeights`. */
export function writeWeights(tf: TensorFlow, model: LayersModel, vector: Float32Array): void {
  let at = 0;
  const tensors = model.getWeights().map((weight) => {
    const values = vector.slice(at, at + weight.size);
    at += weight.size;
    return tf.tensor(values, weight.shape);
  });
  model.setWeights(tensors);
  tf.dispose(tensors);
}
