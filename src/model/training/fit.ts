import type { Tensor, Tensor1D, Tensor4D, Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { ModelError } from '../errors.js';
import { SCORE_LAYER } from '../networks/outputs.js';
import type { TensorFlow } from '../tensorflow-runtime.js';
import { AUGMENTATION, augment, type ImageSize } from './augmentation.js';
import type { Example } from './examples.js';
import { auc, logLoss, type Scored } from './measures.js';
import { Random } from './random.js';
import { WeightAverage } from './weight-average.js';

export interface FitOptions {
  epochs: number;
  batchSize: number;
  /** Highest learning rate of Adam; it rises over the first epoch and falls along a cosine. */
  learningRate: number;
  /** Ends after so many epochs without a better validation AUC. */
  patience: number;
  /** Ends after so long, whatever is left of the epochs. */
  minutes: number;
  seed: number;
}

/** One line of the learning curve. */
export interface EpochReport {
  epoch: number;
  trainingLoss: number;
  validationLoss: number;
  validationAuc: number;
  seconds: number;
  /** Seconds until the last epoch, if nothing stops it before. */
  secondsLeft: number;
}

/**
 * Fits a network's weights: binary cross-entropy on the score, Adam, augmented images in random orientation, averaged
 * weights. In the end the model has the averaged weights of the epoch with the best validation AUC.
 *
 * @param report called after each epoch
 * @throws ModelError `training-diverged` when the loss is no longer finite
 */
export async function fitWeights(
  tf: TensorFlow,
  model: LayersModel,
  parts: { training: Example[]; validation: Example[] },
  options: FitOptions,
  report: (epoch: EpochReport) => void,
): Promise<void> {
  const size = imageSize(model);
  const random = new Random(options.seed);
  const scorer = tf.model({ inputs: model.inputs, outputs: model.getLayer(SCORE_LAYER).output as never });
  const optimizer = tf.train.adam(options.learningRate);
  const average = new WeightAverage(tf, model);
  const stepsPerEpoch = Math.ceil(parts.training.length / options.batchSize);
  const started = performance.now();
  let best = { auc: Number.NEGATIVE_INFINITY, epoch: 0, weights: [] as Tensor[] };

  for (let epoch = 1; epoch <= options.epochs; epoch++) {
    const order = random.shuffled(parts.training);
    let lossSum = 0;
    for (let step = 0; step < stepsPerEpoch; step++) {
      const chosen = order.slice(step * options.batchSize, (step + 1) * options.batchSize);
      setLearningRate(
        optimizer,
        learningRateAt(((epoch - 1) * stepsPerEpoch + step) / stepsPerEpoch, options),
      );
      lossSum += trainStep(tf, scorer, optimizer, chosen, size, random) * chosen.length;
      average.take();
      // Lets signals and timers through.
      await new Promise(setImmediate);
    }
    const trainingLoss = lossSum / parts.training.length;
    if (!Number.isFinite(trainingLoss))
      throw new ModelError('training-diverged', `the loss of epoch ${epoch} is ${trainingLoss}`, {
        remedy: 'Take a lower --learning-rate.',
      });

    const scored = average.during(() => score(tf, model, parts.validation));
    const validationAuc = auc(scored);
    if (validationAuc > best.auc) {
      tf.dispose(best.weights);
      best = { auc: validationAuc, epoch, weights: average.copies() };
    }
    const seconds = (performance.now() - started) / 1000;
    report({
      epoch,
      trainingLoss,
      validationLoss: logLoss(scored),
      validationAuc,
      seconds,
      secondsLeft: Math.min((seconds / epoch) * (options.epochs - epoch), options.minutes * 60 - seconds),
    });
    if (epoch - best.epoch >= options.patience || seconds > options.minutes * 60) break;
  }
  model.setWeights(best.weights);
  tf.dispose(best.weights);
  average.dispose();
  optimizer.dispose();
}

/** The network's raw answers, one per example. */
export function score(tf: TensorFlow, model: LayersModel, examples: Example[], batchSize = 32): Scored[] {
  const size = imageSize(model);
  const scored: Scored[] = [];
  for (let start = 0; start < examples.length; start += batchSize) {
    const chosen = examples.slice(start, start + batchSize);
    const probabilities = tf.tidy(() => {
      const inputs = toBatch(tf, chosen, size, (example, out) => out.set(example.input));
      return (model.predict(inputs) as Tensor).dataSync();
    });
    for (const [index, { target, image }] of chosen.entries())
      scored.push({ probability: probabilities[index]!, target, case: image.case });
  }
  return scored;
}

function trainStep(
  tf: TensorFlow,
  scorer: LayersModel,
  optimizer: ReturnType<TensorFlow['train']['adam']>,
  chosen: Example[],
  size: ImageSize,
  random: Random,
): number {
  return tf.tidy(() => {
    const inputs = toBatch(tf, chosen, size, (example, out) =>
      augment(example.input, size, AUGMENTATION, random, out),
    );
    const targets: Tensor1D = tf.tensor1d(chosen.map(({ target }) => target));
    const variables = scorer.trainableWeights.map((weight) => weight.read() as Variable);
    const loss = () => {
      const scores = scorer.apply(inputs, { training: true }) as Tensor;
      return tf.losses.sigmoidCrossEntropy(targets, tf.reshape(scores, [-1])) as ReturnType<typeof tf.scalar>;
    };
    return optimizer.minimize(loss, true, variables)!.dataSync()[0]!;
  });
}

function toBatch(
  tf: TensorFlow,
  examples: Example[],
  { rows, columns, channels }: ImageSize,
  fill: (example: Example, out: Float32Array) => void,
): Tensor4D {
  const length = rows * columns * channels;
  const batch = new Float32Array(examples.length * length);
  for (const [index, example] of examples.entries())
    fill(example, batch.subarray(index * length, (index + 1) * length));
  return tf.tensor4d(batch, [examples.length, rows, columns, channels]);
}

/** @param progress in epochs, from 0 */
function learningRateAt(progress: number, { epochs, learningRate }: FitOptions): number {
  if (progress < 1) return learningRate * Math.max(0.05, progress);
  return learningRate * (0.02 + 0.49 * (1 + Math.cos((Math.PI * (progress - 1)) / Math.max(1, epochs - 1))));
}

/** tfjs's Adam reads its rate from this field at every step; there is no public way to set it. */
function setLearningRate(optimizer: ReturnType<TensorFlow['train']['adam']>, rate: number): void {
  (optimizer as unknown as { learningRate: number }).learningRate = rate;
}

function imageSize(model: LayersModel): ImageSize {
  const [, rows, columns, channels] = model.inputs[0]!.shape as [null, number, number, number];
  return { rows, columns, channels };
}
