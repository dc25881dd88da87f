import type { Reason } from '../ledger/index.js';

/**
 * Where exams come from: the look-out for new ones, later also old ones in a range of dates or a worklist. A source
 * notes in the ledger what is there and when it is complete; what is due is then claimed from the ledger, by priority
 * and the newest first, whichever source saw it.
 */
export interface WorkSource {
  /** Which of two exams is worked on first, before their dates: the higher. */
  readonly priority: number;
  /** Looks once. Nothing is worked on unless the archive could be searched: an outage must use up no exam's tries. */
  look(): Promise<Look>;
}

/** First and last study date, as DICOM dates, both included. */
export interface DateRange {
  from: string;
  to: string;
}

/** Today's patient comes before everything that is not asked for by name. */
export const LOOKOUT_PRIORITY = 10;

/** What one look at the archive found. */
export interface Look {
  /** Whether the archive answered the search for studies, to its end. */
  searched: boolean;
  /** Whether exams may be worked on. */
  workable: boolean;
  /** If it did not answer: the beginning of the outage, as far back as this process knows. */
  unsearchableSince: Date | undefined;
  /** Studies with mammograms in the time looked at. */
  studies: number;
  /** How many of them the settings pass over, by the setting that does (`poll.exclude.StudyDescription`). */
  passedOver: Readonly<Record<string, number>>;
  /** Exams whose images are still arriving, and when the next of them counts as complete. */
  arriving: number;
  nextCompleteAt: Date | undefined;
  /** Why the archive, or a study in it, could not be looked at. */
  problems: Reason[];
}
