import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type LeftOut,
  type SOPClassUID,
  type SourceInstance,
  type StudyInstanceUID,
  sopClass,
} from '../dicom/index.js';
import type { ExamFindings } from '../findings/index.js';
import {
  cadReport,
  notProcessedReport,
  type ReportInput,
  resultReport,
  unansweredMammograms,
} from '../sr/index.js';
import type { CaptureObject } from './captures.js';
import type { Intake } from './intake.js';
import type { ExamObject, ReportKind } from './types.js';
import { type ExamWork, SERIES_NUMBER } from './workbench.js';

/** The configured reports about an exam that was analysed, at least in part. */
export async function writeReports(
  work: ExamWork,
  intake: Intake,
  findings: ExamFindings,
  captures: CaptureObject[],
): Promise<ExamObject[]> {
  const write = { tid1500: resultReport, 'mammography-cad': cadReport };
  const analysed = intake.images.map((image) => image.source);
  const { studyInstanceUID } = analysed[0]!;
  return written(work.bench.settings.reports, (kind) => {
    const input = {
      ...reportInput(work, kind, analysed, intake.leftOut),
      findings,
      secondaryCaptures: captures,
    };
    return reportObject(work, kind, studyInstanceUID, write[kind](input));
  });
}

/** The configured reports that say that an exam could not be processed, and why. */
export async function writeNotProcessed(
  work: ExamWork,
  study: NonNullable<Intake['study']>,
  leftOut: LeftOut[],
  reason: string,
): Promise<ExamObject[]> {
  return written(work.bench.settings.reports.filter(canTell(leftOut)), (kind) => {
    const input = { ...reportInput(work, kind, [], leftOut), study, reason };
    return reportObject(work, kind, study.studyInstanceUID, notProcessedReport(kind, input));
  });
}

/** One after another: a report takes some milliseconds, and the event loop turns between them. */
async function written(kinds: ReportKind[], write: (kind: ReportKind) => ExamObject): Promise<ExamObject[]> {
  const objects: ExamObject[] = [];
  for (const kind of kinds) {
    objects.push(write(kind));
    await nextTurn();
  }
  return objects;
}

function reportInput(
  work: ExamWork,
  kind: ReportKind,
  analysed: SourceInstance[],
  leftOut: LeftOut[],
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
    positiveClass: bundle.classes[1],
    uids: { ...work.names.report(kind), trackingUid: work.names.trackingUid },
    createdAt: work.context.createdAt,
    seriesNumber: SERIES_NUMBER[kind],
    predecessors: work.context.predecessors.filter((earlier) => earlier.sopClassUID === REPORT_CLASS[kind]),
    secondaryCaptures: [],
  };
}

const REPORT_CLASS: Record<ReportKind, SOPClassUID> = {
  tid1500: sopClass.Comprehensive3DSR,
  'mammography-cad': sopClass.MammographyCADSR,
};

function reportObject(
  work: ExamWork,
  kind: ReportKind,
  studyInstanceUID: StudyInstanceUID,
  bytes: Uint8Array,
): ExamObject {
  return { kind, studyInstanceUID, ...work.names.report(kind), sopClassUID: REPORT_CLASS[kind], bytes };
}

/** A Mammography CAD report has to list a mammogram: of an exam without any it can say nothing. */
function canTell(leftOut: LeftOut[]): (kind: ReportKind) => boolean {
  const mammograms = unansweredMammograms({ leftOut });
  return (kind) => kind !== 'mammography-cad' || mammograms.length > 0;
}
