import type { StudyIdentity } from '../dicom/index.js';
import type { ReportInput } from '../sr/index.js';
import type { ReportOutput } from './outputKind.js';
import type { ExamObject } from './types.js';
import type { ExamWork } from './workbench.js';

/** What a report is about; without findings it says why there is no answer. */
export type ReportSubject = Pick<
  ReportInput,
  'findings' | 'analysed' | 'leftOut' | 'reason' | 'secondaryCaptures'
> & { study: StudyIdentity };

/** One report as an object of the study. */
export function writeReport(output: ReportOutput, subject: ReportSubject, work: ExamWork): ExamObject {
  const { bundle } = work.bench;
  const { kind, sopClassUID, seriesNumber } = output;
  const names = work.names.report(kind);
  const bytes = output.build({
    ...subject,
    algorithm: work.algorithm,
    purpose: bundle.purpose,
    limits: bundle.limits,
    operatingPoint: bundle.operatingPoint,
    positiveClass: bundle.classes[1],
    uids: { ...names, trackingUid: work.names.trackingUid },
    createdAt: work.context.createdAt,
    seriesNumber,
    predecessors: work.context.predecessors.filter((earlier) => earlier.sopClassUID === sopClassUID),
  });
  return { kind, studyInstanceUID: subject.study.studyInstanceUID, ...names, sopClassUID, bytes };
}
