import { type BundleDescription, checkPlaceForBundle, writeBundle } from '../bundle-writer.js';
import { calibrate } from '../calibration.js';
import { exportOnnx } from '../export/onnx-export.js';
import { type Architecture, architecture } from '../networks/index.js';
import { encodeLayersModel } from '../networks/layers-file.js';
import type { Recipe } from '../networks/recipes.js';
import { anyTensorflow } from '../tensorflow-runtime.js';
import type { Bundle, TrainingRecord } from '../types.js';
import type { About } from './about.js';
import { type Checkpoint, CheckpointFolder } from './checkpoint.js';
import { readExamples } from './examples.js';
import { type FitOptions, fitWeights, predict, score } from './fit.js';
import { classesOf, readLabels } from './labels.js';
import { type EpochReport, learningCurve } from './learning-curve.js';
import { bestThreshold, fitPlatt, type Scored } from './measures.js';
import { modelCard } from './model-card.js';
import { orientationSpread } from './orientation-spread.js';
import { testPerformance } from './performance.js';
import { countCases, PARTS, SHARES, type Split, splitByCase } from './split.js';
import { encodeSplit, SPLIT_FILE } from './split-record.js';

export type { FitOptions } from './fit.js';
export type { EpochReport } from './learning-curve.js';

/** Test images that are tried in all eight orientations. */
const SPREAD_IMAGES = 64;

export interface TrainingOptions extends FitOptions, About {
  /** Folder of the images. */
  images: string;
  labels: string;
  architecture: string;
  out: string;
  /** Label of the class that the probability speaks of. */
  positive: string;
  name: string;
  version: string;
  manufacturer: string;
  /** The command that does it again. */
  procedure: string;
  /** In place of the recipe's. */
  batchSize?: number | undefined;
  learningRate?: number | undefined;
  /** Goes on from the last checkpoint beside `out`. */
  resume?: boolean | undefined;
}

export interface TrainingEvents {
  /** A line about what begins. */
  stage(what: string): void;
  prepared(done: number, of: number): void;
  epoch(report: EpochReport): void;
}

/**
 * From labelled images to a bundle: splits by patient, prepares, fits, calibrates and chooses the operating point on the
 * validation cases, measures on the test cases, exports. The bundle appears whole or not at all.
 *
 * @throws ModelError as its steps do
 */
export async function train(options: TrainingOptions, events: TrainingEvents): Promise<Bundle> {
  const plan = architecture(options.architecture);
  await checkPlaceForBundle(options.out);
  const images = await readLabels(options.labels, options.images);
  const classes = classesOf(images, options.positive);
  const split = splitByCase(images, options.positive, SHARES, options.seed);
  const cases = Object.fromEntries(
    PARTS.map((part) => [part, countCases(split[part])]),
  ) as TrainingRecord['cases'];

  const runtime = await anyTensorflow();
  const { tf } = runtime;
  events.stage(`${images.length} images of ${countCases(images)} cases; training on ${runtime.description}`);
  const prepare = (part: 'training' | 'validation' | 'test') => {
    events.stage(`preparing the ${part} images (${cases[part]} cases)`);
    return readExamples(split[part], plan.preparation, options.positive, events.prepared);
  };
  const parts = {
    training: await prepare('training'),
    validation: await prepare('validation'),
    test: await prepare('test'),
  };

  const model = plan.build(tf, plan.input);
  events.stage(`fitting ${plan.name}, ${model.countParams()} weights`);
  const { batchSize = plan.recipe.batchSize, learningRate = plan.recipe.learningRate } = options;
  const recipe: Recipe = { ...plan.recipe, batchSize, learningRate };
  const folder = new CheckpointFolder(options.out);
  const training = courseOf(plan, recipe, options, split);
  const from = options.resume ? await folder.read(training) : undefined;
  if (from !== undefined) events.stage(`going on after epoch ${from.reports.length}`);
  let epochs = from?.reports ?? [];
  const checkpoint = async (reached: Omit<Checkpoint, 'training'>) => {
    epochs = reached.reports;
    await folder.write({ training, ...reached });
  };
  await fitWeights(runtime, model, parts, recipe, options, { epoch: events.epoch, checkpoint }, from);

  events.stage('measuring and writing the bundle');
  const validation = score(tf, model, parts.validation);
  const calibration = fitPlatt(validation);
  const calibrated = (scored: Scored[]) =>
    scored.map((one) => ({ ...one, probability: calibrate({ calibration }, one.probability) }));
  const operatingPoint = round(bestThreshold(calibrated(validation)));
  const spread = await orientationSpread(split.test.slice(0, SPREAD_IMAGES), plan.preparation, (inputs) =>
    predict(tf, model, inputs).map((probability) => calibrate({ calibration }, probability)),
  );
  const description: BundleDescription = {
    name: options.name,
    version: options.version,
    manufacturer: options.manufacturer,
    purpose: options.purpose,
    limits: options.limits,
    network: plan.name,
    input: { ...plan.input, preparation: plan.preparation },
    classes,
    calibration,
    operatingPoint,
    aggregation: { breast: 'mean', exam: 'max' },
    targetLayer: plan.targetLayer,
    training: {
      procedure: options.procedure,
      data: options.data,
      licence: options.licence,
      attribution: options.attribution,
      cases,
      seed: options.seed,
    },
    performance: testPerformance(
      calibrated(score(tf, model, parts.test)),
      operatingPoint,
      parts.test,
      plan,
      spread,
    ),
  };
  const files = {
    ...(await encodeLayersModel(model)),
    'model.onnx': exportOnnx(model, plan.targetLayer),
    'learning-curve.csv': Buffer.from(learningCurve(epochs)),
    [SPLIT_FILE]: Buffer.from(encodeSplit(split)),
  };
  const card = modelCard({
    description,
    network: plan.description,
    weights: model.countParams(),
    course: course(epochs, recipe, runtime.description),
  });
  model.dispose();
  const bundle = await writeBundle(options.out, description, {
    ...files,
    'MODEL_CARD.md': Buffer.from(card),
  });
  await folder.remove();
  return bundle;
}

function course(epochs: EpochReport[], recipe: Recipe, runtime: string): string[] {
  const last = epochs.at(-1)!;
  const auc = ({ validation }: EpochReport) => validation?.auc ?? Number.NEGATIVE_INFINITY;
  const best = epochs.reduce((a, b) => (auc(b) > auc(a) ? b : a));
  const { augmentation, ...numbers } = recipe;
  const list = (values: object) =>
    Object.entries(values)
      .filter(([, value]) => value !== undefined && value !== 0)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ');
  return [
    `${last.epoch} epochs in ${Math.round(last.seconds / 60)} minutes on ${runtime}`,
    `averaged weights of epoch ${best.epoch}, which had the best AUC on the validation images: ${auc(best).toFixed(3)}`,
    `recipe (src/model/networks/recipes.ts): ${list(numbers)}`,
    `augmentation: up and down exchanged at random, then ${list(augmentation)}`,
  ];
}

/** Everything that decides the course of a training, so that a checkpoint of another one is not taken for it. */
function courseOf(plan: Architecture, recipe: Recipe, { epochs, seed }: FitOptions, split: Split): string {
  return JSON.stringify({
    network: plan.name,
    preparation: plan.preparation,
    recipe,
    epochs,
    seed,
    images: split.training.map(({ file }) => file),
  });
}

function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
