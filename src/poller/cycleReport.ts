import type { Reason } from '../ledger/index.js';
import type { ExamReport } from './examWork.js';

/** One look at the archive and all the work that followed from it. */
export interface CycleReport {
  startedAt: Date;
  endedAt: Date;
  /** Whether the archive answered the search for studies, to its end. */
  searched: boolean;
  /** If it did not: the beginning of the outage, as far back as this process knows. */
  unsearchableSince: Date | undefined;
  /** Studies with mammograms in the time looked at. */
  studies: number;
  /** Complete exams that were worked on. */
  exams: ExamReport[];
  /** Exams whose images are still arriving, and when the next of them counts as complete. */
  arriving: number;
  /** Complete exams left for the next cycle (`maxExamsPerCycle`). */
  postponed: number;
  nextCompleteAt: Date | undefined;
  /** Why the archive, or a study in it, could not be looked at, or the cycle ended early. */
  problems: Reason[];
}

/** A cycle that has just begun. */
export function emptyCycle(startedAt: Date): CycleReport {
  return {
    startedAt,
    endedAt: startedAt,
    searched: false,
    unsearchableSince: undefined,
    studies: 0,
    exams: [],
    arriving: 0,
    postponed: 0,
    nextCompleteAt: undefined,
    problems: [],
  };
}
