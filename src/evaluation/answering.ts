import { checkBoxes, type LabelledImage, type LesionBox } from '../dataset/index.js';
import type { StandardView } from '../dicom/index.js';
import { gradCam, type HeatMap, occlusionMap } from '../gradcam/index.js';
import { type Bundle, calibrate, type Engine, type Inference } from '../model/index.js';
import type { Judge } from './abstention.js';
import type { Answer } from './answers.js';
import type { Examination } from './examination.js';
import type { ExaminationPool } from './examinationPool.js';
import { type LocatedImage, locate } from './localisation/index.js';
import type { FormAnswers, PrintedImage } from './shortcuts/index.js';

/** Images that are prepared ahead while the network works. */
const AHEAD = 6;
/** Inputs in one run of the network. */
const BATCH = 8;

export interface Answered {
  answers: (Answer & { rawProbability: number })[];
  forms: FormAnswers[];
  printed: PrintedImage[];
  /** Images whose lesions are known, where boxes were given. */
  located: LocatedImage[];
}

/** Raw probabilities of any number of inputs, in batches. */
export async function rawProbabilities(
  engine: Pick<Engine, 'infer'>,
  inputs: Float32Array[],
): Promise<number[]> {
  return (await answersTo(engine, inputs)).raw;
}

/** All raw probabilities, and the whole inference of the first input. */
async function answersTo(
  engine: Pick<Engine, 'infer'>,
  inputs: Float32Array[],
): Promise<{ raw: number[]; first: Inference | undefined }> {
  const raw: number[] = [];
  let first: Inference | undefined;
  for (let from = 0; from < inputs.length; from += BATCH)
    for (const inference of await engine.infer(inputs.slice(from, from + BATCH))) {
      first ??= inference;
      raw.push(inference.rawProbability);
    }
  return { raw, first };
}

/**
 * The boxes of every image, by its path, of the data sets that have boxes: there one without cancer holds no lesion.
 */
export type BoxesOfImages = ReadonlyMap<string, readonly LesionBox[]>;

/** What answering works with. */
export interface Answering {
  bundle: Bundle;
  engine: Engine;
  pool: ExaminationPool;
  judge: Judge;
  progress(done: number, of: number): void;
}

/**
 * Shows the network every image, and the other forms that the shortcut checks ask for.
 *
 * @param sampled the patients whose images are shown in other forms too
 */
export async function answerImages(
  images: LabelledImage[],
  boxes: BoxesOfImages,
  sampled: ReadonlySet<string>,
  { bundle, engine, pool, judge, progress }: Answering,
): Promise<Answered> {
  const answered: Answered = { answers: [], forms: [], printed: [], located: [] };
  const steps = bundle.input.preparation;
  await inOrder(
    images,
    (image) => {
      const { path, file, copy } = image;
      const wanted = sampled.has(image.case) ? 'everything' : 'plain';
      return pool.examine({ path, file, copy, view: viewOf(image), steps, wanted });
    },
    async (image, examination) => {
      const own = image.copy === undefined ? boxes.get(image.path) : undefined;
      const { geometry, mask, implausible } = examination.place!;
      checkBoxes(image.file, own ?? [], geometry.sourceRows, geometry.sourceColumns);
      const { raw, first } = await answersTo(engine, examination.variants);
      const target = image.label === bundle.classes[1] ? 1 : 0;
      const rawProbability = raw[0]!;
      const probability = calibrate(bundle, rawProbability);
      answered.answers.push({
        image,
        case: image.case,
        target,
        rawProbability,
        probability,
        ...judge(first!),
        ...(implausible !== undefined && { notAnalysed: implausible }),
      });
      if (examination.forms !== undefined)
        answered.forms.push(
          formsOf(
            image,
            target,
            examination,
            raw.map((one) => calibrate(bundle, one)),
          ),
        );
      if (own !== undefined && knownLesions(target, own)) {
        const map = await heatMapOf({ bundle, engine }, examination.variants[0]!, first!);
        answered.located.push(locate(map, { ...image, probability, boxes: own, mask, geometry }));
      }
      // Copies that were made on purpose are not looked for.
      if (image.copy === undefined) answered.printed.push({ image, fingerprint: examination.fingerprint! });
      progress(answered.answers.length, images.length);
    },
  );
  return answered;
}

/** The answers alone. */
export async function plainAnswers(
  images: LabelledImage[],
  { bundle, engine, pool, judge, progress }: Answering,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  await inOrder(
    images,
    ({ path, file, copy }) =>
      pool.examine({ path, file, copy, steps: bundle.input.preparation, wanted: 'input' }),
    async (image, { input }) => {
      const [inference] = await engine.infer([input]);
      answers.push({
        image,
        case: image.case,
        target: image.label === bundle.classes[1] ? 1 : 0,
        probability: calibrate(bundle, inference!.rawProbability),
        ...judge(inference!),
      });
      progress(answers.length, images.length);
    },
  );
  return answers;
}

/** As the labels tell; a turned copy has none. */
function viewOf({ side, view, copy }: LabelledImage): StandardView | undefined {
  const name = `${side?.[0] ?? ''}${view ?? ''}`.toUpperCase();
  return copy === undefined ? STANDARD_VIEWS.find((one) => one === name) : undefined;
}

const STANDARD_VIEWS: readonly StandardView[] = ['LCC', 'RCC', 'LMLO', 'RMLO'];

/** As the service makes it. */
async function heatMapOf(
  { bundle, engine }: Pick<Answering, 'bundle' | 'engine'>,
  input: Float32Array,
  inference: Inference,
): Promise<HeatMap> {
  if (bundle.explanation !== 'occlusion') return gradCam(inference);
  return occlusionMap(engine, { ...bundle.input, input }, inference.rawProbability);
}

/** An image without cancer has none to be found; one with cancer only counts where a box says which. */
function knownLesions(target: 0 | 1, boxes: readonly LesionBox[]): boolean {
  return target === 0 || boxes.some(({ pathology }) => pathology === 'malignant');
}

/** Fingerprints of images that the network is not shown. */
export async function printImages(
  images: LabelledImage[],
  pool: ExaminationPool,
  progress: (done: number, of: number) => void,
): Promise<PrintedImage[]> {
  const printed: PrintedImage[] = [];
  await inOrder(
    images,
    ({ path, file }) => pool.examine({ path, file, steps: [], wanted: 'fingerprint' }),
    async (image, { fingerprint }) => {
      printed.push({ image, fingerprint: fingerprint! });
      progress(printed.length, images.length);
    },
  );
  return printed;
}

/** Works through items in their order, with a few begun ahead. The first error ends it. */
async function inOrder<Item, Made>(
  items: readonly Item[],
  make: (item: Item) => Promise<Made>,
  take: (item: Item, made: Made) => Promise<void>,
): Promise<void> {
  const begun: Promise<Made>[] = [];
  for (let index = 0; index < items.length; index++) {
    while (begun.length < Math.min(items.length, index + AHEAD)) {
      const next = make(items[begun.length]!);
      // It is awaited later; until then its failure is nobody's surprise.
      next.catch(() => {});
      begun.push(next);
    }
    await take(items[index]!, await begun[index]!);
    // What has been taken is not kept: inputs are large.
    begun[index] = undefined as never;
  }
}

function formsOf(
  image: LabelledImage,
  target: 0 | 1,
  examination: Examination,
  probabilities: number[],
): FormAnswers {
  const forms = examination.forms!;
  return {
    file: image.file,
    case: image.case,
    target,
    set: image.set,
    asItLies: probabilities[forms.asItLies]!,
    canonical: probabilities[forms.canonical]!,
    withoutBreast: probabilities[forms.withoutBreast]!,
    withoutBackground: probabilities[forms.withoutBackground]!,
    orientations: forms.orientations.map((place) => probabilities[place]!),
    figures: examination.figures!,
    statistics: examination.statistics!,
  };
}
