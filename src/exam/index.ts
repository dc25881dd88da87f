/** The whole job on one exam, without an archive: images in, findings and finished DICOM objects out. */
export { InstanceUnavailable } from './errors.js';
export { type ExamThreads, openThreads } from './examThreads.js';
export { resultDigest } from './identity.js';
export { declineExam, processExam } from './processExam.js';
export type {
  ExamInstance,
  ExamObject,
  ExamOutcome,
  ExamSettings,
  Preview,
  ReportKind,
  StageTimes,
} from './types.js';
export type { ExamContext, Workbench } from './workbench.js';
