import { basename } from 'node:path';
import { Command, Option } from 'commander';
import type { DataSetPlace } from '../dataset/index.js';
import type { Bundle } from '../model/index.js';
import type { About, TrainingOptions } from '../training/index.js';
import { inputSize, positiveNumber, wholeNumber } from './numbers.js';
import { trainingProgress } from './trainingProgress.js';

const POSITIVE = 'malignant';

/** `mamori train`: from labelled images to a model bundle. */
export const trainCommand = new Command('train')
  .description('train a network on labelled images and write a model bundle')
  .requiredOption(
    '--data <dir...>',
    'folder of the images, PNG, JPEG or DICOM (DIR/file or DIR/label/file); without --labels a data set with ' +
      'images/, labels.csv and where known boxes.csv; several for lesion-map',
  )
  .option(
    '--labels <csv...>',
    'labels files, one for each --data: file, label, case, and where known site, side, view',
  )
  .option('--boxes <csv...>', 'boxes of lesions: file, x, y, width, height, pathology (for lesion-map)')
  .option('--start <safetensors>', 'pretrained weights of EfficientNet-Lite0 (for lesion-map)')
  .addOption(
    new Option(
      '--channels <kind>',
      'for lesion-map: windows (whole range, CLAHE, brighter half; the default) or grey (one picture three times)',
    ).choices(['windows', 'grey']),
  )
  .option(
    '--size <size>',
    "for lesion-map: rows and columns of the network's input, multiples of 32 (default: 512x320)",
    inputSize,
  )
  .option(
    '--networks <number>',
    'networks that are fitted one after the other and answer together (for lesion-map; default: 1)',
    wholeNumber,
  )
  .requiredOption('--arch <name>', 'network: paper or lesion-map')
  .requiredOption('--out <bundle>', 'folder of the new bundle')
  .addOption(
    new Option(
      '--protocol <name>',
      "by-image: the paper's way, whose figures leak, for comparison with it only; its bundle is kept from patients",
    )
      .choices(['by-patient', 'by-image'])
      .default('by-patient'),
  )
  .option(
    '--copies <number>',
    'copies of each image, with --protocol by-image (default: 48, all that differ)',
    wholeNumber,
  )
  .option('--about <yaml>', 'what the model must say of itself: purpose, limits, data, licence, attribution')
  .option('--name <text>', 'name of the model (default: the network and "-cnn")')
  .option('--model-version <text>', 'version of the model', '0.1.0')
  .option('--manufacturer <text>', 'who answers for the model', 'Mamori')
  .option('--positive <label>', 'label of the class that the probability speaks of', POSITIVE)
  .option(
    '--epochs <number>',
    'passes over the training images (default: 60 for paper, 9 for lesion-map)',
    wholeNumber,
  )
  .option(
    '--minutes <number>',
    'each network ends after the epoch in which this time is over (default: 120 for paper, 480 for lesion-map)',
    positiveNumber,
  )
  .option(
    '--patience <number>',
    'ends after so many epochs without a better validation AUC (for paper; default: 20)',
    wholeNumber,
  )
  .option('--batch-size <number>', "images per step (default: the network's own)", wholeNumber)
  .option('--learning-rate <number>', "highest learning rate (default: the network's own)", positiveNumber)
  .option('--seed <number>', 'decides the split and the course of the training', wholeNumber, 1)
  .option('--resume', 'go on from the last checkpoint, in BUNDLE.partial')
  .option('--json', 'one JSON object on stdout at the end')
  .action(run);

interface Options
  extends Pick<
    TrainingOptions,
    'out' | 'manufacturer' | 'positive' | 'batchSize' | 'learningRate' | 'resume' | 'copies' | 'seed'
  > {
  data: string[];
  labels?: string[];
  boxes?: string[];
  start?: string;
  channels?: 'windows' | 'grey';
  size?: { rows: number; columns: number };
  networks?: number;
  arch: string;
  protocol: 'by-patient' | 'by-image';
  about?: string;
  name?: string;
  modelVersion: string;
  epochs?: number;
  minutes?: number;
  patience?: number;
  json?: true;
}

/** As the paper, which has every form of every image. */
const COPIES = 48;

async function run(options: Options, command: Command): Promise<void> {
  const wrong = problemOf(options);
  if (wrong !== undefined) command.error(`error: ${wrong}`, { exitCode: 2 });
  const { LESION_ARCHITECTURE, readAbout, unstated } = await import('../training/index.js');
  const about = options.about === undefined ? unstated(options.positive) : await readAbout(options.about);
  const bundle = await (options.arch === LESION_ARCHITECTURE ? lesions : paper)(options, about);
  if (options.json) {
    const { directory, name, version, digest, performance } = bundle;
    console.log(JSON.stringify({ directory, name, version, digest, performance }));
    return;
  }
  for (const { measure, value, interval, on } of bundle.performance)
    console.log(`${measure}: ${value.toFixed(3)}${interval ? ` (${interval.join(' to ')})` : ''}, ${on}`);
  console.log(`Wrote ${bundle.name} ${bundle.version} to ${bundle.directory}`);
  if (bundle.termsOfUse !== undefined) console.log(`Terms of use: ${bundle.termsOfUse}`);
}

/** Options that contradict each other. */
function problemOf(options: Options): string | undefined {
  const { arch, data, labels, boxes, start, size, networks, protocol, copies } = options;
  if (labels !== undefined && labels.length !== data.length)
    return `--data names ${data.length} folders and --labels ${labels.length} files; give one for each`;
  if (copies !== undefined && protocol !== 'by-image') return '--copies goes with --protocol by-image only';
  if (arch === 'lesion-map')
    return protocol === 'by-image' ? '--protocol by-image is for paper only' : undefined;
  if (labels === undefined || data.length > 1) return `${arch} takes one --data and its --labels`;
  if (boxes !== undefined || start !== undefined || size !== undefined || networks !== undefined)
    return '--boxes, --start, --size and --networks go with --arch lesion-map';
  return undefined;
}

async function lesions(options: Options, about: About): Promise<Bundle> {
  const { trainLesions } = await import('../training/index.js');
  const {
    data,
    labels,
    boxes = [],
    start,
    arch,
    name,
    modelVersion,
    minutes = 480,
    about: _,
    ...rest
  } = options;
  const sets = data.map((folder, index): DataSetPlace => ({ data: folder, labels: labels?.[index] }));
  return trainLesions(
    {
      ...rest,
      ...about,
      sets,
      boxes,
      start,
      minutes,
      name: name ?? arch,
      version: modelVersion,
      procedure: procedureOf(options),
    },
    trainingProgress(process.stderr),
  );
}

async function paper(options: Options, about: About): Promise<Bundle> {
  const { train } = await import('../training/index.js');
  const { data, labels, arch, name, modelVersion, protocol, about: _, ...rest } = options;
  const byImage = protocol === 'by-image';
  const copies = byImage ? (options.copies ?? COPIES) : undefined;
  const { epochs = 60, minutes = 120, patience = 20 } = options;
  return train(
    {
      ...rest,
      ...about,
      ...{ epochs, minutes, patience, copies },
      images: data[0]!,
      labels: labels![0]!,
      architecture: arch,
      name: name ?? (byImage ? `${arch}-by-image` : `${arch}-cnn`),
      version: modelVersion,
      procedure: procedureOf({
        ...options,
        epochs,
        minutes,
        patience,
        ...(copies !== undefined && { copies }),
      }),
    },
    trainingProgress(process.stderr),
  );
}

/** The command that repeats this training, without paths of this machine. */
function procedureOf(options: Options): string {
  const { arch, about, positive, data, labels, boxes, start, seed } = options;
  const option = (name: string, value: string | number | undefined) =>
    value === undefined ? [] : [`--${name} ${value}`];
  // The name of a whole data set says which one it was; a folder of images may be called anything.
  const places =
    labels === undefined ? data.map((folder) => basename(folder)).join(' ') : data.map(() => 'DIR').join(' ');
  return [
    `mamori train --data ${places}`,
    ...option('labels', labels?.map(() => 'CSV').join(' ')),
    ...option('boxes', boxes?.map((path) => basename(path)).join(' ')),
    ...option('start', start && basename(start)),
    ...option('about', about && basename(about)),
    ...option('channels', options.channels),
    ...option('size', options.size && `${options.size.rows}x${options.size.columns}`),
    ...option('networks', options.networks),
    `--arch ${arch} --out BUNDLE`,
    ...option('epochs', options.epochs),
    ...option('minutes', options.minutes),
    ...option('patience', options.patience),
    ...option('seed', seed),
    // With the classes exchanged the same command would train the opposite.
    ...(positive === POSITIVE ? [] : [`--positive ${positive.includes(' ') ? `"${positive}"` : positive}`]),
    ...(options.copies === undefined ? [] : [`--protocol by-image --copies ${options.copies}`]),
    ...option('batch-size', options.batchSize),
    ...option('learning-rate', options.learningRate),
  ].join(' ');
}
