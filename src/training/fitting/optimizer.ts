import type { Scalar, Tensor, Tensor1D, Variable } from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../../model/index.js';
import type { Recipe } from '../networks/recipes.js';

const FIRST_KEPT = 0.9;
const SECOND_KEPT = 0.999;
const EPSILON = 1e-7;

export type OptimizerRecipe = Pick<Recipe, 'weightDecay' | 'convolutionPenalty' | 'clipNorm'>;

/** Both moments of the gradient, over all weights one after the other. */
export interface OptimizerState {
  steps: number;
  first: Float32Array;
  second: Float32Array;
}

/**
 * Adam with decoupled weight decay (Kingma & Ba 2015; Loshchilov & Hutter 2019) and a gradient of limited length. It
 * works on all weights as one vector: a few operations on millions of numbers instead of thousands on a few.
 */
export class AdamW {
  private readonly sizes: number[];
  /** 1 where weights decay, 0 elsewhere: biases and normalisation do not. */
  private readonly decays: Tensor1D;
  /** 1 in kernels of convolutions. */
  private readonly penalised: Tensor1D;
  private first: Tensor1D;
  private second: Tensor1D;
  private steps = 0;

  /** Factors on the rate, a weight each; undefined: one rate for all. */
  private readonly rates: Tensor1D | undefined;

  /** @param rates factors on the rate, over all weights one after the other; the decay is not changed by them */
  constructor(
    private readonly tf: TensorFlow,
    private readonly variables: Variable[],
    private readonly recipe: OptimizerRecipe,
    rates?: Float32Array,
  ) {
    if (rates !== undefined) this.rates = tf.tensor1d(rates);
    this.sizes = variables.map(({ size }) => size);
    this.decays = this.marked((variable) => variable.rank > 1);
    this.penalised = this.marked((variable) => variable.rank > 2);
    this.first = tf.zerosLike(this.decays);
    this.second = tf.zerosLike(this.decays);
  }

  /**
   * One step down the gradient of `loss`.
   *
   * @returns the loss before the step, without the penalty
   */
  minimize(loss: () => Scalar, rate: number): number {
    const { tf } = this;
    return tf.tidy(() => {
      const { value, grads } = tf.variableGrads(loss, this.variables);
      const gradient = this.asOne(this.variables.map((variable) => grads[variable.name]!));
      this.step(gradient, rate);
      return value.dataSync()[0]!;
    });
  }

  get state(): OptimizerState {
    return {
      steps: this.steps,
      first: Float32Array.from(this.first.dataSync()),
      second: Float32Array.from(this.second.dataSync()),
    };
  }

  restore({ steps, first, second }: OptimizerState): void {
    this.tf.dispose([this.first, this.second]);
    this.steps = steps;
    this.first = this.tf.tensor1d(first);
    this.second = this.tf.tensor1d(second);
  }

  dispose(): void {
    this.rates?.dispose();
    this.tf.dispose([this.decays, this.penalised, this.first, this.second]);
  }

  private step(given: Tensor1D, rate: number): void {
    const { tf, recipe } = this;
    const weights = this.asOne(this.variables);
    this.steps++;
    let gradient: Tensor = given;
    if (recipe.convolutionPenalty > 0)
      gradient = tf.add(gradient, tf.mul(tf.mul(weights, this.penalised), 2 * recipe.convolutionPenalty));
    if (recipe.clipNorm !== undefined) {
      const length = tf.sqrt(tf.sum(tf.square(gradient)));
      gradient = tf.mul(gradient, tf.div(recipe.clipNorm, tf.maximum(length, recipe.clipNorm)));
    }
    this.first = this.moment(this.first, gradient, FIRST_KEPT);
    this.second = this.moment(this.second, tf.square(gradient), SECOND_KEPT);
    const mean = tf.div(this.first, 1 - FIRST_KEPT ** this.steps);
    const deviation = tf.sqrt(tf.div(this.second, 1 - SECOND_KEPT ** this.steps));
    let move: Tensor = tf.div(mean, tf.add(deviation, EPSILON));
    if (this.rates !== undefined) move = tf.mul(move, this.rates);
    if (recipe.weightDecay > 0) move = tf.add(move, tf.mul(tf.mul(weights, this.decays), recipe.weightDecay));
    const moved = tf.split(tf.sub(weights, tf.mul(move, rate)) as Tensor1D, this.sizes);
    for (const [index, variable] of this.variables.entries())
      variable.assign(tf.reshape(moved[index]!, variable.shape));
  }

  private moment(before: Tensor1D, now: Tensor, kept: number): Tensor1D {
    const { tf } = this;
    const after = tf.keep(tf.add(tf.mul(before, kept), tf.mul(now, 1 - kept))) as Tensor1D;
    before.dispose();
    return after;
  }

  private asOne(tensors: Tensor[]): Tensor1D {
    return this.tf.concat(tensors.map((tensor) => this.tf.reshape(tensor, [-1]) as Tensor1D)) as Tensor1D;
  }

  private marked(which: (variable: Variable) => boolean): Tensor1D {
    const marks = this.variables.map((variable) =>
      new Float32Array(variable.size).fill(which(variable) ? 1 : 0),
    );
    const all = new Float32Array(marks.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const mark of marks) {
      all.set(mark, at);
      at += mark.length;
    }
    return this.tf.tensor1d(all);
  }
}
