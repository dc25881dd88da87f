import {
  bestThreshold,
  countCases,
  encodeSplit,
  fitPlatt,
  type LabelledSet,
  PARTS,
  type Part,
  readDataSets,
  SPLIT_FILE,
  type Split,
  splitSets,
} from '../dataset/index.js';
import {
  type Bundle,
  type BundleDescription,
  calibrate,
  checkDescription,
  checkPlaceForBundle,
  encodeLayersModel,
  KnownFeatures,
  ModelError,
  roundToHalves,
  type TensorFlowRuntime,
  writeBundle,
} from '../model/index.js';
import { exportOnnx } from './export/onnxExport.js';
import { type Checkpoint, CheckpointFolder } from './fitting/checkpoint.js';
import { learningCurve } from './fitting/learningCurve.js';
import { answerLesions, type LesionAnswer, scoredOf } from './fitting/lesionAnswers.js';
import type { LesionExample } from './fitting/lesionExamples.js';
import { fitLesionMap, type InputScale } from './fitting/lesionFit.js';
import { useNativeConvolutions } from './fitting/nativeConvolutions.js';
import { PreparedImages } from './fitting/preparedImages.js';
import { trainingRuntime } from './fitting/slowBackend.js';
import { writeWeights } from './fitting/weights.js';
import {
  course,
  courseOf,
  type Described,
  describe,
  LESION_ARCHITECTURE,
  type LesionTrainingOptions,
} from './lesionDescription.js';
import { lesionPerformance } from './lesionPerformance.js';
import { modelCard } from './modelCard.js';
import {
  LESION_DESCRIPTION,
  LESION_STRIDE,
  LESION_TARGET_LAYER,
  lesionMapNetwork,
} from './networks/lesionMap.js';
import { LESION_PLANS, type LesionPlan } from './networks/lesionPlan.js';
import { readSafetensors } from './start/safetensors.js';
import type { TrainingEvents } from './training.js';

/** How the cases of each data set are shared out; the record in the bundle says which went where. */
const SHARES = { validation: 0.12, test: 0.13 };
const FEATURES_FILE = 'features.json';
/** Validation images that may lie beyond the limit of what is known, and how much room is left for other machines. */
const [BEYOND_LIMIT, ROOM] = [0.005, 1.15];

/**
 * From labelled images of one or more data sets, with boxes where there are some, to a bundle of the network that maps lesions. Splits
 * by patient, prepares, fits, calibrates and chooses the operating point on validation cases, measures on test cases, exports.
 * The bundle appears whole or not at all.
 *
 * @throws ModelError as its steps do
 */
export async function trainLesions(
  options: LesionTrainingOptions,
  events: TrainingEvents,
  given?: TensorFlowRuntime,
  plan: LesionPlan = LESION_PLANS[options.channels ?? 'windows'],
): Promise<Bundle> {
  await checkPlaceForBundle(options.out);
  const { sets, classes } = await readDataSets(options.sets, options.boxes, options.positive);
  const splits = splitSets(
    sets.map(({ images }) => images),
    options.positive,
    SHARES,
    options.seed,
  );
  const split = joined(splits);
  const described = describe(options, plan, classes, split);
  checkDescription({ ...described, calibration: { kind: 'none' }, operatingPoint: 0.5, performance: [] });
  if (options.start === undefined)
    throw new ModelError('start-missing', `${LESION_ARCHITECTURE} begins from pretrained weights`, {
      remedy: 'Name them with --start FILE.safetensors; scripts/makeSafetensors.py makes the file.',
    });
  const tensors = await readSafetensors(options.start);
  const chosen = { ...plan, recipe: recipeOf(plan, options) };
  const training = courseOf(chosen, options, split);
  const folder = new CheckpointFolder(options.out);
  const from = options.resume ? await folder.read(training) : undefined;
  await folder.begin(options.resume ?? false);
  let prepared: PreparedImages | undefined;
  try {
    const runtime = given ?? (await trainingRuntime());
    const { tf } = runtime;
    const network = lesionMapNetwork(tf, plan.input);
    const rates = network.start(tensors);
    // A network that cannot be exported is not fitted for hours first.
    exportOnnx(network.model, LESION_TARGET_LAYER);
    if (from !== undefined) folder.checkSize(from, network.model.countParams());
    const images = sets.reduce((sum, set) => sum + set.images.length, 0);
    const cases = countCases(PARTS.flatMap((part) => split[part]));
    events.stage(
      `${images} images of ${cases} cases in ${sets.length} data sets; training on ${runtime.description}`,
    );
    const read = await PreparedImages.of(
      sets,
      plan.preparation,
      options.positive,
      folder.path,
      events.prepared,
    );
    prepared = read.images;
    const parts = partsOf(read.examples, split);
    if (from !== undefined) events.stage(`going on after epoch ${from.reports.length}`);
    let reports = from?.reports ?? [];
    const weights = await fitLesionMap(
      runtime,
      network.model,
      rates,
      parts,
      scaleOf(plan),
      chosen.recipe,
      { epochs: chosen.recipe.epochs, minutes: options.minutes, seed: options.seed },
      {
        estimate: (seconds) => events.stage(`fitting will take about ${Math.ceil(seconds / 60)} minutes`),
        epoch: events.epoch,
        checkpoint: async (reached: Omit<Checkpoint, 'training'>) => {
          reports = reached.reports;
          await folder.write({ training, ...reached });
        },
      },
      from,
    );
    events.stage('measuring and writing the bundle');
    const { description, files } = await measured(runtime, weights, parts, sets, described, chosen);
    const card = modelCard({
      description,
      network: LESION_DESCRIPTION,
      weights: weights.length,
      course: course(reports, chosen.recipe, sets, runtime.description),
    });
    const bundle = await writeBundle(options.out, description, {
      ...files,
      'learning-curve.csv': Buffer.from(learningCurve(reports)),
      [SPLIT_FILE]: Buffer.from(encodeSplit(split)),
      'MODEL_CARD.md': Buffer.from(card),
    });
    prepared.close();
    prepared = undefined;
    await folder.remove();
    return bundle;
  } catch (error) {
    prepared?.close();
    await folder.leave();
    throw error;
  }
}

function joined(splits: Split[]): Split {
  const of = (part: Part) => splits.flatMap((split) => split[part]);
  return { training: of('training'), validation: of('validation'), test: of('test') };
}

function partsOf(examples: LesionExample[], split: Split): Record<Part, LesionExample[]> {
  const byPath = new Map(examples.map((example) => [example.image.path, example]));
  const of = (part: Part) => split[part].map(({ path }) => byPath.get(path)!);
  return { training: of('training'), validation: of('validation'), test: of('test') };
}

function scaleOf(plan: LesionPlan): InputScale {
  const last = plan.preparation.at(-1)!;
  const { mean, deviation } = last.step === 'normalise' ? last : { mean: 0, deviation: 1 };
  return { input: plan.input, mean, deviation };
}

function recipeOf(
  plan: LesionPlan,
  { epochs, batchSize, learningRate }: LesionTrainingOptions,
): LesionPlan['recipe'] {
  return {
    ...plan.recipe,
    ...(epochs !== undefined && { epochs }),
    ...(batchSize !== undefined && { batchSize }),
    ...(learningRate !== undefined && { learningRate }),
  };
}

/** Weights, calibration, operating point and figures: all that follows from the fit. */
async function measured(
  runtime: TensorFlowRuntime,
  weights: Float32Array,
  { training, validation, test }: Record<Part, LesionExample[]>,
  sets: LabelledSet[],
  described: Described,
  plan: LesionPlan,
): Promise<{ description: BundleDescription; files: Record<string, Uint8Array> }> {
  const { tf } = runtime;
  // A new one, because the fit has used the other's layers in two networks.
  const { model } = lesionMapNetwork(tf, plan.input);
  writeWeights(tf, model, weights);
  useNativeConvolutions(runtime, model);
  const answer = (examples: LesionExample[]) =>
    answerLesions(tf, model, examples, {
      ...scaleOf(plan),
      stride: LESION_STRIDE,
      insideWeight: plan.recipe.insideWeight,
    });
  roundToHalves(tf, model);
  const known = answer(validation);
  const own = known.filter(({ example }) => example.set === 0).map(scoredOf);
  const calibration = fitPlatt(own);
  const calibrated = (answers: LesionAnswer[]) =>
    answers.map((one) => ({ ...one, probability: calibrate({ calibration }, one.probability) }));
  const operatingPoint =
    Math.round(
      bestThreshold(
        own.map((one) => ({ ...one, probability: calibrate({ calibration }, one.probability) })),
      ) * 1e4,
    ) / 1e4;
  const learnt = answer(training);
  const features = KnownFeatures.of(
    sets.map((_, set) => learnt.filter(({ example }) => example.set === set).map((one) => one.features)),
  );
  const distances = known.map((one) => features.distance(one.features)).sort((a, b) => a - b);
  const limit = distances[Math.ceil((1 - BEYOND_LIMIT) * (distances.length - 1))]! * ROOM;
  const answers = calibrated(answer(test));
  const performance = sets.flatMap(({ name }, set) =>
    lesionPerformance(
      answers.filter(({ example }) => example.set === set),
      operatingPoint,
      name,
      plan.input.columns,
    ),
  );
  const files = {
    ...(await encodeLayersModel(model, { halves: true })),
    'model.onnx': exportOnnx(model, LESION_TARGET_LAYER),
    [FEATURES_FILE]: features.encode(),
  };
  model.dispose();
  const knownFeatures = { file: FEATURES_FILE, limit: Math.round(limit * 1e4) / 1e4 };
  return {
    description: { ...described, calibration, operatingPoint, performance, knownFeatures },
    files,
  };
}
