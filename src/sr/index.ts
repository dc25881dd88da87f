/**
 * What a hospital's archive keeps of an answer: DICOM Structured Reports.
 *
 * `content/` has the content items and their encoding, `templates/` one builder per template (PS3.16), named by its
 * TID, `document.ts` what surrounds a tree, `sentences.ts` every sentence that people read.
 * `reportedAnswer.ts` reads a report of ours again, as an archive gives it back.
 */
export { unansweredMammograms } from './coverage.js';
export type { ReportInput, SecondaryCaptureReference } from './input.js';
export { cadReport, type ResultReportClass, resultReport } from './reportDocuments.js';
export { type AnswerInReport, type ReportedAnswer, reportedAnswer } from './reportedAnswer.js';
