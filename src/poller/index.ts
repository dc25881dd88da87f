/**
 * Finds exams in the archive, knows when one is complete, has it processed, and sees the results delivered.
 *
 * `studyRules.ts` says which studies the settings pass over, `studyValues.ts` finds in the archive what that takes.
 *
 * Work comes from sources (`workSource.ts`): the look-out (`lookout.ts`) goes through the studies of the last days
 * (`studySweep.ts`) and, as far as the archive lets it, those without a date (`undatedStudies.ts`), lists those of
 * which something is new (`revisit.ts`, `studyVisit.ts`) and notes in the ledger which are complete
 * (`completeness.ts`). Meanwhile, in the same cycle (`cycle.ts`), workers side by side (`shift.ts`) claim what is due,
 * the newest first, take turns so that the next is fetched while one is stored (`examTurns.ts`), and `examWork.ts` sees
 * each exam through: fetch, analyse, keep the objects, deliver them
 * (`delivery.ts`), close. What goes wrong on the way is told by `nextTry.ts` whether to try again, and when. Old exams
 * come from `backfillSource.ts`, so many in an hour (`pace.ts`), perhaps only by night (`openHours.ts`), and after all
 * others; those that are to be processed again with today's model from `reprocessSource.ts`, as `reprocessPlan.ts` says
 * beforehand and `takeUpAgain.ts` does for each; what is the same for both is in `oldStudies.ts`. `poller.ts` runs
 * cycles on the schedule, or until all is done; a schedule begins again when somebody sets the clock (`clockWatch.ts`).
 *
 * All of it meets the archive through `guardedPacs.ts`, which asks `breaker.ts` whether the archive is left alone, for
 * as long as `pauses.ts` says; `archiveFault.ts` says which errors may be the archive's.
 */
export { Backfill, type BackfillParts, type BackfillProgress } from './backfillSource.js';
export type { CycleReport } from './cycleReport.js';
export type { DeliveryWatch } from './delivery.js';
export { type DryRunParts, dryRun } from './dryRun.js';
export type { Analysis, ExamReport } from './examReport.js';
export type { ExamMaking } from './examWork.js';
export type { Log } from './log.js';
export type { LookoutParts } from './lookout.js';
export { type HoursOfDay, OpenHours } from './openHours.js';
export { Poller, type PollerParts, type SourceParts } from './poller.js';
export type { PollerSettings } from './pollerSettings.js';
export { type AskedAgain, type PlanParts, planReprocess, type ReprocessPlan } from './reprocessPlan.js';
export { Reprocess, type ReprocessParts, type ReprocessProgress } from './reprocessSource.js';
export { type AttributePatterns, type PassedOver, StudyJudge, type StudyRules } from './studyRules.js';
export { type StudyValues, studyValues } from './studyValues.js';
export { takeUpAgain } from './takeUpAgain.js';
export { isUndated, WHOLE_LOOK_PAGES } from './undatedStudies.js';
export { type DateRange, type Look, NO_DATE, type WorkSource } from './workSource.js';
