/** Finds exams in the archive, knows when one is complete, has it processed, and sees the results delivered. */
export type { CycleReport } from './cycleReport.js';
export { type DryRunParts, dryRun } from './dryRun.js';
export type { Analysis, ExamReport } from './examWork.js';
export type { Log } from './log.js';
export { Poller, type PollerParts } from './poller.js';
export type { PollerSettings } from './pollerSettings.js';
