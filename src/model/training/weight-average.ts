import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { TensorFlow } from '../tensorflow-runtime.js';

/** How much of the average is kept at each step, at most; the first steps keep less, so that it forgets where it began. */
const KEPT = 0.995;

/** Exponential moving average of a model's weights: steadier than the weights of any one step. */
export class WeightAverage {
  private averages: Tensor[];
  private steps = 0;

  constructor(
    private readonly tf: TensorFlow,
    private readonly model: LayersModel,
  ) {
    this.averages = this.copiesOf(model.getWeights());
  }

  /** Takes the model's present weights into the average. */
  take(): void {
    this.steps++;
    const kept = Math.min(KEPT, (1 + this.steps) / (10 + this.steps));
    const next = this.tf.tidy(() =>
      this.model
        .getWeights()
        .map((weight, index) =>
          this.tf.add(this.tf.mul(this.averages[index]!, kept), this.tf.mul(weight, 1 - kept)),
        ),
    );
    this.tf.dispose(this.averages);
    this.averages = next;
  }

  /** Runs `work` while the model has the averaged weights, then gives it its own back. */
  during<Result>(work: () => Result): Result {
    const own = this.copiesOf(this.model.getWeights());
    this.model.setWeights(this.averages);
    try {
      return work();
    } finally {
      this.model.setWeights(own);
      this.tf.dispose(own);
    }
  }

  state(): { steps: number; tensors: Tensor[] } {
    return { steps: this.steps, tensors: this.averages };
  }

  /** @param tensors as `state` gave them; they belong to the average from here on */
  restore(steps: number, tensors: Tensor[]): void {
    this.tf.dispose(this.averages);
    this.steps = steps;
    this.averages = tensors;
  }

  /** Copies that the caller disposes of. */
  copies(): Tensor[] {
    return this.copiesOf(this.averages);
  }

  dispose(): void {
    this.tf.dispose(this.averages);
  }

  private copiesOf(tensors: Tensor[]): Tensor[] {
    return tensors.map((tensor) => this.tf.clone(tensor));
  }
}
