import type { Scalar, Tensor, Tensor4D, Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { ImageSize } from '../../dataset/index.js';
import { auc, logLoss, Random, type Scored } from '../../dataset/index.js';
import type { TensorFlow, TensorFlowRuntime } from '../../model/index.js';
import { SCORE_LAYER } from '../../model/index.js';
import { TrainingError } from '../errors.js';
import { type Batch, type FitRecipe, trainingBatch } from './batch.js';
import type { Checkpoint } from './checkpoint.js';
import type { Example } from './examples.js';
import type { EpochReport } from './learningCurve.js';
import { useNativeConvolutions } from './nativeConvolutions.js';
import { AdamW } from './optimizer.js';
import { learningRateAt } from './schedule.js';
import { WeightAverage } from './weightAverage.js';
import { readWeights, writeWeights } from './weights.js';

export interface FitOptions {
  epochs: number;
  /** Ends after so many epochs without a better validation AUC. */
  patience: number;
  /** Ends after so long, whatever is left of the epochs. */
  minutes: number;
  seed: number;
}

/** What happens during a fit. */
export interface FitEvents {
  epoch(report: EpochReport): void;
  /** All that is needed to go on from here; training waits for it. */
  checkpoint(checkpoint: Omit<Checkpoint, 'training'>): Promise<void>;
}

/** One fit: of what, how, and who is told. */
export interface Fit {
  parts: { training: Example[]; validation: Example[] };
  recipe: FitRecipe;
  options: FitOptions;
  events: FitEvents;
  /** Goes on from there, to the same weights as without the stop. */
  from?: Checkpoint | undefined;
}

/**
 * Fits a network's weights: binary cross-entropy on the score, AdamW, augmented images, averaged weights. In
 * the end the model has the averaged weights of the epoch with the best validation AUC.
 *
 * @throws TrainingError `training-diverged` when the loss or an answer is no longer finite
 */
export async function fitWeights(
  runtime: TensorFlowRuntime,
  model: LayersModel,
  { parts, recipe, options, events, from }: Fit,
): Promise<void> {
  const { tf } = runtime;
  useNativeConvolutions(runtime, model);
  const size = imageSize(model);
  const random = new Random(from?.random ?? options.seed);
  const scorer = tf.model({ inputs: model.inputs, outputs: model.getLayer(SCORE_LAYER).output as never });
  const variables = scorer.trainableWeights.map((weight) => weight.read() as Variable);
  const optimizer = new AdamW(tf, variables, recipe);
  const average = new WeightAverage(tf, model, recipe.averageKept);
  const stepsPerEpoch = Math.ceil(parts.training.length / recipe.batchSize);
  const reports = from?.reports ?? [];
  let steps = from?.steps ?? 0;
  let best = { auc: Number.NEGATIVE_INFINITY, epoch: 0, weights: new Float32Array(0) as Float32Array };
  if (from !== undefined) {
    writeWeights(tf, model, from.vectors.weights);
    average.restore(from.vectors.average, steps);
    optimizer.restore({ steps, first: from.vectors.first, second: from.vectors.second });
    if (from.best.epoch > 0) best = { ...from.best, weights: from.vectors.best };
  }
  const started = performance.now() - 1000 * (reports.at(-1)?.seconds ?? 0);
  const over = (epoch: number, seconds: number) =>
    epoch >= options.epochs || seconds > options.minutes * 60 || epoch - best.epoch >= options.patience;

  // Without any validation so far there are no weights to end with.
  const goesOn = (done: number) => best.epoch === 0 || !over(done, reports.at(-1)?.seconds ?? 0);

  for (let epoch = reports.length + 1; goesOn(epoch - 1); epoch++) {
    const order = random.shuffled(parts.training);
    let lossSum = 0;
    let learningRate = 0;
    for (let step = 0; step < stepsPerEpoch; step++) {
      const chosen = order.slice(step * recipe.batchSize, (step + 1) * recipe.batchSize);
      learningRate = learningRateAt(steps / stepsPerEpoch, options.epochs, recipe);
      reseedDropout(model, random);
      const batch = trainingBatch(chosen, size, recipe, random);
      const loss = optimizer.minimize(lossOf(tf, scorer, batch, size), learningRate);
      if (!Number.isFinite(loss)) throw diverged(`the loss of epoch ${epoch}, step ${step + 1} is ${loss}`);
      lossSum += loss * chosen.length;
      average.take();
      steps++;
      // Lets signals and timers through.
      await new Promise(setImmediate);
    }
    const trainingLoss = lossSum / parts.training.length;
    let seconds = (performance.now() - started) / 1000;
    const validated = epoch % recipe.validateEvery === 0 || over(epoch, seconds);
    const report: EpochReport = { epoch, learningRate, trainingLoss, seconds, secondsLeft: 0 };
    if (validated) {
      const scored = average.during(() => score(tf, model, parts.validation));
      report.validation = { loss: logLoss(scored), auc: auc(scored) };
      // Weights that the last step made infinite show here first.
      if (scored.some(({ probability }) => !Number.isFinite(probability)))
        throw diverged(`after epoch ${epoch} the network's answers are no numbers`);
      if (report.validation.auc > best.auc)
        best = { auc: report.validation.auc, epoch, weights: average.vector };
      seconds = (performance.now() - started) / 1000;
    }
    report.seconds = seconds;
    report.secondsLeft = Math.min(
      (seconds / epoch) * (options.epochs - epoch),
      options.minutes * 60 - seconds,
    );
    reports.push(report);
    await events.checkpoint({
      random: random.position,
      steps,
      reports,
      best: { epoch: best.epoch, auc: best.epoch > 0 ? best.auc : 0 },
      vectors: {
        weights: readWeights(model.getWeights()),
        average: average.vector,
        first: optimizer.state.first,
        second: optimizer.state.second,
        best: best.weights,
      },
    });
    events.epoch(report);
  }
  writeWeights(tf, model, best.weights);
  average.dispose();
  optimizer.dispose();
}

function diverged(what: string): TrainingError {
  return new TrainingError('training-diverged', what, {
    remedy:
      'Train from the start with a lower --learning-rate; a training with another rate cannot go on from this ' +
      'checkpoint.',
  });
}

const BATCH = 32;

/** The network's raw answers, one per example. */
export function score(tf: TensorFlow, model: LayersModel, examples: Example[]): Scored[] {
  const scored: Scored[] = [];
  // By batches, so that not all inputs are unpacked at a time.
  for (let start = 0; start < examples.length; start += BATCH) {
    const chosen = examples.slice(start, start + BATCH);
    const answers = predict(
      tf,
      model,
      chosen.map(({ input }) => input),
    );
    for (const [index, { target, image }] of chosen.entries())
      scored.push({ probability: answers[index]!, target, case: image.case });
  }
  return scored;
}

/** The network's raw answers, one per prepared input. */
export function predict(tf: TensorFlow, model: LayersModel, inputs: Float32Array[]): number[] {
  const { rows, columns, channels } = imageSize(model);
  const answers: number[] = [];
  for (let start = 0; start < inputs.length; start += BATCH) {
    const chosen = inputs.slice(start, start + BATCH);
    const batch = new Float32Array(chosen.length * rows * columns * channels);
    for (const [index, input] of chosen.entries()) batch.set(input, index * input.length);
    const probabilities = tf.tidy(() =>
      (model.predict(tf.tensor4d(batch, [chosen.length, rows, columns, channels])) as Tensor).dataSync(),
    );
    answers.push(...probabilities);
  }
  return answers;
}

/** Binary cross-entropy of the network's scores about a batch. */
function lossOf(
  tf: TensorFlow,
  scorer: LayersModel,
  { inputs, targets }: Batch,
  { rows, columns, channels }: ImageSize,
): () => Scalar {
  return () => {
    const images: Tensor4D = tf.tensor4d(inputs, [targets.length, rows, columns, channels]);
    const scores = scorer.apply(images, { training: true }) as Tensor;
    return tf.losses.sigmoidCrossEntropy(tf.tensor1d(targets), tf.reshape(scores, [-1])) as Scalar;
  };
}

/**
 * tfjs's Dropout draws the same mask every time if it has a seed, and one that cannot be drawn again if it has none.
 */
function reseedDropout(model: LayersModel, random: Random): void {
  for (const layer of model.layers)
    if (layer.getClassName() === 'Dropout')
      (layer as unknown as { seed: number }).seed = 1 + random.below(2 ** 31 - 1);
}

function imageSize(model: LayersModel): ImageSize {
  const [, rows, columns, channels] = model.inputs[0]!.shape as [null, number, number, number];
  return { rows, columns, channels };
}
