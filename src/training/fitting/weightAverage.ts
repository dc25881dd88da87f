import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { TensorFlow } from '../../model/index.js';
import { readWeights, writeWeights } from './weights.js';

/** Exponential moving average of a model's weights: steadier than the weights of any one step. */
export class WeightAverage {
  readonly #tf: TensorFlow;
  readonly #model: LayersModel;
  readonly #kept: number;
  #averages: Tensor[];
  #steps = 0;

  /**
   * @param kept how much of the average is kept at each step; the first ones keep less, so that it forgets its start
   */
  constructor(tf: TensorFlow, model: LayersModel, kept: number) {
    this.#tf = tf;
    this.#model = model;
    this.#kept = kept;
    this.#averages = model.getWeights().map((weight) => tf.clone(weight));
  }

  /** Takes the model's present weights into the average. */
  take(): void {
    const tf = this.#tf;
    this.#steps++;
    const kept = Math.min(this.#kept, this.#steps / (this.#steps + 10));
    const next = tf.tidy(() =>
      this.#model
        .getWeights()
        .map((weight, index) => tf.add(tf.mul(this.#averages[index]!, kept), tf.mul(weight, 1 - kept))),
    );
    tf.dispose(this.#averages);
    this.#averages = next;
  }

  /** Runs `work` while the model has the averaged weights, then gives it its own back. */
  during<Result>(work: () => Result): Result {
    const own = readWeights(this.#model.getWeights());
    writeWeights(this.#tf, this.#model, this.vector);
    try {
      return work();
    } finally {
      writeWeights(this.#tf, this.#model, own);
    }
  }

  /** All averages, one after the other. */
  get vector(): Float32Array {
    return readWeights(this.#averages);
  }

  restore(vector: Float32Array, steps: number): void {
    const tf = this.#tf;
    const own = readWeights(this.#model.getWeights());
    writeWeights(tf, this.#model, vector);
    tf.dispose(this.#averages);
    this.#averages = this.#model.getWeights().map((weight) => tf.clone(weight));
    writeWeights(tf, this.#model, own);
    this.#steps = steps;
  }

  dispose(): void {
    this.#tf.dispose(this.#averages);
  }
}
