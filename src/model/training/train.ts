import { sha256 } from '../bundle.js';
import { type BundleDescription, checkPlaceForBundle, writeBundle } from '../bundle-writer.js';
import { calibrate } from '../calibration.js';
import { exportOnnx } from '../export/onnx-export.js';
import { type Architecture, architecture } from '../networks/index.js';
import { encodeLayersModel } from '../networks/layers-file.js';
import { anyTensorflow } from '../tensorflow-runtime.js';
import type { Bundle, Measurement, TrainingRecord } from '../types.js';
import type { About } from './about.js';
import { CheckpointFile } from './checkpoint.js';
import { type Example, readExamples } from './examples.js';
import { type EpochReport, type FitNotes, type FitOptions, fitWeights, score } from './fit.js';
import { classesOf, readLabels } from './labels.js';
import {
  auc,
  bestThreshold,
  bootstrapByCase,
  byCase,
  calibrationError,
  fitPlatt,
  type Scored,
  sensitivityAndSpecificity,
} from './measures.js';
import { modelCard } from './model-card.js';
import { orientationRule } from './orientation-rule.js';
import { countCases, PARTS, SHARES, splitByCase } from './split.js';
import { encodeSplit, SPLIT_FILE } from './split-record.js';

export type { EpochReport, FitOptions } from './fit.js';

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
  const checkpoint = new CheckpointFile<FitNotes>(`${options.out}.checkpoint`, fingerprint(options, parts));
  const epochs = await fitWeights(runtime, model, parts, options, checkpoint, events.epoch);

  events.stage('measuring and writing the bundle');
  const validation = score(tf, model, parts.validation);
  const calibration = fitPlatt(validation);
  const calibrated = (scored: Scored[]) =>
    scored.map((one) => ({ ...one, probability: calibrate({ calibration }, one.probability) }));
  const operatingPoint = round(bestThreshold(calibrated(validation)));
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
    performance: measure(calibrated(score(tf, model, parts.test)), operatingPoint, parts.test, plan),
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
    course: course(epochs, runtime.description),
  });
  model.dispose();
  const bundle = await writeBundle(options.out, description, {
    ...files,
    'MODEL_CARD.md': Buffer.from(card),
  });
  await checkpoint.remove();
  return bundle;
}

function measure(
  scored: Scored[],
  operatingPoint: number,
  examples: Example[],
  plan: Architecture,
): Measurement[] {
  const cases = byCase(scored);
  const images = `${scored.length} test images`;
  const patients = `${cases.length} test patients, mean of their images`;
  const { sensitivity, specificity } = sensitivityAndSpecificity(scored, operatingPoint);
  const rule: Scored[] = examples.map(({ input, target, image }) => ({
    probability: orientationRule(input, plan.input),
    target,
    case: image.case,
  }));
  const ruleAuc = auc(rule);
  const measured: Measurement[] = [
    { measure: 'AUC', value: auc(scored), interval: bootstrapByCase(scored, auc), on: images },
    { measure: 'AUC', value: auc(cases), interval: bootstrapByCase(cases, auc), on: patients },
    { measure: 'sensitivity at the operating point', value: sensitivity, on: images },
    { measure: 'specificity at the operating point', value: specificity, on: images },
    { measure: 'expected calibration error', value: calibrationError(scored), on: images },
    // Either way round: a rule that is always wrong gives as much away.
    {
      measure: 'AUC of orientation alone (0.5: gives nothing away)',
      value: Math.max(ruleAuc, 1 - ruleAuc),
      on: `${images}, prepared`,
    },
  ];
  return measured.map((one) => ({
    ...one,
    value: round(one.value),
    ...(one.interval && { interval: one.interval.map(round) as [number, number] }),
  }));
}

function course(epochs: EpochReport[], runtime: string): string[] {
  const last = epochs.at(-1)!;
  const best = epochs.reduce((a, b) => (b.validationAuc > a.validationAuc ? b : a));
  return [
    `${last.epoch} epochs in ${Math.round(last.seconds / 60)} minutes on ${runtime}`,
    `weights of epoch ${best.epoch}, which had the best AUC on the validation cases: ${best.validationAuc.toFixed(3)}`,
    'augmented: up and down exchanged at random, small rotations, changes of scale, place and brightness, mixup',
  ];
}

/** Names this training by what decides its course, so that it goes on from its own checkpoint only. */
function fingerprint(options: TrainingOptions, parts: Record<string, Example[]>): string {
  const { epochs, batchSize, learningRate, seed } = options;
  const plan = architecture(options.architecture);
  const images = Object.values(parts).map((examples) =>
    examples.map(({ image, target }) => [image.file, target]),
  );
  return sha256(Buffer.from(JSON.stringify([plan, epochs, batchSize, learningRate, seed, images])));
}

function learningCurve(epochs: EpochReport[]): string {
  const lines = epochs.map((epoch) =>
    [
      epoch.epoch,
      epoch.trainingLoss.toFixed(4),
      epoch.validationLoss.toFixed(4),
      epoch.validationAuc.toFixed(4),
    ].join(','),
  );
  return ['epoch,training_loss,validation_loss,validation_auc', ...lines, ''].join('\n');
}

function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
