/**
 * The whole job on one exam, without an archive: images in, findings and finished DICOM objects out.
 *
 * `processExam.ts` tells it as a story: `intake.ts` fetches and prepares the images and sorts out the rest, the engine
 * answers, `explanation.ts` makes heat maps, `findings/` joins the answers, and every kind of object that the settings
 * switch on is written. `outputs.ts` is the table of those kinds: one row each, with SOP class, series number, when it
 * applies and its builder. `identity.ts` names the results, so that the same work always has the same names.
 */
export { InstanceUnavailable } from './errors.js';
export { type ExamThreads, openThreads } from './examThreads.js';
export { resultDigest } from './identity.js';
export { OUTPUTS } from './outputs.js';
export { declineExam, processExam } from './processExam.js';
export type {
  ExamInstance,
  ExamObject,
  ExamOutcome,
  ExamSettings,
  Preview,
  StageTimes,
} from './types.js';
export type { ExamContext, Workbench } from './workbench.js';
