import { countText } from '../countText.js';
import {
  countCases,
  encodeSplit,
  PARTS,
  type Part,
  readDataSets,
  SPLIT_FILE,
  type Split,
  splitSets,
} from '../dataset/index.js';
import {
  type Bundle,
  checkDescription,
  checkPlaceForBundle,
  type TensorFlowRuntime,
  writeBundle,
} from '../model/index.js';
import { TrainingError } from './errors.js';
import { exportOnnx } from './export/index.js';
import {
  type Checkpoint,
  CheckpointFolder,
  curveFile,
  type EpochReport,
  fitLesionMap,
  type LesionExample,
  learningCurve,
  PreparedImages,
  trainingRuntime,
} from './fitting/index.js';
import {
  course,
  courseOf,
  describe,
  LESION_ARCHITECTURE,
  type LesionTrainingOptions,
} from './lesionDescription.js';
import { measureLesions, scaleOf } from './lesionMeasuring.js';
import { modelCard } from './modelCard.js';
import {
  jointDescription,
  LESION_DESCRIPTION,
  LESION_TARGET_LAYER,
  type LesionPlan,
  lesionMapNetwork,
  lesionPlan,
} from './networks/index.js';
import { readSafetensors, type StoredTensor } from './start/index.js';
import type { TrainingEvents } from './training.js';

/** How the cases of each data set are shared out; the record in the bundle says which went where. */
const SHARES = { validation: 0.12, test: 0.13 };

/**
 * From labelled images of one or more data sets, with boxes where there are some, to a bundle of the network that maps
 * lesions. Splits by patient, prepares, fits, calibrates and chooses the operating point on validation cases, measures
 * on test cases, exports. The bundle appears whole or not at all. All that can be wrong with what it is given is found
 * before it begins to fit.
 *
 * @throws TrainingError, DatasetError, ModelError as its steps do
 */
export async function trainLesions(
  options: LesionTrainingOptions,
  events: TrainingEvents,
  given?: TensorFlowRuntime,
  planned: LesionPlan = lesionPlan(options),
): Promise<Bundle> {
  await checkPlaceForBundle(options.out);
  const { sets, classes } = await readDataSets(options.sets, options.boxes, options.positive);
  const images = sets.map((set) => set.images);
  const split = joined(splitSets(images, options.positive, SHARES, options.seed));
  const plan = { ...planned, recipe: recipeOf(planned, options) };
  const described = describe(options, plan, classes, split);
  checkDescription({ ...described, calibration: { kind: 'none' }, operatingPoint: 0.5, performance: [] });
  const start = await startOf(options);
  const networks = seedsOf(options).map((seed, index) => ({
    seed,
    training: courseOf(plan, options, split, seed),
    folder: new CheckpointFolder(options.out, index),
  }));
  const [first] = networks;
  if (options.resume) await first!.folder.read(first!.training);
  for (const { folder } of networks) await folder.begin(options.resume ?? false);
  const { folder } = first!;
  let prepared: PreparedImages | undefined;
  try {
    const runtime = given ?? (await trainingRuntime());
    const cases = countCases(PARTS.flatMap((part) => split[part]));
    events.stage(
      `${countText(images.flat().length, 'image')} of ${countText(cases, 'case')} in ` +
        `${countText(sets.length, 'data set')}; training on ${runtime.description}`,
    );
    const { preparation } = plan;
    const read = await PreparedImages.of(
      sets,
      { preparation, positive: options.positive },
      folder.path,
      events.prepared,
    );
    prepared = read.images;
    const parts = partsOf(read.examples, split);
    const fits: NetworkFit[] = [];
    for (const network of networks) {
      if (networks.length > 1) events.stage(`network ${fits.length + 1} of ${networks.length}`);
      fits.push(await fitNetwork(runtime, { ...network, start, plan, parts, options, events }));
    }

    events.stage('measuring and writing the bundle');
    const { description, weights, files } = await measureLesions(runtime, {
      networks: fits.map((fit) => fit.weights),
      plan,
      parts,
      sets,
      described,
    });
    const reports = fits.map((fit) => fit.reports);
    const card = modelCard({
      description,
      network: LESION_DESCRIPTION + jointDescription(fits.length),
      weights,
      course: course(reports, plan.recipe, sets, runtime.description),
    });
    const bundle = await writeBundle(options.out, description, {
      ...files,
      ...Object.fromEntries(reports.map((one, index) => [curveFile(index), Buffer.from(learningCurve(one))])),
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

/** Each network's own; the split is the first one's. */
function seedsOf({ seed, networks = 1 }: LesionTrainingOptions): number[] {
  return Array.from({ length: networks }, (_, index) => seed + index);
}

interface NetworkFit {
  weights: Float32Array;
  reports: EpochReport[];
}

interface NetworkToFit {
  seed: number;
  /** As `courseOf` tells it. */
  training: string;
  folder: CheckpointFolder;
  start: Map<string, StoredTensor>;
  plan: LesionPlan;
  parts: Record<Part, LesionExample[]>;
  options: LesionTrainingOptions;
  events: TrainingEvents;
}

/** One network, from the pretrained weights or from its checkpoint. One that was fitted to the end is so at once. */
async function fitNetwork(
  runtime: TensorFlowRuntime,
  { seed, training, folder, start, plan, parts, options, events }: NetworkToFit,
): Promise<NetworkFit> {
  const from = options.resume && folder.holdsCheckpoint ? await folder.read(training) : undefined;
  const network = lesionMapNetwork(runtime.tf, plan.input);
  const rates = network.start(start);
  // A network that cannot be exported is not fitted for hours first.
  exportOnnx(network.model, LESION_TARGET_LAYER);
  if (from !== undefined) {
    folder.checkSize(from, network.model.countParams());
    events.stage(`going on after epoch ${from.reports.length}`);
  }
  let reports = from?.reports ?? [];
  const weights = await fitLesionMap(runtime, network.model, {
    rates,
    parts,
    scale: scaleOf(plan),
    recipe: plan.recipe,
    options: { epochs: plan.recipe.epochs, minutes: options.minutes, seed },
    events: {
      estimate: (seconds) => events.stage(`fitting will take about ${Math.ceil(seconds / 60)} minutes`),
      epoch: events.epoch,
      checkpoint: async (reached: Omit<Checkpoint, 'training'>) => {
        reports = reached.reports;
        await folder.write({ training, ...reached });
      },
    },
    from,
  });
  return { weights, reports };
}

function joined(splits: Split[]): Split {
  const of = (part: Part) => splits.flatMap((split) => split[part]);
  return { training: of('training'), validation: of('validation'), test: of('test') };
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

/** The pretrained weights, without which this network is not trained. */
async function startOf({ start }: LesionTrainingOptions): Promise<Map<string, StoredTensor>> {
  if (start !== undefined) return readSafetensors(start);
  throw new TrainingError('start-missing', `${LESION_ARCHITECTURE} begins from pretrained weights`, {
    remedy: 'Name them with --start FILE.safetensors; scripts/makeSafetensors.py makes the file.',
  });
}

function partsOf(examples: LesionExample[], split: Split): Record<Part, LesionExample[]> {
  const byPath = new Map(examples.map((example) => [example.image.path, example]));
  const of = (part: Part) => split[part].map(({ path }) => byPath.get(path)!);
  return { training: of('training'), validation: of('validation'), test: of('test') };
}
