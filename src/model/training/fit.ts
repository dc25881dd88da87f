import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { ModelError } from '../errors.js';
import { SCORE_LAYER } from '../networks/outputs.js';
import type { TensorFlow, TensorFlowRuntime } from '../tensorflow-runtime.js';
import { AdamW } from './adamw.js';
import type { ImageSize } from './augmentation.js';
import { plainBatch, trainingBatch } from './batches.js';
import type { CheckpointFile } from './checkpoint.js';
import type { Example } from './examples.js';
import { auc, logLoss, type Scored } from './measures.js';
import { Random } from './random.js';
import { prepareForTraining } from './training-layers.js';
import { WeightAverage } from './weight-average.js';

export interface FitOptions {
  epochs: number;
  batchSize: number;
  /** Highest learning rate; it rises over the first two epochs and falls along a cosine. */
  learningRate: number;
  /** Ends after so many epochs without a better validation AUC. */
  patience: number;
  /** Ends after the epoch in which so much time is over; the time before a checkpoint counts. */
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

/** What a checkpoint notes beside the tensors: own weights, averaged ones, the optimiser's, the best ones. */
export interface FitNotes {
  epochs: EpochReport[];
  bestEpoch: number;
  averageSteps: number;
  optimizerSteps: number;
}

const WARM_UP_EPOCHS = 2;

/**
 * Fits a network's weights: binary cross-entropy on the score, AdamW, augmented and mixed images, averaged weights.
 * In the end the model has the averaged weights of the epoch with the best validation AUC.
 *
 * @param report called after each epoch
 * @returns the learning curve, from the first epoch on also where it went on from a checkpoint
 * @throws ModelError `training-diverged` when the loss is no longer finite
 */
export async function fitWeights(
  runtime: TensorFlowRuntime,
  model: LayersModel,
  parts: { training: Example[]; validation: Example[] },
  options: FitOptions,
  checkpoint: CheckpointFile<FitNotes> | undefined,
  report: (epoch: EpochReport) => void,
): Promise<EpochReport[]> {
  const { tf } = runtime;
  const scorer = tf.model({ inputs: model.inputs, outputs: model.getLayer(SCORE_LAYER).output as never });
  const variables = scorer.trainableWeights.map((weight) => weight.read() as Variable);
  const optimizer = new AdamW(tf, variables);
  const average = new WeightAverage(tf, model);
  const size = imageSize(model);
  const dropoutRandom = new Random(0);
  prepareForTraining(runtime, model, dropoutRandom);
  const epochs: EpochReport[] = [];
  let best = { epoch: 0, weights: average.copies() };

  const earlier = await checkpoint?.read(tf);
  if (earlier !== undefined) {
    const { notes, tensors } = earlier;
    const count = model.getWeights().length;
    const own = tensors.splice(0, count);
    model.setWeights(own);
    tf.dispose(own);
    average.restore(notes.averageSteps, tensors.splice(0, count));
    tf.dispose(best.weights);
    best = { epoch: notes.bestEpoch, weights: tensors.splice(0, count) };
    optimizer.restore(notes.optimizerSteps, tensors);
    epochs.push(...notes.epochs);
  }

  const before = epochs.at(-1)?.seconds ?? 0;
  const started = performance.now();
  for (
    let epoch = epochs.length + 1;
    epoch <= options.epochs && !isOver(epochs, best.epoch, options);
    epoch++
  ) {
    // From seed and epoch alone, so that going on from a checkpoint takes the same course.
    const random = new Random(options.seed * 100_003 + epoch);
    dropoutRandom.reseed(options.seed * 200_003 + epoch);
    const trainingLoss = await trainEpoch(
      tf,
      scorer,
      { optimizer, average, variables },
      parts.training,
      size,
      {
        ...options,
        epoch,
        random,
      },
    );
    if (!Number.isFinite(trainingLoss))
      throw new ModelError('training-diverged', `the loss of epoch ${epoch} is ${trainingLoss}`, {
        remedy: 'Take a lower --learning-rate.',
      });
    const scored = average.during(() => score(tf, model, parts.validation));
    const seconds = before + (performance.now() - started) / 1000;
    const left = Math.min((seconds / epoch) * (options.epochs - epoch), options.minutes * 60 - seconds);
    const line: EpochReport = {
      epoch,
      trainingLoss,
      validationLoss: logLoss(scored),
      validationAuc: auc(scored),
      seconds,
      secondsLeft: Math.max(0, left),
    };
    if (line.validationAuc > bestAuc(epochs)) {
      tf.dispose(best.weights);
      best = { epoch, weights: average.copies() };
    }
    epochs.push(line);
    report(line);
    const [averaged, optimised] = [average.state(), optimizer.state()];
    await checkpoint?.write({
      notes: { epochs, bestEpoch: best.epoch, averageSteps: averaged.steps, optimizerSteps: optimised.steps },
      tensors: [...model.getWeights(), ...averaged.tensors, ...best.weights, ...optimised.tensors],
    });
  }
  model.setWeights(best.weights);
  tf.dispose(best.weights);
  average.dispose();
  optimizer.dispose();
  return epochs;
}

/** The network's raw answers, one per example. */
export function score(tf: TensorFlow, model: LayersModel, examples: Example[], batchSize = 32): Scored[] {
  const size = imageSize(model);
  const scored: Scored[] = [];
  for (let start = 0; start < examples.length; start += batchSize) {
    const chosen = examples.slice(start, start + batchSize);
    const probabilities = tf.tidy(() => {
      const { inputs } = plainBatch(tf, chosen, size);
      return (model.predict(inputs) as Tensor).dataSync();
    });
    for (const [index, { target, image }] of chosen.entries())
      scored.push({ probability: probabilities[index]!, target, case: image.case });
  }
  return scored;
}

interface Course {
  optimizer: AdamW;
  average: WeightAverage;
  variables: Variable[];
}

/** @returns the mean loss over the epoch's images */
async function trainEpoch(
  tf: TensorFlow,
  scorer: LayersModel,
  { optimizer, average, variables }: Course,
  examples: Example[],
  size: ImageSize,
  options: FitOptions & { epoch: number; random: Random },
): Promise<number> {
  const { batchSize, epoch, random } = options;
  const order = random.shuffled(examples);
  let lossSum = 0;
  for (let start = 0; start < order.length; start += batchSize) {
    const chosen = order.slice(start, start + batchSize);
    const rate = learningRateAt(epoch - 1 + start / order.length, options);
    lossSum +=
      chosen.length *
      tf.tidy(() => {
        const { inputs, targets } = trainingBatch(tf, chosen, size, random);
        const { value, grads } = tf.variableGrads(() => {
          const scores = scorer.apply(inputs, { training: true }) as Tensor;
          return tf.losses.sigmoidCrossEntropy(targets, tf.reshape(scores, [-1])) as ReturnType<
            typeof tf.scalar
          >;
        }, variables);
        optimizer.apply(grads, rate);
        return value.dataSync()[0]!;
      });
    average.take();
    // Lets signals and timers through.
    await new Promise(setImmediate);
  }
  return lossSum / examples.length;
}

/** @param progress in epochs, from 0 */
function learningRateAt(progress: number, { epochs, learningRate }: FitOptions): number {
  if (progress < WARM_UP_EPOCHS) return learningRate * Math.max(0.02, progress / WARM_UP_EPOCHS);
  const rest = (progress - WARM_UP_EPOCHS) / Math.max(1, epochs - WARM_UP_EPOCHS);
  return learningRate * (0.01 + 0.495 * (1 + Math.cos(Math.PI * rest)));
}

function isOver(epochs: EpochReport[], bestEpoch: number, { patience, minutes }: FitOptions): boolean {
  return epochs.length - bestEpoch >= patience || (epochs.at(-1)?.seconds ?? 0) > minutes * 60;
}

function bestAuc(epochs: EpochReport[]): number {
  return Math.max(Number.NEGATIVE_INFINITY, ...epochs.map(({ validationAuc }) => validationAuc));
}

function imageSize(model: LayersModel): ImageSize {
  const [, rows, columns, channels] = model.inputs[0]!.shape as [null, number, number, number];
  return { rows, columns, channels };
}
