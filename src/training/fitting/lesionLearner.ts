import type { Scalar, Tensor, Tensor4D, Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { ImageSize } from '../../dataset/index.js';
import { SCORE_LAYER, type Symbolic, type TensorFlow } from '../../model/index.js';
import { FROZEN_OUTPUT_LAYER, type KernelRates, LESION_MAP_LAYER } from '../networks/index.js';
import type { LesionBatch } from './lesionBatch.js';
import { AdamW, type OptimizerRecipe } from './optimizer.js';

/** A channel that hardly ever varies has a factor that would throw its kernel about. */
const LARGEST_STRETCH = 8;

export interface LearnerOptions extends OptimizerRecipe {
  /** The pretrained layers' rate as a fraction of the others'. */
  startedRate: number;
  /** Of the map's loss beside the image's. */
  mapShare: number;
}

/** The part of the network that learns, and how one step goes. The frozen part before it runs forwards only. */
export class LesionLearner {
  readonly optimizer: AdamW;
  readonly #tf: TensorFlow;
  readonly #frozen: LayersModel;
  readonly #learning: LayersModel;
  readonly #variables: Variable[];
  readonly #mapShare: number;

  constructor(tf: TensorFlow, model: LayersModel, rates: KernelRates, options: LearnerOptions) {
    this.#tf = tf;
    this.#mapShare = options.mapShare;
    const { frozen, learning } = partsOf(tf, model);
    this.#frozen = frozen;
    this.#learning = learning;
    this.#variables = learning.trainableWeights.map((weight) => weight.read() as Variable);
    this.optimizer = new AdamW(tf, this.#variables, options, ratesOf(learning, rates, options.startedRate));
  }

  /** @returns the loss before the step */
  learn(batch: LesionBatch, size: ImageSize, rate: number): number {
    return this.#tf.tidy(() => this.optimizer.minimize(this.#lossOf(batch, size), rate));
  }

  /** Goes there and back as `learn` does, and changes nothing. */
  rehearse(batch: LesionBatch, size: ImageSize): void {
    const tf = this.#tf;
    tf.tidy(() => tf.variableGrads(this.#lossOf(batch, size), this.#variables).value.dataSync());
  }

  #lossOf(batch: LesionBatch, { rows, columns, channels }: ImageSize): () => Scalar {
    const images = this.#tf.tensor4d(batch.inputs, [batch.targets.length, rows, columns, channels]);
    const features = this.#frozen.apply(images) as Tensor4D;
    images.dispose();
    return () => {
      const [score, map] = this.#learning.apply(features, { training: true }) as [Tensor, Tensor];
      return lossOf(this.#tf, score, map, batch, this.#mapShare);
    };
  }
}

function lossOf(
  tf: TensorFlow,
  score: Tensor,
  map: Tensor,
  { targets, map: wanted, weights }: LesionBatch,
  mapShare: number,
): Scalar {
  const image = tf.mean(crossEntropy(tf, score, targets));
  let known = 0;
  for (const weight of weights) if (weight > 0) known++;
  const places = tf.mul(crossEntropy(tf, map, wanted), tf.tensor1d(weights));
  const onMap = tf.div(tf.sum(places), Math.max(1, known));
  return tf.add(image, tf.mul(onMap, mapShare)) as Scalar;
}

/** Of logits against truths, one by one; never too large for a float. */
function crossEntropy(tf: TensorFlow, logits: Tensor, truths: Float32Array): Tensor {
  const flat = tf.reshape(logits, [-1]);
  return tf.sub(tf.softplus(flat), tf.mul(flat, tf.tensor1d(truths)));
}

function partsOf(tf: TensorFlow, model: LayersModel): { frozen: LayersModel; learning: LayersModel } {
  const boundary = model.getLayer(FROZEN_OUTPUT_LAYER).output as Symbolic;
  const frozen = tf.model({ inputs: model.inputs, outputs: boundary });
  const entry = tf.input({ shape: boundary.shape.slice(1) });
  const reached = new Map<string, Symbolic>([[FROZEN_OUTPUT_LAYER, entry]]);
  const inFrozen = new Set(frozen.layers.map(({ name }) => name));
  // A model's layers stand in an order in which each comes after those that it needs.
  for (const layer of model.layers) {
    if (inFrozen.has(layer.name)) continue;
    const input = layer.input as Symbolic | Symbolic[];
    const before = (Array.isArray(input) ? input : [input]).map((one) => reached.get(one.sourceLayer.name)!);
    reached.set(layer.name, layer.apply(before.length === 1 ? before[0]! : before) as Symbolic);
  }
  const outputs = [reached.get(SCORE_LAYER)!, reached.get(LESION_MAP_LAYER)!];
  return { frozen, learning: tf.model({ inputs: entry, outputs }) };
}

/**
 * Factors on the rate, a weight each. Layers that begin from pretrained weights learn slower; the steps of their
 * kernels are as large as they would be with normalisation unfolded.
 */
function ratesOf(model: LayersModel, rates: KernelRates, started: number): Float32Array {
  const all: Float32Array[] = [];
  for (const layer of model.layers) {
    const own = rates.get(layer.name);
    for (const { shape } of layer.trainableWeights) {
      const size = shape.reduce<number>((product, length) => product * length!, 1);
      const factors = new Float32Array(size).fill(own === undefined ? 1 : started);
      // The last dimension of a kernel is its output channels, and of a depthwise one its only other one.
      if (own !== undefined && shape.length > 1)
        for (let at = 0; at < size; at++)
          factors[at]! *= Math.min(LARGEST_STRETCH, Math.max(1 / LARGEST_STRETCH, own[at % own.length]!));
      all.push(factors);
    }
  }
  const joined = new Float32Array(all.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const factors of all) {
    joined.set(factors, at);
    at += factors.length;
  }
  return joined;
}
