import type { Reason } from '../ledger/index.js';

/**
 * Where exams come from: the look-out for new ones, later also old ones in a range of dates or a worklist. A source
 * notes in the ledger what is there and when it is complete; what is due is then claimed from the ledger, by priority
 * and the newest first, whichever source saw it, and while the source still looks for more.
 */
export interface WorkSource {
  /** Which of two exams is worked on first, before their dates: the higher. */
  readonly priority: number;
  /** Looks once. Nothing is worked on unless the archive could be searched: an outage must use up no exam's tries. */
  look(options: LookOptions): Promise<Look>;
}

/** How a source looks, and who hears of it meanwhile. */
export interface LookOptions {
  /** To the end, however much there is. Else a stretch of what is known already, and the next stretch next time. */
  whole: boolean;
  /** The archive answers the search, so that exams may be worked on. */
  onAnswer(): void;
  /** An exam may have become due. */
  onDue(): void;
}

/** First and last study date, as DICOM dates, both included. */
export interface DateRange {
  from: string;
  to: string;
}

/** Of exams whose study has no date, or came by its name, as the ledger keeps them. */
export const NO_DATE: DateRange = { from: '', to: '' };

/** Today's patient comes before everything that is not asked for by name. */
export const LOOKOUT_PRIORITY = 10;

/** An old exam gives way to every new one. */
export const BACKFILL_PRIORITY = 0;

/** What was answered before waits for what never was. */
export const REPROCESS_PRIORITY = -1;

/** What one look at the archive found. */
export interface Look {
  /** Whether the archive answered the search for studies, as far as it went. */
  searched: boolean;
  /** Whether exams may be worked on. */
  workable: boolean;
  /** If it did not answer: the beginning of the outage, as far back as this process knows. */
  unsearchableSince: Date | undefined;
  /** Studies with mammograms in the time looked at, as of the last time that all of it was looked at. */
  studies: number;
  /** How many of them the settings pass over, by the setting that does (`poll.exclude.StudyDescription`). */
  passedOver: Record<string, number>;
  /** Exams whose images are still arriving, and when the next of them counts as complete. */
  arriving: number;
  nextCompleteAt: Date | undefined;
  /** Why the archive, or a study in it, could not be looked at. */
  problems: Reason[];
}

/** A look that has just begun. */
export function emptyLook(): Look {
  return {
    searched: false,
    workable: false,
    unsearchableSince: undefined,
    studies: 0,
    passedOver: {},
    arriving: 0,
    nextCompleteAt: undefined,
    problems: [],
  };
}

export function countPassedOver({ passedOver }: Look, setting: string): void {
  passedOver[setting] = (passedOver[setting] ?? 0) + 1;
}

export function noteArriving(look: Look, completeAt: Date): void {
  look.arriving++;
  if (look.nextCompleteAt === undefined || completeAt < look.nextCompleteAt) look.nextCompleteAt = completeAt;
}
