import type { StudyInstanceUID } from '../dicom/index.js';
import type { ExamObject, ExamOutcome } from '../exam/index.js';
import type { ShortAnswer } from '../findings/index.js';
import type { ClosedState, Reason } from '../ledger/index.js';
import type { PacsTimes } from './timedPacs.js';

/** An exam's outcome without its pictures and files. */
export type Analysis = DistributiveOmit<ExamOutcome, 'objects' | 'previews'>;

type DistributiveOmit<T, K extends string> = T extends unknown ? Omit<T, K> : never;

/** What became of one exam in one try. */
export interface ExamReport {
  studyInstanceUID: StudyInstanceUID;
  /**
   * `partial`: delivered without a standard view that could not be fetched or read. `failed` is tried again at
   * `retryAt`; `taken` is in another worker's hands.
   */
  end: ClosedState | 'failed' | 'released' | 'taken';
  reason: Reason | undefined;
  retryAt: Date | undefined;
  /** The analysis, unless the objects were kept by an earlier try. */
  outcome: Analysis | undefined;
  /** What the exam was closed with in this try, in short, whoever had made it; undefined where that is no answer. */
  shortAnswer: ShortAnswer | undefined;
  objects: (Pick<ExamObject, 'kind' | 'name' | 'sopInstanceUID'> & { bytes: number })[];
  /** Objects that the exam was closed with in this try, whoever had made them. */
  delivered: number;
  /** The objects are made and only have to be delivered. */
  kept: boolean;
  /** Milliseconds of wall clock since the claim, without those in which it waited for the exam before it. */
  times: { analysed: number; kept: number; delivered: number } & PacsTimes;
  retrievedBytes: number;
}

/** Whether the exam is at its end. */
export function isClosedBy({ end }: Pick<ExamReport, 'end'>): boolean {
  return end === 'delivered' || end === 'partial' || end === 'not-processed';
}

/** What is reported of an exam that another worker has, or of a try that has not come to an end yet. */
export function emptyReport(studyInstanceUID: StudyInstanceUID): ExamReport {
  return {
    studyInstanceUID,
    end: 'taken',
    reason: undefined,
    retryAt: undefined,
    outcome: undefined,
    shortAnswer: undefined,
    objects: [],
    delivered: 0,
    kept: false,
    times: { analysed: 0, kept: 0, delivered: 0, fetching: 0, storing: 0 },
    retrievedBytes: 0,
  };
}
