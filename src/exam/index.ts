/** The whole job on one exam, without an archive: images in, findings and finished DICOM objects out. */
export { InstanceUnavailable } from './errors.js';
export { declineExam, type ExamContext, processExam, type Workbench } from './processExam.js';
export type {
  ExamInstance,
  ExamObject,
  ExamOutcome,
  ExamSettings,
  InstanceReference,
  Preview,
  ReportKind,
  StageTimes,
} from './types.js';
