import type { Scalar, Tensor, Tensor1D, Variable } from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../../model/index.js';
import type { Recipe } from '../networks/index.js';

const FIRST_KEPT = 0.9;
const SECOND_KEPT = 0.999;
const EPSILON = 1e-7;

export type OptimizerRecipe = Pick<Recipe, 'weightDecay'>;

/** Both moments of the gradient, over all weights one after the other. */
export interface OptimizerState {
  steps: number;
  first: Float32Array;
  second: Float32Array;
}

/**
 * Adam with decoupled weight decay (Kingma & Ba 2015; Loshchilov & Hutter 2019). It works on all weights as one vector:
 * a few operations on millions of numbers instead of thousands on a few.
 */
export class AdamW {
  readonly #tf: TensorFlow;
  readonly #variables: Variable[];
  readonly #weightDecay: number;
  /** Factors on the rate, a weight each; undefined: one rate for all. */
  readonly #rates: Tensor1D | undefined;
  /** 1 where weights decay, 0 elsewhere: biases and normalisation do not. */
  readonly #decays: Tensor1D;
  #first: Tensor1D;
  #second: Tensor1D;
  #steps = 0;

  /** @param rates factors on the rate, over all weights one after the other; the decay is not changed by them */
  constructor(tf: TensorFlow, variables: Variable[], { weightDecay }: OptimizerRecipe, rates?: Float32Array) {
    this.#tf = tf;
    this.#variables = variables;
    this.#weightDecay = weightDecay;
    this.#rates = rates && tf.tensor1d(rates);
    this.#decays = tf.tidy(() =>
      tf.concat(variables.map(({ size, rank }) => tf.fill([size], rank > 1 ? 1 : 0) as Tensor1D)),
    );
    this.#first = tf.zerosLike(this.#decays);
    this.#second = tf.zerosLike(this.#decays);
  }

  /**
   * One step down the gradient of `loss`.
   *
   * @returns the loss before the step
   */
  minimize(loss: () => Scalar, rate: number): number {
    const tf = this.#tf;
    return tf.tidy(() => {
      const { value, grads } = tf.variableGrads(loss, this.#variables);
      this.#step(this.#asOne(this.#variables.map((variable) => grads[variable.name]!)), rate);
      return value.dataSync()[0]!;
    });
  }

  get state(): OptimizerState {
    return {
      steps: this.#steps,
      first: Float32Array.from(this.#first.dataSync()),
      second: Float32Array.from(this.#second.dataSync()),
    };
  }

  restore({ steps, first, second }: OptimizerState): void {
    this.#tf.dispose([this.#first, this.#second]);
    this.#steps = steps;
    this.#first = this.#tf.tensor1d(first);
    this.#second = this.#tf.tensor1d(second);
  }

  dispose(): void {
    this.#rates?.dispose();
    this.#tf.dispose([this.#decays, this.#first, this.#second]);
  }

  #step(gradient: Tensor1D, rate: number): void {
    const tf = this.#tf;
    const weights = this.#asOne(this.#variables);
    this.#steps++;
    this.#first = this.#moment(this.#first, gradient, FIRST_KEPT);
    this.#second = this.#moment(this.#second, tf.square(gradient), SECOND_KEPT);
    const mean = tf.div(this.#first, 1 - FIRST_KEPT ** this.#steps);
    const deviation = tf.sqrt(tf.div(this.#second, 1 - SECOND_KEPT ** this.#steps));
    let move: Tensor = tf.div(mean, tf.add(deviation, EPSILON));
    if (this.#rates !== undefined) move = tf.mul(move, this.#rates);
    if (this.#weightDecay > 0) move = tf.add(move, tf.mul(tf.mul(weights, this.#decays), this.#weightDecay));
    const sizes = this.#variables.map(({ size }) => size);
    const moved = tf.split(tf.sub(weights, tf.mul(move, rate)) as Tensor1D, sizes);
    for (const [index, variable] of this.#variables.entries())
      variable.assign(tf.reshape(moved[index]!, variable.shape));
  }

  #moment(before: Tensor1D, now: Tensor, kept: number): Tensor1D {
    const tf = this.#tf;
    const after = tf.keep(tf.add(tf.mul(before, kept), tf.mul(now, 1 - kept))) as Tensor1D;
    before.dispose();
    return after;
  }

  #asOne(tensors: Tensor[]): Tensor1D {
    return this.#tf.concat(tensors.map((tensor) => this.#tf.reshape(tensor, [-1]) as Tensor1D)) as Tensor1D;
  }
}
