import type { LayersModel } from '@tensorflow/tfjs-layers';
import { logLoss, Random } from '../../dataset/index.js';
import type { TensorFlowRuntime } from '../../model/index.js';
import { TrainingError } from '../errors.js';
import { type KernelRates, LESION_STRIDE, type LesionRecipe } from '../networks/index.js';
import type { Checkpoint } from './checkpoint.js';
import type { EpochReport } from './learningCurve.js';
import { answerLesions, type LesionAnswer, meanAuc, scoredOf } from './lesionAnswers.js';
import { type LesionBatchOptions, lesionBatch } from './lesionBatch.js';
import type { LesionExample } from './lesionExamples.js';
import { LesionLearner } from './lesionLearner.js';
import { useNativeConvolutions } from './nativeConvolutions.js';
import { learningRateAt } from './schedule.js';
import { WeightAverage } from './weightAverage.js';
import { readWeights, writeWeights } from './weights.js';

export interface LesionFitOptions {
  epochs: number;
  /** No epoch begins after so long. */
  minutes: number;
  seed: number;
}

export interface LesionFitEvents {
  /** How long it will take, before the first step. */
  estimate(seconds: number): void;
  epoch(report: EpochReport): void;
  /** All that is needed to go on from here; training waits for it. */
  checkpoint(checkpoint: Omit<Checkpoint, 'training'>): Promise<void>;
}

/** How examples become batches: the network's input, and the last preparation step. */
export type InputScale = Pick<LesionBatchOptions, 'input' | 'mean' | 'deviation'>;

/** One fit: of what, how, and who is told. */
export interface LesionFit {
  /** As `EfficientNetLite.fill` gives them. */
  rates: KernelRates;
  parts: { training: LesionExample[]; validation: LesionExample[] };
  scale: InputScale;
  recipe: LesionRecipe;
  options: LesionFitOptions;
  events: LesionFitEvents;
  /** Goes on from there, to the same weights as without the stop. */
  from?: Checkpoint | undefined;
}

/**
 * Fits the network that maps lesions: cross-entropy of the image and of the map.
 *
 * @returns the averaged weights of the epoch whose answers about the validation images, set by set, had the best mean
 *   AUC; `model` is not to be used afterwards, since its layers stand in two networks
 * @throws TrainingError `training-diverged`
 */
export async function fitLesionMap(
  runtime: TensorFlowRuntime,
  model: LayersModel,
  { rates, parts, scale, recipe, options, events, from }: LesionFit,
): Promise<Float32Array> {
  const { tf } = runtime;
  useNativeConvolutions(runtime, model);
  const random = new Random(from?.random ?? options.seed);
  const learner = new LesionLearner(tf, model, rates, recipe);
  const average = new WeightAverage(tf, model, recipe.averageKept);
  const { insideWeight, augmentation } = recipe;
  const how: LesionBatchOptions = { ...scale, stride: LESION_STRIDE, insideWeight, augmentation };
  const stepsPerEpoch = Math.max(1, Math.floor(epochLength(parts.training, recipe) / recipe.batchSize));
  const reports = from?.reports ?? [];
  let steps = from?.steps ?? 0;
  let best = { auc: Number.NEGATIVE_INFINITY, epoch: 0, weights: new Float32Array(0) as Float32Array };
  if (from !== undefined) {
    writeWeights(tf, model, from.vectors.weights);
    average.restore(from.vectors.average, steps);
    learner.optimizer.restore({ steps, first: from.vectors.first, second: from.vectors.second });
    if (from.best.epoch > 0) best = { ...from.best, weights: from.vectors.best };
  }
  const started = performance.now() - 1000 * (reports.at(-1)?.seconds ?? 0);
  const seconds = () => (performance.now() - started) / 1000;
  // Without any validation so far there are no weights to end with.
  const goesOn = (done: number) =>
    done < options.epochs && (best.epoch === 0 || seconds() < options.minutes * 60);

  if (goesOn(reports.length)) {
    const left = options.epochs - reports.length;
    const { perStep, perAnswer } = secondsOf(learner, parts.training.slice(0, recipe.batchSize), how);
    events.estimate(left * (perStep * stepsPerEpoch + perAnswer * parts.validation.length));
  }
  for (let epoch = reports.length + 1; goesOn(epoch - 1); epoch++) {
    const order = drawEpoch(parts.training, recipe, random);
    let lossSum = 0;
    let learningRate = 0;
    for (let step = 0; step < stepsPerEpoch; step++) {
      const chosen = order.slice(step * recipe.batchSize, (step + 1) * recipe.batchSize);
      learningRate = learningRateAt(steps / stepsPerEpoch, options.epochs, recipe);
      const loss = learner.learn(lesionBatch(chosen, how, random), scale.input, learningRate);
      if (!Number.isFinite(loss)) throw diverged(`the loss of epoch ${epoch}, step ${step + 1} is ${loss}`);
      lossSum += loss;
      average.take();
      steps++;
      // Lets signals and timers through.
      await new Promise(setImmediate);
    }
    const answers = average.during(() => answerLesions(tf, model, parts.validation, how));
    const validation = validationOf(answers, epoch);
    if (validation.auc > best.auc) best = { auc: validation.auc, epoch, weights: average.vector };
    const now = seconds();
    const secondsLeft = Math.min((now / epoch) * (options.epochs - epoch), options.minutes * 60 - now);
    const trainingLoss = lossSum / stepsPerEpoch;
    const report: EpochReport = { epoch, learningRate, trainingLoss, validation, seconds: now, secondsLeft };
    reports.push(report);
    await events.checkpoint({
      random: random.position,
      steps,
      reports,
      best: { epoch: best.epoch, auc: best.auc },
      vectors: {
        weights: readWeights(model.getWeights()),
        average: average.vector,
        first: learner.optimizer.state.first,
        second: learner.optimizer.state.second,
        best: best.weights,
      },
    });
    events.epoch(report);
  }
  average.dispose();
  learner.optimizer.dispose();
  return best.weights;
}

function validationOf(answers: LesionAnswer[], epoch: number): { loss: number; auc: number } {
  if (answers.some(({ probability }) => !Number.isFinite(probability)))
    throw diverged(`after epoch ${epoch} the network's answers are no numbers`);
  return { loss: logLoss(answers.map(scoredOf)), auc: meanAuc(answers) };
}

/** Answers without learning take about a third of the time of a step. */
const ANSWER_SHARE = 1 / 3;

/** How long one step over these examples takes, and the answer about one of them. */
function secondsOf(
  learner: LesionLearner,
  examples: LesionExample[],
  how: LesionBatchOptions,
): { perStep: number; perAnswer: number } {
  let perStep = 0;
  // The first also compiles and gets its memory.
  for (let round = 0; round < 2; round++) {
    const started = performance.now();
    learner.rehearse(lesionBatch(examples, how, new Random(1)), how.input);
    perStep = (performance.now() - started) / 1000;
  }
  return { perStep, perAnswer: (ANSWER_SHARE * perStep) / examples.length };
}

/**
 * How many images of each set and class one epoch shows: all malignant ones, and of the others no more than the recipe
 * says.
 */
function shownOf(
  examples: LesionExample[],
  { negativesPerPositive }: LesionRecipe,
): [LesionExample[], number][] {
  const sets = [...new Set(examples.map(({ set }) => set))];
  return sets.flatMap((set): [LesionExample[], number][] => {
    const of = (target: 0 | 1) => examples.filter((one) => one.set === set && one.target === target);
    const [negative, positive] = [of(0), of(1)];
    return [
      [negative, Math.min(negative.length, Math.round(positive.length * negativesPerPositive))],
      [positive, positive.length],
    ];
  });
}

function epochLength(examples: LesionExample[], recipe: LesionRecipe): number {
  return shownOf(examples, recipe).reduce((sum, [, count]) => sum + count, 0);
}

/** The images of one epoch, in the order in which it shows them. */
function drawEpoch(examples: LesionExample[], recipe: LesionRecipe, random: Random): LesionExample[] {
  return random.shuffled(
    shownOf(examples, recipe).flatMap(([own, count]) => random.shuffled(own).slice(0, count)),
  );
}

function diverged(what: string): TrainingError {
  return new TrainingError('training-diverged', what, {
    remedy: 'Train from the start with a lower --learning-rate; this checkpoint has gone too far.',
  });
}
