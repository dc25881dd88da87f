import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../tensorflow-runtime.js';

const BETA_1 = 0.9;
const BETA_2 = 0.999;
const EPSILON = 1e-7;
/** Of kernels only; biases and normalisation keep their size. */
const WEIGHT_DECAY = 0.02;
const L2 = 1e-4;
/** Longest gradient over all weights together. */
const LONGEST_GRADIENT = 3;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019) and clipped gradients. Its state can be taken out and put
 * back, so that training can go on after it was ended.
 */
export class AdamW {
  private first: Tensor[];
  private second: Tensor[];
  private steps = 0;

  constructor(
    private readonly tf: TensorFlow,
    private readonly variables: Variable[],
  ) {
    this.first = variables.map((variable) => tf.zerosLike(variable));
    this.second = variables.map((variable) => tf.zerosLike(variable));
  }

  /** @param gradients by the name of the variable */
  apply(gradients: Record<string, Tensor>, rate: number): void {
    const { tf } = this;
    this.steps++;
    const correction = Math.sqrt(1 - BETA_2 ** this.steps) / (1 - BETA_1 ** this.steps);
    const { m: first, v: second } = tf.tidy(() => {
      const raw = this.variables.map((variable) => {
        const gradient = gradients[variable.name] ?? tf.zerosLike(variable);
        return variable.rank === 4 ? tf.add(gradient, tf.mul(variable, 2 * L2)) : gradient;
      });
      const length = tf.sqrt(tf.addN(raw.map((gradient) => tf.sum(tf.square(gradient)))));
      const shrink = tf.minimum(1, tf.div(LONGEST_GRADIENT, tf.add(length, EPSILON)));
      const clipped = raw.map((gradient) => tf.mul(gradient, shrink));
      const m = clipped.map((gradient, index) => blend(tf, this.first[index]!, gradient, BETA_1));
      const v = clipped.map((gradient, index) => blend(tf, this.second[index]!, tf.square(gradient), BETA_2));
      for (const [index, variable] of this.variables.entries()) {
        const step = tf.mul(tf.div(m[index]!, tf.add(tf.sqrt(v[index]!), EPSILON)), rate * correction);
        const kept = variable.rank > 1 ? tf.mul(variable, 1 - rate * WEIGHT_DECAY) : variable;
        variable.assign(tf.sub(kept, step));
      }
      return { m, v };
    });
    tf.dispose([this.first, this.second]);
    // The caller's tidy must not take them.
    this.first = first.map((tensor) => tf.keep(tensor));
    this.second = second.map((tensor) => tf.keep(tensor));
  }

  state(): { steps: number; tensors: Tensor[] } {
    return { steps: this.steps, tensors: [...this.first, ...this.second] };
  }

  /** @param tensors as `state` gave them; they belong to the optimiser from here on */
  restore(steps: number, tensors: Tensor[]): void {
    this.tf.dispose([this.first, this.second]);
    this.steps = steps;
    this.first = tensors.slice(0, this.variables.length);
    this.second = tensors.slice(this.variables.length);
  }

  dispose(): void {
    this.tf.dispose([this.first, this.second]);
  }
}

function blend(tf: TensorFlow, old: Tensor, fresh: Tensor, kept: number): Tensor {
  return tf.add(tf.mul(old, kept), tf.mul(fresh, 1 - kept));
}
