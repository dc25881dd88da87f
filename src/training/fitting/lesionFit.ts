import type { Scalar, Tensor, Tensor4D, Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { auc, type ImageSize, logLoss, Random, type Scored } from '../../dataset/index.js';
import { ModelError, SCORE_LAYER, type TensorFlow, type TensorFlowRuntime } from '../../model/index.js';
import type { KernelRates } from '../networks/efficientNetLite.js';
import { FROZEN_OUTPUT_LAYER, LESION_MAP_LAYER, LESION_STRIDE } from '../networks/lesionMap.js';
import type { Checkpoint } from './checkpoint.js';
import type { EpochReport } from './learningCurve.js';
import { type LesionAugmentation, type LesionBatchOptions, lesionBatch, UNCHANGED } from './lesionBatch.js';
import type { LesionExample } from './lesionExamples.js';
import { useNativeConvolutions } from './nativeConvolutions.js';
import { AdamW } from './optimizer.js';
import { learningRateAt } from './schedule.js';
import { WeightAverage } from './weightAverage.js';
import { readWeights, writeWeights } from './weights.js';

export interface LesionRecipe {
  batchSize: number;
  /** Highest rate of the layers that begin from nothing. */
  learningRate: number;
  /** The pretrained ones' rate as a fraction of that. */
  startedRate: number;
  /** Epochs. */
  warmUp: number;
  lowestRate: number;
  weightDecay: number;
  convolutionPenalty: number;
  clipNorm: number | undefined;
  averageKept: number;
  /** Of the map's loss beside the image's. */
  mapShare: number;
  insideWeight: number;
  /** Share of each set's images that an epoch shows, drawn anew for each: [not malignant, malignant]. */
  shares: [negative: number, positive: number][];
  augmentation: LesionAugmentation;
}

/** One answer with its map. */
export interface LesionAnswer {
  example: LesionExample;
  probability: number;
  /** Logits, rows × columns of the map. */
  map: Float32Array;
}

export interface LesionFitEvents {
  epoch(report: EpochReport, answers: LesionAnswer[]): void;
  step(done: number, of: number, loss: number): void;
  checkpoint(checkpoint: Omit<Checkpoint, 'training'>): Promise<void>;
}

/**
 * Fits the network that maps lesions: cross-entropy of the image and of the map. Its frozen part runs forwards only. In the end the
 * model has the averaged weights of the epoch whose answers about the validation images, set by set, had the best mean AUC.
 *
 * @param rates as `EfficientNetLite.fill` gives them
 * @param from goes on from there, to the same weights as without the stop
 * @throws ModelError `training-diverged`
 */
export async function fitLesionMap(
  runtime: TensorFlowRuntime,
  model: LayersModel,
  rates: KernelRates,
  parts: { training: LesionExample[]; validation: LesionExample[] },
  batchOptions: Omit<LesionBatchOptions, 'stride' | 'insideWeight' | 'augmentation'>,
  recipe: LesionRecipe,
  options: { epochs: number; minutes: number; seed: number },
  events: LesionFitEvents,
  from?: Checkpoint,
): Promise<void> {
  const { tf } = runtime;
  useNativeConvolutions(runtime, model);
  const random = new Random(from?.random ?? options.seed);
  const learner = new Learner(tf, model, rates, recipe);
  const average = new WeightAverage(tf, model, recipe.averageKept);
  const { insideWeight, augmentation } = recipe;
  const how: LesionBatchOptions = { ...batchOptions, stride: LESION_STRIDE, insideWeight, augmentation };
  const perEpoch = imagesPerEpoch(parts.training, recipe);
  const stepsPerEpoch = Math.floor(perEpoch / recipe.batchSize);
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
  for (let epoch = reports.length + 1; epoch <= options.epochs && seconds() < options.minutes * 60; epoch++) {
    const order = drawEpoch(parts.training, recipe, random);
    let lossSum = 0;
    let learningRate = 0;
    for (let step = 0; step < stepsPerEpoch; step++) {
      const chosen = order.slice(step * recipe.batchSize, (step + 1) * recipe.batchSize);
      learningRate = learningRateAt(steps / stepsPerEpoch, options.epochs, recipe);
      const loss = learner.learn(lesionBatch(chosen, how, random), how.input, learningRate);
      if (!Number.isFinite(loss)) throw diverged(`the loss of epoch ${epoch}, step ${step + 1} is ${loss}`);
      lossSum += loss;
      average.take();
      steps++;
      events.step(step + 1, stepsPerEpoch, lossSum / (step + 1));
      // Lets signals and timers through.
      await new Promise(setImmediate);
    }
    const answers = average.during(() => answerLesions(tf, model, parts.validation, how));
    if (answers.some(({ probability }) => !Number.isFinite(probability)))
      throw diverged(`after epoch ${epoch} the network's answers are no numbers`);
    const validation = { loss: logLoss(answers.map(scoredOf)), auc: meanAuc(answers) };
    if (validation.auc > best.auc) best = { auc: validation.auc, epoch, weights: average.vector };
    const now = seconds();
    const left = Math.min((now / epoch) * (options.epochs - epoch), options.minutes * 60 - now);
    const report = {
      epoch,
      learningRate,
      trainingLoss: lossSum / stepsPerEpoch,
      validation,
      seconds: now,
      secondsLeft: left,
    };
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
    events.epoch(report, answers);
  }
  writeWeights(tf, model, best.weights);
  average.dispose();
  learner.optimizer.dispose();
}

/** The part of the network that learns, and how one step goes. */
class Learner {
  readonly optimizer: AdamW;
  readonly #tf: TensorFlow;
  readonly #frozen: LayersModel;
  readonly #learning: LayersModel;
  readonly #mapShare: number;

  constructor(tf: TensorFlow, model: LayersModel, rates: KernelRates, recipe: LesionRecipe) {
    this.#tf = tf;
    this.#mapShare = recipe.mapShare;
    const { frozen, learning } = partsOf(tf, model);
    this.#frozen = frozen;
    this.#learning = learning;
    const weights = learning.trainableWeights;
    const variables = weights.map((weight) => weight.read() as Variable);
    this.optimizer = new AdamW(tf, variables, recipe, ratesOf(learning, rates, recipe.startedRate));
  }

  /** @returns the loss before the step */
  learn(batch: Parameters<typeof lossOf>[2], { rows, columns, channels }: ImageSize, rate: number): number {
    const tf = this.#tf;
    return tf.tidy(() => {
      const images = tf.tensor4d(batch.inputs, [batch.targets.length, rows, columns, channels]);
      const features = this.#frozen.apply(images) as Tensor4D;
      images.dispose();
      const loss = () => {
        const [score, map] = this.#learning.apply(features, { training: true }) as [Tensor, Tensor];
        return lossOf(tf, [score, map], batch, this.#mapShare);
      };
      return this.optimizer.minimize(loss, rate);
    });
  }
}

function lossOf(
  tf: TensorFlow,
  [score, map]: [Tensor, Tensor],
  {
    targets,
    map: wanted,
    weights,
  }: { inputs: Float32Array; targets: Float32Array; map: Float32Array; weights: Float32Array },
  mapShare: number,
): Scalar {
  const image = tf.mean(crossEntropy(tf, tf.reshape(score, [-1]), tf.tensor1d(targets)));
  const known = Math.max(
    1,
    weights.reduce((sum, weight) => sum + (weight > 0 ? 1 : 0), 0),
  );
  const places = crossEntropy(tf, tf.reshape(map, [-1]), tf.tensor1d(wanted));
  const onMap = tf.div(tf.sum(tf.mul(places, tf.tensor1d(weights))), known);
  return tf.add(image, tf.mul(onMap, mapShare)) as Scalar;
}

/** Of logits against truths, one by one; never too large for a float. */
function crossEntropy(tf: TensorFlow, logits: Tensor, truths: Tensor): Tensor {
  return tf.sub(tf.softplus(logits), tf.mul(logits, truths));
}

function partsOf(tf: TensorFlow, model: LayersModel): { frozen: LayersModel; learning: LayersModel } {
  const boundary = model.getLayer(FROZEN_OUTPUT_LAYER).output as LayersModel['inputs'][number];
  const frozen = tf.model({ inputs: model.inputs, outputs: boundary });
  const entry = tf.input({ shape: boundary.shape.slice(1) });
  const reached = new Map([[FROZEN_OUTPUT_LAYER, entry]]);
  const inFrozen = new Set(frozen.layers.map(({ name }) => name));
  // A model's layers stand in an order in which each comes after those that it needs.
  for (const layer of model.layers) {
    if (inFrozen.has(layer.name)) continue;
    const input = layer.input as typeof entry | (typeof entry)[];
    const before = (Array.isArray(input) ? input : [input]).map((one) => reached.get(one.sourceLayer.name)!);
    reached.set(layer.name, layer.apply(before.length === 1 ? before[0]! : before) as typeof entry);
  }
  const outputs = [reached.get(SCORE_LAYER)!, reached.get(LESION_MAP_LAYER)!];
  return { frozen, learning: tf.model({ inputs: entry, outputs }) };
}

/** Layers that begin from pretrained weights learn slower; steps are as large as they would be with normalisation unfolded. */
function ratesOf(model: LayersModel, rates: KernelRates, started: number): Float32Array {
  const all: Float32Array[] = [];
  for (const layer of model.layers) {
    const own = rates.get(layer.name);
    for (const weight of layer.trainableWeights) {
      const size = weight.shape.reduce<number>((product, length) => product * length!, 1);
      const factors = new Float32Array(size).fill(own === undefined ? 1 : started);
      const isKernel = weight.shape.length > 1;
      if (own !== undefined && isKernel)
        for (let i = 0; i < size; i++)
          factors[i]! *= Math.min(LARGEST_STRETCH, Math.max(1 / LARGEST_STRETCH, own[i % own.length]!));
      all.push(factors);
    }
  }
  return Float32Array.from(all.flatMap((factors) => [...factors]));
}

/** A channel that hardly ever varies has a factor that would throw its kernel about. */
const LARGEST_STRETCH = 8;

function imagesPerEpoch(examples: LesionExample[], { shares }: LesionRecipe): number {
  return Math.round(examples.reduce((sum, { set, target }) => sum + (shares[set]?.[target] ?? 1), 0));
}

/** The images of one epoch, in the order in which it shows them. */
function drawEpoch(examples: LesionExample[], { shares }: LesionRecipe, random: Random): LesionExample[] {
  const shown: LesionExample[] = [];
  for (const [set, bySet] of groups(examples, ({ set }) => set))
    for (const [target, own] of groups(bySet, ({ target }) => target)) {
      let wanted = (shares[set]?.[target] ?? 1) * own.length;
      for (; wanted >= 1; wanted -= Math.min(wanted, own.length))
        shown.push(...random.shuffled(own).slice(0, Math.round(Math.min(wanted, own.length))));
    }
  return random.shuffled(shown);
}

function groups<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const found = new Map<Key, Item[]>();
  for (const item of items) {
    const own = found.get(keyOf(item)) ?? [];
    own.push(item);
    found.set(keyOf(item), own);
  }
  return found;
}

const ANSWER_BATCH = 16;

/** The network's raw answers about images as they are. */
export function answerLesions(
  tf: TensorFlow,
  model: LayersModel,
  examples: readonly LesionExample[],
  options: Omit<LesionBatchOptions, 'augmentation'>,
): LesionAnswer[] {
  const both = tf.model({
    inputs: model.inputs,
    outputs: [model.outputs[0]!, model.getLayer(LESION_MAP_LAYER).output as LayersModel['inputs'][number]],
  });
  const { rows, columns, channels } = options.input;
  const answers: LesionAnswer[] = [];
  for (let start = 0; start < examples.length; start += ANSWER_BATCH) {
    const chosen = examples.slice(start, start + ANSWER_BATCH);
    const { inputs } = lesionBatch(chosen, { ...options, augmentation: UNCHANGED }, new Random(1));
    tf.tidy(() => {
      const images = tf.tensor4d(inputs, [chosen.length, rows, columns, channels]);
      const [probability, map] = both.apply(images) as [Tensor, Tensor];
      const [probabilities, logits] = [probability.dataSync(), map.dataSync()];
      const places = logits.length / chosen.length;
      for (const [index, example] of chosen.entries())
        answers.push({
          example,
          probability: probabilities[index]!,
          map: Float32Array.from(logits.subarray(index * places, (index + 1) * places)),
        });
    });
  }
  return answers;
}

export function scoredOf({ example, probability }: LesionAnswer): Scored {
  return { probability, target: example.target, case: example.image.case };
}

/** Set by set, because between sets the label could be told from the kind of image. */
function meanAuc(answers: LesionAnswer[]): number {
  const each = [...groups(answers, ({ example }) => example.set).values()].map((own) =>
    auc(own.map(scoredOf)),
  );
  return each.reduce((sum, one) => sum + one, 0) / each.length;
}

function diverged(what: string): ModelError {
  return new ModelError('training-diverged', what, {
    remedy: 'Train from the start with a lower --learning-rate.',
  });
}
