import { type Algorithm, type SourceInstance, sopClass, standardView } from '../dicom/index.js';
import type { OverlayPool } from '../gradcam/index.js';
import type { PreparationPool } from '../image/index.js';
import { aggregate, type Bundle, type Engine, type ExamFindings } from '../model/index.js';
import {
  cadReport,
  notProcessedReport,
  type ReportInput,
  resultReport,
  type SecondaryCaptureReference,
  type UnanalysedInstance,
} from '../sr/index.js';
import { algorithmOf } from './algorithm.js';
import { type ExplainedImage, explain, methodName } from './explanation.js';
import { type ResultNames, resultNames } from './identity.js';
import { type Intake, identify, takeIn } from './intake.js';
import type {
  ExamInstance,
  ExamObject,
  ExamOutcome,
  ExamSettings,
  InstanceReference,
  Preview,
  ReportKind,
} from './types.js';

/** What stays the same from exam to exam: the model, what runs it, and how results are written. */
export interface Workbench {
  bundle: Bundle;
  engine: Engine;
  preparation: PreparationPool;
  overlays: OverlayPool;
  settings: ExamSettings;
  /** Mamori's version, as objects name it. */
  softwareVersion: string;
  /** Instances fetched and prepared at the same time. */
  concurrency: number;
}

/** What belongs to this one exam besides its instances. */
export interface ExamContext {
  /** Content date and time of everything written. */
  createdAt: Date;
  /** Earlier reports about this study, which the new ones replace. */
  predecessors: InstanceReference[];
  /** Also return the pictures themselves. */
  previews?: boolean;
}

/** The series that hold results sort behind a study's own series in every viewer. */
const SERIES_NUMBER: Record<ExamObject['kind'], number> = {
  tid1500: 9801,
  'mammography-cad': 9802,
  'secondary-capture': 9803,
};

/** Without Secondary Captures nothing is drawn, and only a small display image is kept. */
const DISPLAY_UNUSED = 64;

/**
 * The whole job on one exam: images in, findings and finished DICOM objects out. Knows no archive: instances come
 * from `fetch`, objects go to the caller.
 *
 * Broken or unsuitable images are left out with their reason; an exam of which nothing is left is `not-processed`.
 *
 * @throws what `fetch` throws (except InstanceUnavailable) and what the engine throws: the exam is not at fault and
 * should be tried again.
 */
export async function processExam(
  instances: ExamInstance[],
  bench: Workbench,
  context: ExamContext,
): Promise<ExamOutcome> {
  const start = performance.now();
  const elapsed = () => performance.now() - start;
  const { bundle, engine, settings } = bench;

  const intake = await takeIn(instances, bench.preparation, {
    preparation: bundle.input.preparation,
    displayLongEdge: settings.secondaryCapture?.longEdge ?? DISPLAY_UNUSED,
    concurrency: bench.concurrency,
  });
  const prepared = elapsed();

  const work = examWork(intake, bench, context);
  if (intake.images.length === 0) {
    const times = { prepared, inferred: prepared, rendered: prepared, reported: elapsed() };
    return { ...notProcessed(work, intake, whyNothing(instances, intake.leftOut)), times };
  }

  const inferences = await engine.infer(intake.images.map((image) => image.input));
  const inferred = elapsed();

  const explained = await explain(intake.images, inferences, bundle, engine, settings.explain);
  const findings = aggregate(
    bundle,
    explained.map(({ finding }) => finding),
  );
  const captures = await drawCaptures(explained, work);
  const rendered = elapsed();

  const reports = writeReports(work, intake, findings, captures.objects);
  return {
    status: intake.leftOut.some(isFailure) ? 'partly-analysed' : 'analysed',
    findings,
    leftOut: intake.leftOut,
    objects: [...reports, ...captures.objects],
    previews: captures.previews,
    times: { prepared, inferred, rendered, reported: elapsed() },
  };
}

/**
 * Writes that an exam could not be processed, after the last try: its images may be sound, but no answer was to be
 * had. Looks at instances only until one tells whose study it is.
 *
 * @throws what `fetch` throws (except InstanceUnavailable)
 */
export async function declineExam(
  instances: ExamInstance[],
  bench: Workbench,
  context: ExamContext,
  why: Reason,
): Promise<ExamOutcome> {
  const start = performance.now();
  const leftOut: UnanalysedInstance[] = [];
  let study: Intake['study'];
  for (const instance of instances) {
    const { sopClassUID, sopInstanceUID, seriesInstanceUID } = instance;
    const seen = study === undefined ? await identify(instance, bench.preparation) : undefined;
    study ??= seen?.study;
    leftOut.push({
      sopClassUID,
      sopInstanceUID,
      seriesInstanceUID,
      ...why,
      source: seen?.source,
      attempted: true,
    });
  }
  const work = examWork({ images: [], leftOut, study }, bench, context);
  const now = performance.now() - start;
  const times = { prepared: now, inferred: now, rendered: now, reported: now };
  return { ...notProcessed(work, { leftOut, study }, why), times };
}

/** One exam's names and tools, handed from stage to stage. */
interface ExamWork {
  bench: Workbench;
  context: ExamContext;
  names: ResultNames;
  algorithm: Algorithm;
}

function examWork(intake: Intake, bench: Workbench, context: ExamContext): ExamWork {
  const { bundle, settings, softwareVersion } = bench;
  const analysed = intake.images.map((image) => image.source);
  const studyInstanceUID = analysed[0]?.studyInstanceUID ?? intake.study?.studyInstanceUID ?? '';
  return {
    bench,
    context,
    names: resultNames({ studyInstanceUID, analysed, leftOut: intake.leftOut, bundle, settings }),
    algorithm: algorithmOf(bundle, settings, softwareVersion),
  };
}

/** Left out because it should have been analysed and could not be, as opposed to never meant to be analysed. */
function isFailure(left: UnanalysedInstance): boolean {
  return left.attempted === true;
}

interface Reason {
  code: string;
  reason: string;
}

function whyNothing(instances: ExamInstance[], leftOut: UnanalysedInstance[]): Reason {
  if (instances.length === 0) return { code: 'no-mammogram', reason: 'The study holds no mammogram.' };
  const failures = leftOut.filter(isFailure);
  if (failures.length === 0) {
    const reason = 'The study holds no standard mammography view that can be analysed.';
    return { code: 'no-standard-view', reason };
  }
  const reasons = [...new Set(failures.map((left) => left.reason))];
  const count = failures.length === 1 ? 'One image' : `${failures.length} images`;
  return { code: 'images-unreadable', reason: `${count} could not be read. ${reasons.join(' ')}` };
}

function notProcessed(
  work: ExamWork,
  intake: Pick<Intake, 'leftOut' | 'study'>,
  why: Reason,
): Omit<NotProcessedOutcome, 'times'> {
  const { settings } = work.bench;
  const { leftOut, study } = intake;
  const outcome = {
    status: 'not-processed' as const,
    findings: undefined,
    ...why,
    leftOut,
    previews: [],
  };
  // Without one readable header there is no patient to write about: then the ledger alone tells.
  if (!settings.notProcessed || study === undefined) return { ...outcome, objects: [] };
  const objects = settings.reports.map((kind) => {
    const input = { ...reportInput(work, kind, [], leftOut), study, reason: why.reason };
    return reportObject(work, kind, study.studyInstanceUID, notProcessedReport(kind, input));
  });
  return { ...outcome, objects };
}

type NotProcessedOutcome = Extract<ExamOutcome, { status: 'not-processed' }>;

function writeReports(
  work: ExamWork,
  intake: Intake,
  findings: ExamFindings,
  captures: CaptureObject[],
): ExamObject[] {
  const write = { tid1500: resultReport, 'mammography-cad': cadReport };
  return work.bench.settings.reports.map((kind) => {
    const analysed = intake.images.map((image) => image.source);
    const input = {
      ...reportInput(work, kind, analysed, intake.leftOut),
      findings,
      secondaryCaptures: captures,
    };
    return reportObject(work, kind, intake.images[0]!.source.studyInstanceUID, write[kind](input));
  });
}

function reportInput(
  work: ExamWork,
  kind: ReportKind,
  analysed: SourceInstance[],
  leftOut: UnanalysedInstance[],
): ReportInput {
  const { bundle } = work.bench;
  return {
    findings: undefined,
    analysed,
    leftOut,
    algorithm: work.algorithm,
    purpose: bundle.purpose,
    limits: bundle.limits,
    operatingPoint: bundle.operatingPoint,
    uids: { ...work.names.report(kind), trackingUid: work.names.trackingUid },
    createdAt: work.context.createdAt,
    seriesNumber: SERIES_NUMBER[kind],
    predecessors: work.context.predecessors.filter((earlier) => earlier.sopClassUID === REPORT_CLASS[kind]),
    secondaryCaptures: [],
  };
}

const REPORT_CLASS: Record<ReportKind, string> = {
  tid1500: sopClass.Comprehensive3DSR,
  'mammography-cad': sopClass.MammographyCADSR,
};

function reportObject(
  work: ExamWork,
  kind: ReportKind,
  studyInstanceUID: string,
  bytes: Uint8Array,
): ExamObject {
  return { kind, studyInstanceUID, ...work.names.report(kind), sopClassUID: REPORT_CLASS[kind], bytes };
}

type CaptureObject = ExamObject & SecondaryCaptureReference;

async function drawCaptures(
  explained: ExplainedImage[],
  work: ExamWork,
): Promise<{ objects: CaptureObject[]; previews: Preview[] }> {
  const { settings, overlays } = work.bench;
  if (settings.secondaryCapture === undefined) return { objects: [], previews: [] };
  const drawn = await Promise.all(
    explained.map(async (one, index) => {
      const { source } = one.finding;
      const names = work.names.secondaryCapture(source.sopInstanceUID);
      const { bytes, rgb } = await overlays.capture(
        overlayOf(one, work.bench),
        {
          source,
          algorithm: work.algorithm,
          uids: names,
          createdAt: work.context.createdAt,
          seriesNumber: SERIES_NUMBER['secondary-capture'],
          instanceNumber: index + 1,
        },
        { preview: work.context.previews === true },
      );
      const object: CaptureObject = {
        kind: 'secondary-capture',
        studyInstanceUID: source.studyInstanceUID,
        ...names,
        sopClassUID: sopClass.SecondaryCapture,
        sourceInstanceUID: source.sopInstanceUID,
        bytes,
      };
      const name = `${standardView(source)}-${index + 1}`;
      return { object, preview: rgb && { name, sopInstanceUID: names.sopInstanceUID, image: rgb } };
    }),
  );
  return {
    objects: drawn.map(({ object }) => object),
    previews: drawn.flatMap(({ preview }) => preview ?? []),
  };
}

function overlayOf({ image, heatMap, finding }: ExplainedImage, bench: Workbench) {
  const { bundle, settings } = bench;
  return {
    display: image.display,
    heatMap,
    geometry: image.geometry,
    region: finding.region,
    caption: {
      laterality: finding.source.laterality,
      view: finding.source.view,
      probability: finding.probability,
      operatingPoint: bundle.operatingPoint,
      positiveClass: bundle.classes[1],
      modelName: bundle.name,
      modelVersion: bundle.version,
      method: methodName(settings.explain),
    },
  };
}
