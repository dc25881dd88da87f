import { basename } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { EpochReport, FitOptions, TrainingEvents, TrainingOptions } from '../training/index.js';

const POSITIVE = 'malignant';

/** `mamori train`: from labelled images to a model bundle. */
export const trainCommand = new Command('train')
  .description('train a network on labelled images and write a model bundle')
  .requiredOption('--data <dir>', 'folder of the images, PNG or DICOM (DIR/file or DIR/label/file)')
  .requiredOption('--labels <csv>', 'labels file: file, label, case, and where known site, side, view')
  .requiredOption('--arch <name>', 'network: paper or mass')
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
  .option('--epochs <number>', 'passes over the training images', wholeNumber, 60)
  .option('--minutes <number>', 'ends after the epoch in which this time is over', positiveNumber, 120)
  .option('--patience <number>', 'ends after so many epochs without a better validation AUC', wholeNumber, 20)
  .option('--batch-size <number>', "images per step (default: the network's own)", wholeNumber)
  .option('--learning-rate <number>', "highest learning rate (default: the network's own)", positiveNumber)
  .option('--seed <number>', 'decides the split and the course of the training', wholeNumber, 1)
  .option('--resume', 'go on from the last checkpoint, in BUNDLE.partial')
  .option('--json', 'one JSON object on stdout at the end')
  .action(run);

interface Options
  extends Pick<
      TrainingOptions,
      'labels' | 'out' | 'manufacturer' | 'positive' | 'batchSize' | 'learningRate' | 'resume' | 'copies'
    >,
    FitOptions {
  /** Folder of the images. */
  data: string;
  arch: string;
  protocol: 'by-patient' | 'by-image';
  about?: string;
  name?: string;
  modelVersion: string;
  json?: true;
}

/** As the paper, which has every form of every image. */
const COPIES = 48;

async function run(given: Options, command: Command): Promise<void> {
  const { protocol, ...options } = given;
  if (protocol === 'by-image') options.copies ??= COPIES;
  else if (options.copies !== undefined)
    command.error('error: --copies goes with --protocol by-image only', { exitCode: 2 });
  const { readAbout, train, unstated } = await import('../training/index.js');
  const { data: images, arch, about, name, modelVersion, json, ...rest } = options;
  const bundle = await train(
    {
      ...rest,
      ...(about === undefined ? unstated(options.positive) : await readAbout(about)),
      images,
      architecture: arch,
      name: name ?? (protocol === 'by-image' ? `${arch}-by-image` : `${arch}-cnn`),
      version: modelVersion,
      procedure: procedureOf(options),
    },
    progressOn(process.stderr),
  );
  if (json) {
    const { directory, name, version, digest, performance } = bundle;
    console.log(JSON.stringify({ directory, name, version, digest, performance }));
    return;
  }
  for (const { measure, value, interval, on } of bundle.performance)
    console.log(`${measure}: ${value.toFixed(3)}${interval ? ` (${interval.join(' to ')})` : ''}, ${on}`);
  console.log(`Wrote ${bundle.name} ${bundle.version} to ${bundle.directory}`);
}

/** The command that repeats this training, without paths of this machine. */
function procedureOf(options: Omit<Options, 'protocol'>): string {
  const { arch, about, positive, epochs, minutes, patience, batchSize, learningRate, seed, copies } = options;
  return [
    `mamori train --data DIR --labels CSV${about === undefined ? '' : ` --about ${basename(about)}`} --arch ${arch} --out BUNDLE`,
    `--epochs ${epochs} --minutes ${minutes} --patience ${patience} --seed ${seed}`,
    // With the classes exchanged the same command would train the opposite.
    ...(positive === POSITIVE ? [] : [`--positive ${positive.includes(' ') ? `"${positive}"` : positive}`]),
    ...(copies === undefined ? [] : [`--protocol by-image --copies ${copies}`]),
    ...(batchSize === undefined ? [] : [`--batch-size ${batchSize}`]),
    ...(learningRate === undefined ? [] : [`--learning-rate ${learningRate}`]),
  ].join(' ');
}

function progressOn(stream: NodeJS.WriteStream): TrainingEvents {
  const epoch = ({ epoch, trainingLoss, validation, seconds, secondsLeft }: EpochReport) => {
    const validated =
      validation && `, on validation ${validation.loss.toFixed(3)}, AUC ${validation.auc.toFixed(3)}`;
    stream.write(
      `epoch ${epoch}: loss ${trainingLoss.toFixed(3)}${validated ?? ''}; ` +
        `${clock(seconds)}, at most ${clock(secondsLeft)} left\n`,
    );
  };
  const prepared = (done: number, of: number) => {
    if (stream.isTTY && (done === of || done % 20 === 0))
      stream.write(`\r  ${done} of ${of}${done === of ? '\n' : ''}`);
  };
  return { stage: (what) => stream.write(`${what}\n`), prepared, epoch };
}

function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('a whole number from 1 on is needed');
  return value;
}

function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError('a number above 0 is needed');
  return value;
}
