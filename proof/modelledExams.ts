import { createHash } from 'node:crypto';
import {
  asUid,
  type LeftOut,
  type SeriesInstanceUID,
  type SOPInstanceUID,
  type StandardView,
  type StudyInstanceUID,
  sopClass,
} from '../src/dicom/index.js';
import { type ExamInstance, type ExamOutcome, InstanceUnavailable } from '../src/exam/index.js';
import { viewsInStudy } from '../src/findings/index.js';
import type { ExamMaking } from '../src/poller/index.js';

/** An image that a modality sends. Its bytes are its view, its patient and its name. */
export interface ModelledImage {
  studyInstanceUID: StudyInstanceUID;
  seriesInstanceUID: SeriesInstanceUID;
  sopInstanceUID: SOPInstanceUID;
  view: StandardView;
  patient: 'own' | 'other';
  /** Milliseconds after the beginning. */
  at: number;
}

/** What an object of results says of itself: the set that it belongs to, and which images that is about. */
export interface ModelledResult {
  /** Digest of the settings of the service that made it. */
  by: string;
  set: string;
  kind: string;
  about: string[];
  lacks: string[];
  /** Why it is no answer. */
  code: string | undefined;
  createdAt: number;
  /** SOP Instance UIDs of the predecessors that it names. */
  replaces: string[];
  /** Which set about the study it says that it is. */
  edition: number;
}

/** An image as an exam takes it in. */
interface ReadImage {
  sopInstanceUID: SOPInstanceUID;
  view: StandardView;
  patient: string;
}

export const KINDS = ['tid1500', 'secondary-capture', 'mammography-cad'] as const;
type Kind = (typeof KINDS)[number];
const CLASSES = {
  tid1500: sopClass.Comprehensive3DSR,
  'mammography-cad': sopClass.MammographyCADSR,
  'secondary-capture': sopClass.SecondaryCapture,
} as const;
/**
 * Results as the exam room makes them, as far as the poller, the ledger and the archive care. Costs nearly nothing.
 *
 * @param work takes the time that analysing takes
 * @param by digest of the settings of the service
 * @param kinds of object that it makes
 */
export const modelledMaking = (
  work: () => Promise<void>,
  by: string,
  kinds: readonly Kind[] = KINDS,
): ExamMaking => ({
  process: async (instances, _bench, examContext) => {
    const context = { ...examContext, by, kinds };
    const leftOut: LeftOut[] = [];
    const images: ReadImage[] = [];
    for (const instance of instances) images.push(...(await read(instance, leftOut)));
    await context.prepared?.();
    await work();
    if (images.length === 0) return outcomeOf(instances, leftOut, context, 'images-unreadable');
    const isOnePatients = new Set(images.map(({ patient }) => patient)).size === 1;
    return outcomeOf(
      instances,
      leftOut,
      context,
      isOnePatients ? undefined : 'contradictory-patient',
      images,
    );
  },
  decline: async (instances, _bench, context, why) => {
    const leftOut = instances.map(({ sopClassUID, sopInstanceUID, seriesInstanceUID }) => {
      return { sopClassUID, sopInstanceUID, seriesInstanceUID, ...why, attempted: true };
    });
    return outcomeOf(instances, leftOut, { ...context, by, kinds }, why.code);
  },
});

async function read(instance: ExamInstance, leftOut: LeftOut[]): Promise<ReadImage[]> {
  const { sopClassUID, sopInstanceUID, seriesInstanceUID } = instance;
  try {
    const words = Buffer.from(await instance.fetch('stored'))
      .toString()
      .split(' ');
    return [{ sopInstanceUID, view: words[0] as StandardView, patient: words[1]! }];
  } catch (error) {
    if (!(error instanceof InstanceUnavailable)) throw error;
    const { code, message: reason } = error;
    leftOut.push({ sopClassUID, sopInstanceUID, seriesInstanceUID, code, reason, attempted: true });
    return [];
  }
}

function outcomeOf(
  ...[instances, leftOut, context, code, images = []]: [
    instances: readonly ExamInstance[],
    leftOut: LeftOut[],
    context: Parameters<ExamMaking['process']>[2] & { by: string; kinds: readonly Kind[] },
    code: string | undefined,
    images?: ReadImage[],
  ]
): ExamOutcome {
  const about = images.map(({ sopInstanceUID }) => sopInstanceUID as string).sort();
  const lacks = leftOut.map(({ sopInstanceUID }) => sopInstanceUID as string).sort();
  const studyInstanceUID = instances[0]!.studyInstanceUID;
  const { by, kinds, revision } = context;
  const replaces = context.predecessors.map(({ sopInstanceUID }) => sopInstanceUID as string);
  const set = nameOf(by, studyInstanceUID, ...about, 'lacks', ...lacks, String(revision), code ?? '');
  const objects = (code === undefined ? kinds : kinds.slice(0, 1)).map((kind) => {
    const result: ModelledResult = {
      by,
      set,
      kind,
      about,
      lacks,
      code,
      createdAt: context.createdAt.getTime(),
      replaces,
      edition: context.edition ?? 1,
    };
    return {
      kind,
      name: kind,
      studyInstanceUID,
      seriesInstanceUID: asUid<SeriesInstanceUID>('2.25.9'),
      sopInstanceUID: asUid<SOPInstanceUID>(`2.25.${nameOf(set, kind)}`),
      sopClassUID: CLASSES[kind],
      bytes: Buffer.from(JSON.stringify(result)),
    };
  });
  const sources = images.map(({ sopInstanceUID, view }) => ({
    sopInstanceUID,
    laterality: view.slice(0, 1) as 'L' | 'R',
    view: view.slice(1) as 'CC' | 'MLO',
  }));
  const times = { prepared: 0, inferred: 0, explained: 0, rendered: 0, reported: 0 };
  const common = { leftOut, views: viewsInStudy(sources, leftOut), objects, previews: [], times };
  if (code !== undefined)
    return { ...common, status: 'not-processed', findings: undefined, code, reason: 'Modelled.' };
  const findings = { breasts: [{ images: sources.map((source) => ({ source })), earlier: [] }] };
  const status = leftOut.length > 0 ? 'partly-analysed' : 'analysed';
  // Names the set whose answer it is.
  const shortAnswer = { operatingPoint: 0.5, probabilityName: 'Modelled', notExcluded: set, breasts: [] };
  return { ...common, status, completeness: [], findings, shortAnswer } as unknown as ExamOutcome;
}

/** The same for the same words, as a decimal number. */
function nameOf(...words: string[]): string {
  return String(createHash('sha256').update(words.join('\n')).digest().readUIntBE(0, 6));
}
