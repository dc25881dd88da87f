import { rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { countText, numberText } from '../../countText.js';
import { Random } from '../../dataset/index.js';
import { makeDraft } from '../../folder.js';
import { normalisationOf } from '../../image/index.js';
import {
  type Bundle,
  type BundleDescription,
  checkDescription,
  checkPlaceForBundle,
  type Engine,
  openEngine,
  sha256,
  writeBundle,
} from '../../model/index.js';
import {
  type CalibrationSet,
  calibrateOn,
  type LabelledFolder,
  readCalibrationSet,
} from './calibrationSet.js';
import { explainedText, type ImportChecks, importCard } from './importCard.js';
import type { InputPlan } from './inputPlan.js';
import { readNetworkFile } from './networkFile.js';
import {
  type NetworkAnswers,
  type Original,
  openOriginal,
  type Transformed,
  transform,
} from './transformation.js';
import { alike, checkAgreement, saturated } from './verification.js';

/** What the network says of itself; nothing of this stands in its file. Printable ASCII. */
export interface SelfDescription
  extends Pick<
    BundleDescription,
    | 'name'
    | 'version'
    | 'manufacturer'
    | 'purpose'
    | 'limits'
    | 'caution'
    | 'termsOfUse'
    | 'probabilityOf'
    | 'classes'
  > {
  /** What it was trained on, and on what terms. */
  data: string;
  licence: string;
  attribution: string;
}

export interface ImportOptions extends NetworkAnswers, SelfDescription {
  file: string;
  out: string;
  /** Which output is the answer, where the file has several. */
  output?: string | undefined;
  /** Undefined: neither calibrated nor measured. */
  calibrate?: Omit<LabelledFolder, 'positive'> | undefined;
  /** The command that does it again. */
  procedure: string;
}

export interface ImportEvents {
  stage(what: string): void;
  prepared(done: number, of: number): void;
}

export interface Imported {
  bundle: Bundle;
  /** How its maps are made, in a sentence. */
  explanation: string;
  batch: Transformed['batch'];
  checks: ImportChecks;
}

/** Images of a labelled folder on which the bundle is held against the network as it came. */
const CHECKED = 4;
const NOT_CALIBRATED =
  "Not calibrated: its probabilities are the network's own, and the operating point of 0.5 was not chosen on cases.";

/**
 * From an ONNX file to a bundle: reads the network, gives it the input and outputs that the service works with, checks
 * on images that it still answers the same, calibrates it and chooses its operating point where a labelled folder is
 * given. The bundle appears whole or not at all.
 *
 * @throws ImportError, ModelError as its steps do
 */
export async function importModel(options: ImportOptions, events: ImportEvents): Promise<Imported> {
  await checkPlaceForBundle(options.out);
  const file = await readNetworkFile(options.file, options.output);
  const original = await openOriginal(file, options);
  const draft = await makeDraft(resolve(options.out));
  try {
    checkDescription(describe(options, original, undefined, undefined));
    const set = options.calibrate && (await readSet(options, original.input, events));
    const pictures =
      set?.calibration.slice(0, CHECKED).map(({ input }) => input) ?? madePictures(original.input);
    events.stage("giving the network a bundle's input and outputs, and checking them");
    const transformed = await transform(file, original, options, pictures);
    const described = describe(options, original, transformed, set);
    const whole = { 'model.onnx': transformed.onnx, 'MODEL_CARD.md': Buffer.from('draft') };
    const trial = await writeBundle(join(draft, 'bundle'), described, whole);
    const engine = await openEngine(trial, { engine: 'onnxruntime', device: 'cpu' });
    try {
      const compared = await comparisonOf(engine, original, pictures);
      if (set)
        events.stage(
          `calibrating on ${countText(set.images.calibration, 'image')}, ` +
            `measuring on ${numberText(set.images.measured)}`,
        );
      const calibrated = set && (await calibrateOn(set, engine));
      const description = { ...described, ...calibrated?.description };
      const kind = set ? 'of the labelled folder' : 'made';
      const checks: ImportChecks = { pictures: { count: pictures.length, kind }, ...compared };
      const given = { name: basename(options.file), sha256: sha256(file.bytes) };
      const card = importCard(description, transformed, checks, given);
      const bundle = await writeBundle(options.out, description, {
        'model.onnx': transformed.onnx,
        'MODEL_CARD.md': Buffer.from(card),
        ...(set && { [set.record.name]: set.record.bytes }),
        ...calibrated?.files,
      });
      const { explained, batch } = transformed;
      return { bundle, explanation: explainedText(explained), batch, checks };
    } finally {
      await engine.close();
    }
  } finally {
    await rm(draft, { recursive: true, force: true });
    await original.close();
  }
}

function readSet(options: ImportOptions, input: InputPlan, events: ImportEvents): Promise<CalibrationSet> {
  events.stage('reading the labelled folder');
  const given = { ...options.calibrate!, positive: options.classes[1] };
  return readCalibrationSet(given, input.preparation, events.prepared);
}

/** As the service will run it, and not as this import does. */
async function comparisonOf(
  engine: Engine,
  original: Original,
  pictures: Float32Array[],
): Promise<Pick<ImportChecks, 'difference' | 'saturated' | 'alike'>> {
  const found = await engine.infer(pictures);
  const meant = await original.probabilities(pictures);
  const probabilities = found.map(({ rawProbability }) => rawProbability);
  return {
    difference: checkAgreement(probabilities, meant, 'the bundle', original.agreement),
    saturated: saturated(meant),
    alike: alike(meant),
  };
}

/** Three pictures without images: a ramp, noise, and a bright spot on dark. */
function madePictures({ rows, columns, pictureChannels, preparation }: InputPlan): Float32Array[] {
  const random = new Random(1);
  const { mean, deviation } = normalisationOf(preparation);
  const picture = (grey: (y: number, x: number) => number) =>
    Float32Array.from({ length: rows * columns * pictureChannels }, (_, at) => {
      const place = Math.floor(at / pictureChannels);
      return (grey(Math.floor(place / columns) / rows, (place % columns) / columns) - mean) / deviation;
    });
  return [
    picture((y, x) => (y + x) / 2),
    picture(() => random.below(1001) / 1000),
    picture((y, x) => Math.exp(-20 * ((y - 0.4) ** 2 + (x - 0.3) ** 2))),
  ];
}

function describe(
  options: ImportOptions,
  { input }: Original,
  transformed: Transformed | undefined,
  set: CalibrationSet | undefined,
): BundleDescription {
  const { name, version, manufacturer, purpose, caution, termsOfUse, probabilityOf, classes } = options;
  const { rows, columns, pictureChannels, preparation } = input;
  const explained = transformed?.explained;
  const used =
    set &&
    ` Calibrated on ${countText(set.images.calibration, 'image')} of ` +
      `${countText(set.cases.calibration, 'patient')}.`;
  return {
    name,
    version,
    manufacturer,
    purpose,
    limits: [...options.limits, ...(set ? [] : [NOT_CALIBRATED])],
    ...(caution !== undefined && { caution }),
    ...(termsOfUse !== undefined && { termsOfUse }),
    network: 'imported from ONNX',
    input: { rows, columns, channels: pictureChannels, preparation },
    classes: set?.classes ?? classes,
    ...(probabilityOf !== undefined && { probabilityOf }),
    calibration: { kind: 'none' },
    operatingPoint: 0.5,
    aggregation: { breast: 'mean', exam: 'max' },
    targetLayer: explained?.kind === 'grad-cam' ? explained.target.label : 'image',
    training: {
      procedure: options.procedure,
      data: `Trained elsewhere: ${options.data}.${used ?? ''}`,
      licence: options.licence,
      attribution: options.attribution,
      cases: { training: 0, validation: set?.cases.calibration ?? 0, test: set?.cases.measured ?? 0 },
      seed: options.calibrate?.seed ?? 0,
    },
    ...(explained?.kind === 'occlusion' && { explanation: explained.kind }),
    performance: [],
  };
}
