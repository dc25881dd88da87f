/**
 * The whole job on one exam, without an archive: images in, findings and finished DICOM objects out.
 *
 * `processExam.ts` tells it as a story: `intake.ts` fetches and prepares the images and sorts out the rest, the engine
 * answers, `explanation.ts` makes heat maps, `findings/` joins the answers, and every kind of object that the settings
 * switch on is written (`examObjects.ts`). `outputs.ts` is the table of those kinds, a row each: SOP class, series
 * number, what the settings say of it and its builder; a new kind is a row there. `outputSettings.ts` makes the
 * settings' keys of the rows. `resultNames.ts` names the results, so that the same work always has the same names.
 */
export { InstanceUnavailable } from './errors.js';
export { type ExamThreads, openThreads } from './examThreads.js';
export { type ExamSettings, kindsInUse, outputSettings } from './outputSettings.js';
export { type ObjectKind, OUTPUTS, REPORTS, type ReportKind } from './outputs.js';
export { declineExam, isRefused, processExam } from './processExam.js';
export { resultDigest } from './resultNames.js';
export type {
  ExamInstance,
  ExamObject,
  ExamOutcome,
  Preview,
  StageTimes,
} from './types.js';
export type { ExamContext, Workbench } from './workbench.js';
