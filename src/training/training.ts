import { countText } from '../countText.js';
import {
  bestThreshold,
  classesOf,
  countCases,
  encodeSplit,
  fitPlatt,
  type LabelledImage,
  PARTS,
  type Part,
  readLabels,
  type Scored,
  SHARES,
  SPLIT_FILE,
  type Split,
  splitByCase,
  splitOfCopies,
} from '../dataset/index.js';
import type { Bundle, TensorFlowRuntime, TrainingRecord } from '../model/index.js';
import {
  type BundleDescription,
  calibrate,
  checkDescription,
  checkPlaceForBundle,
  encodeLayersModel,
  writeBundle,
} from '../model/index.js';
import type { About } from './about.js';
import { exportOnnx } from './export/index.js';
import {
  type Checkpoint,
  CheckpointFolder,
  type EpochReport,
  type Example,
  type FitOptions,
  type FitRecipe,
  fitWeights,
  learningCurve,
  orientationSpread,
  predict,
  readExamples,
  score,
  trainingRuntime,
  warnOfSlowBackend,
} from './fitting/index.js';
import { bestEpoch, recipeNumbers, validationAuc } from './fittingWords.js';
import { modelCard } from './modelCard.js';
import { type Architecture, architecture } from './networks/index.js';
import { leakingPerformance, testPerformance } from './testPerformance.js';

const NOT_FOR_PATIENTS =
  'NOT FOR PATIENTS: split by image, so that it was measured on copies of what it learnt from. Its figures are no ' +
  'measure of what it can do; Mamori opens it for comparison only.';

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
  /**
   * Undefined: split by patient. Else the paper's protocol, for comparison with it only: so many copies of each image,
   * split at random, no other augmentation. What it makes is kept from patients.
   */
  copies?: number | undefined;
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
 * From labelled images to a bundle: splits by patient, prepares, fits, calibrates and chooses the operating point on
 * the validation cases, measures on the test cases, exports. The bundle appears whole or not at all. All that can be
 * wrong with what it is given is found before it begins to fit.
 *
 * @throws TrainingError, DatasetError, ModelError as its steps do
 */
export async function train(
  options: TrainingOptions,
  events: TrainingEvents,
  given?: TensorFlowRuntime,
): Promise<Bundle> {
  const plan = architecture(options.architecture);
  await checkPlaceForBundle(options.out);
  const images = await readLabels(options.labels, options.images);
  const classes = classesOf(images, options.positive);
  const split = splitOf(images, options);
  const described = describe(options, plan, classes, split);
  checkDescription({ ...described, calibration: { kind: 'none' }, operatingPoint: 0.5, performance: [] });
  const recipe = recipeOf(plan, options);
  const folder = new CheckpointFolder(options.out);
  const training = courseOf(plan, recipe, options, split);
  const from = options.resume ? await folder.read(training) : undefined;
  await folder.begin(options.resume ?? false);
  try {
    const runtime = given ?? (await trainingRuntime());
    const { tf } = runtime;
    const model = plan.build(tf, plan.input);
    // A network that cannot be exported is not fitted for hours first.
    exportOnnx(model, plan.targetLayer);
    if (from !== undefined) folder.checkSize(from, model.countParams());
    events.stage(
      `${countText(images.length, 'image')} of ${countText(countCases(images), 'case')}; ` +
        `training on ${runtime.description}`,
    );
    warnOfSlowBackend(runtime, model, split.training.length, options, events.stage);
    const parts = await readParts(split, plan, options, events);

    events.stage(`fitting ${plan.name}, ${countText(model.countParams(), 'weight')}`);
    if (from !== undefined) events.stage(`going on after epoch ${from.reports.length}`);
    let epochs = from?.reports ?? [];
    const checkpoint = async (reached: Omit<Checkpoint, 'training'>) => {
      epochs = reached.reports;
      await folder.write({ training, ...reached });
    };
    const told = { epoch: events.epoch, checkpoint };
    await fitWeights(runtime, model, { parts, recipe, options, events: told, from });

    events.stage('measuring and writing the bundle');
    const validation = score(tf, model, parts.validation);
    const calibration = fitPlatt(validation);
    const calibrated = (scored: Scored[]) =>
      scored.map((one) => ({ ...one, probability: calibrate({ calibration }, one.probability) }));
    const operatingPoint = round(bestThreshold(calibrated(validation)));
    const measure = async () => {
      const scored = calibrated(score(tf, model, parts.test));
      if (options.copies !== undefined) return leakingPerformance(scored, operatingPoint);
      const tried = split.test.slice(0, SPREAD_IMAGES);
      const spread = await orientationSpread(tried, plan.preparation, (inputs) =>
        predict(tf, model, inputs).map((probability) => calibrate({ calibration }, probability)),
      );
      return testPerformance(scored, operatingPoint, parts.test, plan, spread);
    };
    const description = { ...described, calibration, operatingPoint, performance: await measure() };
    const files = {
      ...(await encodeLayersModel(model)),
      'model.onnx': exportOnnx(model, plan.targetLayer),
      'learning-curve.csv': Buffer.from(learningCurve(epochs)),
      [SPLIT_FILE]: Buffer.from(
        options.copies === undefined ? encodeSplit(split) : encodeSplit(allSeen(images), images),
      ),
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
  } catch (error) {
    await folder.leave();
    throw error;
  }
}

function splitOf(images: LabelledImage[], { copies, seed, positive }: TrainingOptions): Split {
  return copies === undefined
    ? splitByCase(images, positive, SHARES, seed)
    : splitOfCopies(images, { copies, seed });
}

/** After a split by image no patient is new to the network. */
function allSeen(images: LabelledImage[]): Split {
  return { training: images, validation: [], test: [] };
}

/** The copies are all the augmentation that the paper has. */
function recipeOf(plan: Architecture, options: TrainingOptions): FitRecipe {
  const { batchSize = plan.recipe.batchSize, learningRate = plan.recipe.learningRate } = options;
  const recipe = { ...plan.recipe, batchSize, learningRate };
  return options.copies === undefined ? recipe : { ...recipe, augmentation: 'none' };
}

async function readParts(
  split: Split,
  plan: Architecture,
  { positive }: TrainingOptions,
  events: TrainingEvents,
): Promise<Record<Part, Example[]>> {
  const all = PARTS.flatMap((part) => split[part]);
  // Copies of one file come one after the other, so that it is read once.
  all.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  const { rows, columns, channels } = plan.input;
  const gigabytes = (all.length * rows * columns * channels * 2) / 1e9;
  events.stage(
    `preparing ${countText(all.length, 'input')}, which take ${gigabytes.toFixed(1)} GB of memory`,
  );
  const examples = await readExamples(all, plan.preparation, positive, events.prepared);
  const byImage = new Map(examples.map((example) => [example.image, example]));
  const of = (part: Part) => split[part].map((image) => byImage.get(image)!);
  return { training: of('training'), validation: of('validation'), test: of('test') };
}

type Measured = 'calibration' | 'operatingPoint' | 'performance';

/** What the bundle says of itself, without what is measured. */
function describe(
  options: TrainingOptions,
  plan: Architecture,
  classes: [negative: string, positive: string],
  split: Split,
): Omit<BundleDescription, Measured> {
  const { name, version, manufacturer, purpose, limits, caution, copies } = options;
  const cases = Object.fromEntries(
    PARTS.map((part) => [part, countCases(split[part])]),
  ) as TrainingRecord['cases'];
  return {
    name,
    version,
    manufacturer,
    purpose,
    limits: copies === undefined ? limits : [NOT_FOR_PATIENTS, ...limits],
    ...(caution !== undefined && { caution }),
    network: plan.name,
    input: { ...plan.input, preparation: plan.preparation },
    classes,
    aggregation: { breast: 'mean', exam: 'max' },
    targetLayer: plan.targetLayer,
    training: {
      procedure: options.procedure,
      data: options.data,
      licence: options.licence,
      attribution: options.attribution,
      ...(copies !== undefined && { protocol: 'by-image', copies }),
      cases,
      seed: options.seed,
    },
  };
}

function course(epochs: EpochReport[], recipe: FitRecipe, runtime: string): string[] {
  const last = epochs.at(-1)!;
  const best = bestEpoch(epochs);
  const { augmentation, ...numbers } = recipe;
  return [
    `${countText(last.epoch, 'epoch')} in ${Math.round(last.seconds / 60)} minutes on ${runtime}`,
    `averaged weights of epoch ${best.epoch}, which had the best AUC on the validation images: ` +
      validationAuc(best).toFixed(3),
    `recipe (src/training/networks/paperRecipe.ts): ${recipeNumbers(numbers)}`,
    `augmentation: ${augmentationText(augmentation)}`,
  ];
}

function augmentationText(augmentation: FitRecipe['augmentation']): string {
  if (augmentation === 'none') return 'none besides the copies';
  return `up and down exchanged at random; ${recipeNumbers(augmentation)}`;
}

/**
 * Everything that decides the course of a training, so that a checkpoint of another one is not taken for it: the truths
 * too, and the images that its best weights were chosen on. With the classes exchanged it would go on to learn the
 * opposite.
 */
function courseOf(
  plan: Architecture,
  recipe: FitRecipe,
  { epochs, seed, positive }: TrainingOptions,
  split: Split,
): string {
  const truths = (part: Part) => split[part].map(({ file, label }) => [file, label === positive ? 1 : 0]);
  return JSON.stringify({
    network: plan.name,
    preparation: plan.preparation,
    recipe,
    epochs,
    seed,
    training: truths('training'),
    validation: truths('validation'),
  });
}

function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
