import {
  type LeftOut,
  type LeftOutCode,
  leftOutByClass,
  type Reason,
  type SourceInstance,
  type StandardView,
  type StudyIdentity,
  sopClass,
  standardView,
} from '../dicom/index.js';
import type {
  ImageErrorCode,
  PreparationPool,
  PreparationResult,
  PreparationStep,
  PreparedImage,
} from '../image/index.js';
import { type ExamLeftOutCode, InstanceUnavailable } from './errors.js';
import { toldApartBy } from './patients.js';
import type { ExamInstance } from './types.js';

/** The exam's images ready for the network, and everything else of the study with its reason. */
export interface Intake {
  /** In a fixed order (view, then instance UID), so that the same exam gives the same report. */
  images: PreparedImage[];
  leftOut: LeftOut[];
  /** Patient and study of any instance that could be read, for the report about an exam without images. */
  study: StudyIdentity | undefined;
}

export interface IntakeTask {
  preparation: PreparationStep[];
  /** Long edge of the display image in pixels. */
  displayLongEdge: number;
  /** Instances on their way at the same time: what is fetched and being prepared fills memory. */
  concurrency: number;
}

const ALL_VIEWS: StandardView[] = ['LCC', 'LMLO', 'RCC', 'RMLO'];

/**
 * Fetches and prepares an exam's instances, a few at a time.
 *
 * For Presentation comes first; a For Processing image is only used where its view has no other. When the four
 * standard views are all there, For Processing images are not even fetched, and neither is what is no mammogram by its
 * SOP class: a tomosynthesis can have a gigabyte.
 *
 * @throws whatever `fetch` throws except InstanceUnavailable: then the exam is not at fault and is tried again.
 */
export async function takeIn(
  instances: ExamInstance[],
  pool: PreparationPool,
  task: IntakeTask,
): Promise<Intake> {
  const never: LeftOut[] = [];
  const forProcessing = (instance: ExamInstance) =>
    instance.sopClassUID === sopClass.DigitalMammographyForProcessing;

  const candidates: ExamInstance[] = [];
  // One name is one image, listed twice or not: it must not count twice, nor two results have one name.
  const distinct = new Map(instances.map((instance) => [instance.sopInstanceUID, instance])).values();
  for (const instance of distinct) {
    const other = knownByClass(instance);
    if (other === undefined) candidates.push(instance);
    else never.push({ ...namesOf(instance), ...other, attempted: false });
  }

  const first = await prepareAll(
    candidates.filter((instance) => !forProcessing(instance)),
    pool,
    task,
  );
  const raw = candidates.filter(forProcessing);
  const presented = viewsOf(imagesOf(first));
  const second = ALL_VIEWS.every((view) => presented.has(view))
    ? raw.map((instance): Taken => ({ leftOut: { ...namesOf(instance), ...SUPERSEDED } }))
    : await prepareAll(raw, pool, task);
  return inOrder(withoutTwoPatients(withoutSuperseded(joined(never, [...first, ...second]))));
}

/** What became of one instance. */
type Taken = { image: PreparedImage } | { leftOut: LeftOut; study?: StudyIdentity | undefined };

function imagesOf(taken: Taken[]): PreparedImage[] {
  return taken.flatMap((one) => ('image' in one ? one.image : []));
}

function joined(never: LeftOut[], taken: Taken[]): Intake {
  const others = taken.flatMap((one) => ('image' in one ? [] : one));
  return {
    images: imagesOf(taken),
    leftOut: [...never, ...others.map(({ leftOut }) => leftOut)],
    study: others.find(({ study }) => study !== undefined)?.study,
  };
}

function inOrder({ images, leftOut, study }: Intake): Intake {
  const order = (image: PreparedImage) => `${standardView(image.source)} ${image.source.sopInstanceUID}`;
  return {
    images: images.toSorted((a, b) => (order(a) < order(b) ? -1 : 1)),
    leftOut: leftOut.toSorted((a, b) => (a.sopInstanceUID < b.sopInstanceUID ? -1 : 1)),
    study,
  };
}

/** Why an instance is not analysed, where its SOP class alone tells; not every archive lists the class. */
export function knownByClass({ sopClassUID }: ExamInstance): Reason | undefined {
  return sopClassUID === '' ? undefined : leftOutByClass(sopClassUID);
}

type Why = Reason<ExamLeftOutCode> & Pick<LeftOut, 'attempted' | 'superseded'>;

const MISLABELLED: LeftOutCode = 'contradictory-intent';

const SUPERSEDED: Why = {
  code: 'for-processing-superseded',
  reason: 'A For Presentation image of the same view was taken instead.',
  attempted: false,
  superseded: true,
};

/** In the order of the instances. */
async function prepareAll(
  instances: ExamInstance[],
  pool: PreparationPool,
  task: IntakeTask,
): Promise<Taken[]> {
  const taken: Taken[] = [];
  const waiting = [...instances.entries()];
  const takeNext = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [place, instance] = next;
      try {
        taken[place] = await prepareOne(instance, pool, task);
      } catch (error) {
        // The exam ends here: what has not been fetched yet would be fetched for nothing.
        waiting.length = 0;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, task.concurrency) }, takeNext));
  return taken;
}

async function prepareOne(instance: ExamInstance, pool: PreparationPool, task: IntakeTask): Promise<Taken> {
  let result: PreparationResult;
  try {
    result = await pool.prepare(await instance.fetch('stored', pool.allocate), task);
    if (result.kind === 'left-out' && result.leftOut.code === UNDECODABLE) {
      result = await pool.prepare(await instance.fetch('explicit-little-endian', pool.allocate), task);
    }
  } catch (error) {
    if (!(error instanceof InstanceUnavailable)) throw error;
    const { code, message: reason } = error;
    return { leftOut: { ...namesOf(instance), code, reason, attempted: true } };
  }

  const source = result.kind === 'prepared' ? result.image.source : result.leftOut.source;
  if (source !== undefined && !isNamedAlike(instance, source))
    return { leftOut: { ...namesOf(instance), ...CONTRADICTORY } };
  if (result.kind === 'prepared') return { image: result.image };
  return {
    // The archive's names count: a file too broken to name itself is still an instance of this exam.
    leftOut: { ...result.leftOut, ...namesOf(instance, source) },
    study: result.study?.studyInstanceUID === instance.studyInstanceUID ? result.study : undefined,
  };
}

const UNDECODABLE: ImageErrorCode = 'undecodable-transfer-syntax';

/** An archive's index and its files can differ: what is said of one patient must not rest on another's image. */
function isNamedAlike(instance: ExamInstance, source: SourceInstance): boolean {
  return (
    instance.studyInstanceUID === source.studyInstanceUID && instance.sopInstanceUID === source.sopInstanceUID
  );
}

const CONTRADICTORY: Why = {
  code: 'contradictory-identity',
  reason: 'The file names another study or instance than the archive does.',
  attempted: true,
};

/** Whose study an exam is, as far as it can be told without any instance. */
export async function describedStudy(instances: ExamInstance[]): Promise<StudyIdentity | undefined> {
  for (const instance of instances) {
    if (instance.describedStudy === undefined) continue;
    try {
      return { studyInstanceUID: instance.studyInstanceUID, ...(await instance.describedStudy()) };
    } catch (error) {
      if (!(error instanceof InstanceUnavailable)) throw error;
    }
  }
  return undefined;
}

/** Whose study an instance belongs to, whatever else is wrong with it; undefined where it does not tell. */
export async function identify(
  instance: ExamInstance,
  pool: PreparationPool,
): Promise<{ source: SourceInstance | undefined; study: StudyIdentity | undefined }> {
  try {
    const { source, study } = await pool.identify(await instance.fetch('stored', pool.allocate));
    if (study?.studyInstanceUID !== instance.studyInstanceUID) return { source: undefined, study: undefined };
    return { source: source && isNamedAlike(instance, source) ? source : undefined, study };
  } catch (error) {
    if (!(error instanceof InstanceUnavailable)) throw error;
    return { source: undefined, study: undefined };
  }
}

function withoutSuperseded({ images, leftOut, study }: Intake): Intake {
  const presented = viewsOf(images.filter((image) => image.source.intent === 'presentation'));
  const isSuperseded = (source: SourceInstance) =>
    source.intent === 'processing' && presented.has(standardView(source));
  // Most likely a raw twin as well: whatever it is, its view has its image.
  const isMislabelled = ({ code, source }: LeftOut) =>
    code === MISLABELLED && source !== undefined && presented.has(standardView(source));
  return {
    images: images.filter(({ source }) => !isSuperseded(source)),
    leftOut: [
      // Nor is anything lost by a raw twin that could not be read.
      ...leftOut.map((left) =>
        left.source && (isSuperseded(left.source) || isMislabelled(left)) ? { ...left, ...SUPERSEDED } : left,
      ),
      ...images
        .filter(({ source }) => isSuperseded(source))
        .map(({ source }) => ({ ...namesOf(source), ...SUPERSEDED, source })),
    ],
    study,
  };
}

/** What is said of one patient must not rest on another's image, and which is whose cannot be told here. */
function withoutTwoPatients(intake: Intake): Intake {
  const { images, leftOut, study } = intake;
  const by = toldApartBy(images.map(({ source }) => source));
  if (by === undefined) return intake;
  const why = twoPatients(by);
  const mixed = images.map(({ source }) => ({ ...namesOf(source), ...why, source }));
  return { images: [], leftOut: [...leftOut, ...mixed], study };
}

/** Why a study is not analysed whose images are of more than one patient. */
function twoPatients(by: string) {
  return {
    code: 'contradictory-patient',
    reason: `The images of this study name at least two patients (${by}).`,
    attempted: true,
  } as const satisfies Why;
}

function viewsOf(images: PreparedImage[]): Set<StandardView> {
  return new Set(images.map((image) => standardView(image.source)));
}

/** As the archive names an instance; its class by its own header where the archive does not list classes. */
export function namesOf(
  instance: Pick<ExamInstance, 'sopClassUID' | 'sopInstanceUID' | 'seriesInstanceUID'>,
  source?: SourceInstance,
): Pick<LeftOut, 'sopClassUID' | 'sopInstanceUID' | 'seriesInstanceUID'> {
  const { sopInstanceUID, seriesInstanceUID } = instance;
  const sopClassUID = instance.sopClassUID || (source?.sopClassUID ?? '');
  return { sopClassUID, sopInstanceUID, seriesInstanceUID };
}
