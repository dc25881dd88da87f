import { countText } from '../../countText.js';
import {
  auc,
  bestThreshold,
  bootstrapByCase,
  byCase,
  calibrationError,
  classesOf,
  countCases,
  encodeSplit,
  fitPlatt,
  type LabelledImage,
  readLabels,
  type Scored,
  SPLIT_FILE,
  type SplitShares,
  sensitivityAndSpecificity,
  splitByCase,
} from '../../dataset/index.js';
import type { PreparationStep } from '../../image/index.js';
import {
  type BundleDescription,
  type Calibration,
  calibrate,
  type Engine,
  type Measurement,
  placeSummary,
} from '../../model/index.js';
import { type Example, readExamples } from '../fitting/index.js';
import { knownFeaturesOf } from '../knownImages.js';
import { ImportError } from './errors.js';

/** A labelled folder: half of its patients to calibrate on, the other half to measure on. */
export interface LabelledFolder {
  folder: string;
  labels: string;
  /** Label of the class that the probability speaks of. */
  positive: string;
  seed: number;
}

/** Images in one run of the network. */
const BATCH = 8;
/** Splitting has three parts; the first two calibrate. */
const HALVES: SplitShares = { validation: 0.25, test: 0.5 };

/** What a labelled folder says of a network that was not made from it. */
export interface CalibrationSet {
  classes: [negative: string, positive: string];
  cases: { calibration: number; measured: number };
  images: { calibration: number; measured: number };
  calibration: Example[];
  measured: Example[];
  /** The bundle's record of which patients were used for what. */
  record: { name: string; bytes: Uint8Array };
}

/**
 * Reads and prepares a labelled folder, split by patient.
 *
 * @throws ModelError `labels-class-empty`, and as `readLabels` and `readExamples` do
 */
export async function readCalibrationSet(
  { folder, labels, positive, seed }: LabelledFolder,
  preparation: PreparationStep[],
  progress: (done: number, of: number) => void,
): Promise<CalibrationSet> {
  const images = await readLabels(labels, folder);
  const classes = classesOf(images, positive);
  const { training, validation, test } = splitByCase(images, positive, HALVES, seed);
  const own: LabelledImage[] = [...training, ...validation];
  const examples = await readExamples([...own, ...test], preparation, positive, progress);
  return {
    classes,
    cases: { calibration: countCases(own), measured: countCases(test) },
    images: { calibration: own.length, measured: test.length },
    calibration: examples.slice(0, own.length),
    measured: examples.slice(own.length),
    record: { name: SPLIT_FILE, bytes: Buffer.from(encodeSplit({ training: [], validation: own, test })) },
  };
}

/** What a labelled folder gives to a bundle. */
export interface Calibrated {
  description: {
    calibration: Calibration;
    operatingPoint: number;
    performance: Measurement[];
  } & Pick<BundleDescription, 'knownFeatures'>;
  files: Record<string, Uint8Array>;
}

/**
 * Calibration, operating point and what the network knows from one half of the patients; figures, and how far an image
 * may lie from what is known, from the other.
 *
 * @throws ImportError `import-inverted`
 */
export async function calibrateOn(
  { calibration: own, measured, images, cases }: CalibrationSet,
  engine: Engine,
): Promise<Calibrated> {
  const [known, unseen] = [await answersTo(engine, own), await answersTo(engine, measured)];
  checkDirection(unseen.scored);
  const calibration = fitPlatt(known.scored);
  const calibrated = (scored: Scored[]) =>
    scored.map((one) => ({ ...one, probability: calibrate({ calibration }, one.probability) }));
  const operatingPoint = round(bestThreshold(calibrated(known.scored)));
  const scored = calibrated(unseen.scored);
  const on = `${countText(images.measured, 'image')} of ${countText(cases.measured, 'patient')} not calibrated on`;
  const area = (answers: Scored[], what: string): Measurement => ({
    measure: 'AUC',
    value: round(auc(answers)),
    interval: bootstrapByCase(answers, auc).map(round) as [number, number],
    on: what,
  });
  const { sensitivity, specificity } = sensitivityAndSpecificity(scored, operatingPoint);
  const features = known.features.length > 0 && knownFeaturesOf([known.features], unseen.features);
  return {
    description: {
      calibration,
      operatingPoint,
      ...(features && { knownFeatures: features.knownFeatures }),
      performance: [
        area(scored, on),
        area(byCase(scored), `${countText(cases.measured, 'patient')}, mean of their images`),
        { measure: 'sensitivity at the operating point', value: round(sensitivity), on },
        { measure: 'specificity at the operating point', value: round(specificity), on },
        { measure: 'expected calibration error', value: round(calibrationError(scored)), on },
      ],
    },
    files: features ? features.files : {},
  };
}

/** @throws ImportError `import-inverted` where the answers order the patients the wrong way round, beyond chance */
function checkDirection(answers: readonly Scored[]): void {
  const [low, high] = bootstrapByCase(answers, auc).map(round);
  if (!(high! < 0.5)) return;
  throw new ImportError(
    'import-inverted',
    `the other class gets the higher answers: AUC ${round(auc(answers))} (${low} to ${high}) on the labelled folder`,
    { remedy: 'Say the other --positive-index, or name the classes the other way round by --positive.' },
  );
}

/** Answers, and for a network that is explained by gradients the features of each image. */
async function answersTo(
  engine: Engine,
  examples: Example[],
): Promise<{ scored: Scored[]; features: Float32Array[] }> {
  const scored: Scored[] = [];
  const features: Float32Array[] = [];
  for (let from = 0; from < examples.length; from += BATCH) {
    const batch = examples.slice(from, from + BATCH);
    const answers = await engine.infer(batch.map(({ input }) => input));
    for (const [index, { image, target }] of batch.entries()) {
      const answer = answers[index]!;
      scored.push({ probability: answer.rawProbability, target, case: image.case });
      if (answer.activations.length > 0) features.push(placeSummary(answer));
    }
  }
  return { scored, features };
}

function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
