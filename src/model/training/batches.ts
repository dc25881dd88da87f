import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../tensorflow-runtime.js';
import { AUGMENTATION, augment, type ImageSize } from './augmentation.js';
import type { Example } from './examples.js';
import type { Random } from './random.js';

/** Shape of the beta distribution that mixup draws from: mostly one image, a little of another. */
const MIXUP = 0.3;
/** Part of the truth that is given up, so that the network does not become too sure of itself. */
const SMOOTHING = 0.05;

export interface Batch {
  /** examples × rows × columns × channels */
  inputs: Tensor4D;
  /** examples, 0 to 1 */
  targets: Tensor1D;
}

/** Examples as they are, for measuring. */
export function plainBatch(tf: TensorFlow, examples: Example[], size: ImageSize): Batch {
  return batchOf(tf, examples, size, (example, out) => out.set(example.input));
}

/** Examples augmented, each mixed with another of the batch and its truth with the other's (mixup, Zhang et al. 2018). */
export function trainingBatch(tf: TensorFlow, examples: Example[], size: ImageSize, random: Random): Batch {
  const { inputs, targets } = batchOf(tf, examples, size, (example, out) =>
    augment(example.input, size, AUGMENTATION, random, out),
  );
  const shares = tf.tensor1d(examples.map(() => random.beta(MIXUP)));
  const mixed = tf.tidy(() => {
    const each = tf.reshape(shares, [-1, 1, 1, 1]);
    // The order of a batch is random already, so its reverse gives random partners.
    const blended = tf.add(tf.mul(inputs, each), tf.mul(tf.reverse(inputs, 0), tf.sub(1, each)));
    const truth = tf.add(tf.mul(targets, shares), tf.mul(tf.reverse(targets, 0), tf.sub(1, shares)));
    return {
      inputs: blended as Tensor4D,
      targets: tf.add(tf.mul(truth, 1 - SMOOTHING), SMOOTHING / 2) as Tensor1D,
    };
  });
  tf.dispose([inputs, targets, shares]);
  return mixed;
}

function batchOf(
  tf: TensorFlow,
  examples: Example[],
  { rows, columns, channels }: ImageSize,
  fill: (example: Example, out: Float32Array) => void,
): Batch {
  const length = rows * columns * channels;
  const batch = new Float32Array(examples.length * length);
  for (const [index, example] of examples.entries())
    fill(example, batch.subarray(index * length, (index + 1) * length));
  return {
    inputs: tf.tensor4d(batch, [examples.length, rows, columns, channels]),
    targets: tf.tensor1d(examples.map(({ target }) => target)),
  };
}
