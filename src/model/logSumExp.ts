import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { TensorFlow } from './tensorflowRuntime.js';

export const LOG_SUM_EXP = 'LogSumExp';

/** What the layer offers besides tfjs's own. */
type Layer = LayersModel['layers'][number];

interface LayerClass {
  new (config: object): Layer;
}

const classes = new WeakMap<TensorFlow, LayerClass>();

/**
 * A layer that joins a map of logits to one: log(mean(exp(s · m))) / s over all places, with a learnt sharpness s.
 * Small s is the mean, large s the highest value; every place keeps a say in proportion to its weight in the sum.
 *
 * Known to tfjs under its name from the first call on, so that models with it can be read.
 */
export function logSumExpLayer(tf: TensorFlow): LayerClass {
  const known = classes.get(tf);
  if (known !== undefined) return known;

  class LogSumExp extends (tf.layers.Layer as unknown as new (config: object) => Layer) {
    static className = LOG_SUM_EXP;

    override build(): void {
      const one = tf.initializers.ones();
      this.addWeight('sharpness', [1], 'float32', one as never);
      this.built = true;
    }

    override computeOutputShape(shape: never): never {
      return [(shape as (number | null)[])[0], 1] as never;
    }

    override call(inputs: Tensor | Tensor[]): Tensor {
      return tf.tidy(() => {
        const map = Array.isArray(inputs) ? inputs[0]! : inputs;
        const sharpness = this.weights[0]!.read();
        const places = map.size / map.shape[0]!;
        const flat = tf.reshape(map, [-1, places]);
        const sum = tf.logSumExp(tf.mul(flat, sharpness), 1, true);
        return tf.div(tf.sub(sum, Math.log(places)), sharpness);
      });
    }
  }
  tf.serialization.registerClass(LogSumExp as never);
  classes.set(tf, LogSumExp as unknown as LayerClass);
  return LogSumExp as unknown as LayerClass;
}
