import { z } from 'zod';
import { contradictionIn, preparationStepSchema } from '../image/index.js';
import { ENGINES } from './engineTable.js';

/** Printable ASCII: these texts go into DICOM objects of any character set. */
const ascii = z.string().regex(/^[\x20-\x7e]+$/, 'must be printable ASCII and not empty');
/** DICOM VR LO holds 64 characters and takes a backslash for a separator (PS3.5 §6.2). */
const shortAscii = ascii.max(64).refine((text) => !text.includes('\\'), 'must not contain a backslash');
const fraction = z.number().min(0).max(1);
const size = z.number().int().min(8).max(8192);

/** Maps the network's raw probability to a calibrated one, fitted on validation cases only. */
const calibration = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  // sigmoid(slope · logit(p) + intercept); temperature scaling is slope = 1/T, intercept = 0. A slope that is not
  // positive would turn the answer round.
  z.strictObject({ kind: z.literal('platt'), slope: z.number().positive(), intercept: z.number() }),
]);

const aggregation = z.enum(['mean', 'max']);

/** How a network was trained, for the model card and the physicist. */
const training = z.strictObject({
  /** Command or procedure, so that a physicist can do it again. */
  procedure: ascii,
  data: ascii,
  licence: ascii,
  attribution: ascii,
  /**
   * `by-patient` where left out. `by-image`: copies of one image and images of one patient stand on all sides of the
   * split. Such a bundle is for comparison with publications that do the same, and is kept from patients.
   */
  protocol: z.enum(['by-patient', 'by-image']).optional(),
  /** Copies of each image, where the protocol is `by-image`. */
  copies: z.number().int().min(2).max(48).optional(),
  /** Numbers of patient cases; no case stands in two of them, except in the protocol `by-image`. */
  cases: z.strictObject({
    training: z.number().int().min(0),
    validation: z.number().int().min(0),
    test: z.number().int().min(0),
  }),
  seed: z.number().int(),
});

const measurement = z.strictObject({
  measure: ascii,
  value: z.number(),
  /** 95 % confidence interval. */
  interval: z.tuple([z.number(), z.number()]).optional(),
  /** What it was measured on. */
  on: ascii,
});

/** A coded concept (PS3.3 §8.8): value and scheme are SH, the meaning is LO, and reports put `AI: ` before it. */
const concept = z.strictObject({
  value: shortAscii.max(16),
  scheme: shortAscii.max(16),
  meaning: shortAscii.max(60),
});

/** File names only, no paths: a bundle is one flat folder. */
const fileName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'must be a plain file name');
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lower-case hexadecimal');

/** bundle.json as it stands in the folder; docs/model-bundle.md explains each key. */
export const bundleSchema = z
  .strictObject({
    /** Version of the bundle format. */
    format: z.literal(1),
    name: shortAscii,
    version: shortAscii,
    manufacturer: shortAscii,
    /** What it is for and what it is not, in sentences. */
    purpose: ascii,
    limits: z.array(ascii).min(1),
    /** What must not be overlooked beside its number, as one short sentence: stands in summaries and captions. */
    caution: ascii.max(100).optional(),
    /** On what terms it may be used, where its data set some. */
    termsOfUse: ascii.optional(),
    /** Architecture, e.g. `paper`. */
    network: shortAscii,
    input: z.strictObject({
      rows: size,
      columns: size,
      channels: z.number().int().min(1).max(16),
      preparation: z.array(preparationStepSchema(z)).min(2),
    }),
    /** The second is the positive one, of which the probability speaks. */
    classes: z.tuple([shortAscii, shortAscii]),
    /** What the probability is the probability of; where left out, no more than of its positive class. */
    probabilityOf: concept.optional(),
    calibration,
    /** Calibrated probability from which on an answer counts as positive. */
    operatingPoint: fraction,
    /** How image probabilities become a breast's, and breasts' the exam's. */
    aggregation: z.strictObject({ breast: aggregation, exam: aggregation }),
    /** Layer whose activations and gradients explain the answer; `image` where the maps are made by occlusion. */
    targetLayer: shortAscii,
    /**
     * How its heat maps are made; by Grad-CAM where left out. `occlusion` needs no gradients, so that model.onnx gives
     * the probability only.
     */
    explanation: z.enum(['grad-cam', 'occlusion']).optional(),
    /** What a marked place is: where the network looked, where left out, or a mass, of a model made to find them. */
    marks: z.enum(['attention', 'masses']).optional(),
    /** Whether its heat maps passed their checks, and what was found; left out where nobody has checked them. */
    heatMaps: z.strictObject({ passed: z.boolean(), found: ascii }).optional(),
    /**
     * File of what it was made from, seen by the network (`readKnownFeatures`), and the distance beyond which an image
     * is unlike all of that and gets no answer.
     */
    knownFeatures: z.strictObject({ file: fileName, limit: z.number().positive() }).optional(),
    /** Where its maker tells. */
    training: training.optional(),
    /** What its maker measured. */
    performance: z.array(measurement),
    /** Every file of the folder except bundle.json, with its SHA-256. */
    files: z.record(fileName, sha256),
  })
  .superRefine((bundle, context) => {
    const problem = (path: (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path, message });
    const { rows, columns, channels, preparation } = bundle.input;
    const path = ['input', 'preparation'];
    const resizes = preparation.filter((step) => step.step === 'resize');
    const [resize] = resizes;
    if (preparation.at(-1)?.step !== 'normalise') problem(path, 'must end with normalise');
    // Told when the bundle is opened, and not by every image.
    const contradiction = contradictionIn(preparation);
    if (contradiction !== undefined) problem(path, `must not have ${contradiction}`);
    if (resize === undefined || resizes.length > 1) problem(path, 'must hold resize exactly once');
    else if (resize.rows !== rows || resize.columns !== columns)
      problem(path, `resizes to ${resize.rows} x ${resize.columns}, but input is ${rows} x ${columns}`);
    const made = 1 + preparation.filter((step) => 'as' in step && step.as === 'channel').length;
    if (made !== channels) problem(path, `makes ${made} channels, but input.channels is ${channels}`);
    if (bundle.classes[0] === bundle.classes[1]) problem(['classes'], 'must be two different names');
    if ((bundle.training?.protocol === 'by-image') !== (bundle.training?.copies !== undefined))
      problem(['training', 'copies'], 'must be there where the protocol is by-image, and only there');
    const networks = Object.values(ENGINES).map(({ file }) => file);
    if (!networks.some((file) => file in bundle.files))
      problem(['files'], `must name at least one of ${networks.join(', ')}`);
    if (bundle.knownFeatures !== undefined && !(bundle.knownFeatures.file in bundle.files))
      problem(['knownFeatures', 'file'], 'must be one of files');
    if (!('MODEL_CARD.md' in bundle.files)) problem(['files'], 'must name MODEL_CARD.md');
    if ('bundle.json' in bundle.files) problem(['files'], 'must not name bundle.json itself');
  });

export type BundleDocument = z.infer<typeof bundleSchema>;
