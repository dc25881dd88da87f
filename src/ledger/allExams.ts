import type { Reason, StandardView } from '../dicom/index.js';
import type { ExamKey, ServedModel } from './examKey.js';
import type { ExamState } from './examState.js';
import type { RetriableCount, RetryFilter } from './ways.js';

/** One step of an exam's way, as its story tells it. */
export interface LedgerEvent {
  at: Date;
  event: string;
  worker: string | undefined;
  code: string | undefined;
  reason: string | undefined;
}

/** An image of an exam and what became of it. Its own answer does not stand here: that is in the archive alone. */
export interface ExamImage {
  /** Empty where the instance lacks it. */
  sopInstanceUID: string;
  /** Undefined where it could not be told. */
  view?: StandardView | undefined;
  /** Whether the answer rests on it. */
  answered: boolean;
  /** Why it got none. */
  code?: string | undefined;
  reason?: string | undefined;
}

/** An object that was made of an exam, on its way or in the archive. */
export interface MadeObject {
  revision: number;
  /** As in `KeptObject`. */
  kind: string;
  sopClassUID: string;
  seriesInstanceUID: string;
  sopInstanceUID: string;
  /** Of the image that it is about; undefined where it is about several, or was made by an earlier version. */
  view: StandardView | undefined;
  size: number;
  sentAt: Date | undefined;
  /** When it was read back from the archive. */
  confirmedAt: Date | undefined;
}

/** Exams that are in one state for one reason. */
export interface ReasonCount {
  state: ExamState;
  code: string | undefined;
  exams: number;
  /** Of the exam that came to it last: when, and its reason in words. */
  latest: Date;
  reason: string | undefined;
}

/** What waits, and for what. */
export interface Backlog {
  /** New, complete, and not taken up yet. */
  ready: number;
  /** Images may still arrive; `until`: when the first of them counts as complete, where that is known. */
  arriving: { exams: number; until: Date | undefined };
  /** Failed, and tried again at `next`, the earliest, or as soon as their turn comes. */
  again: { exams: number; next: Date | undefined };
  /** Wait for another version of the model or other settings. */
  others: number;
}

/** Exams that came to an end, or failed, in one stretch of time, in one state for one reason. */
export interface Ending {
  from: Date;
  state: ExamState;
  code: string | undefined;
  exams: number;
}

/**
 * How long exams took that were answered in one stretch of time: from the last image that was seen of it, or from the
 * order to try it again, to its results in the archive. Seconds.
 */
export interface Latency {
  from: Date;
  exams: number;
  median: number;
  /** 95 of 100 took no longer. */
  most: number;
}

/** Exams are not taken up, by somebody's order. */
export interface Pausing {
  since: Date;
  /** Who ordered it. */
  by: string;
  why: string | undefined;
}

/** The latest look at the archive, by whatever process uses the ledger. */
export interface LastLook {
  /** When it ended. */
  at: Date;
  /** Why the archive could not be searched; undefined: it answered. */
  problem: Reason | undefined;
}

/** What can be told of all exams together, and the one order that is about all of them. */
export interface LedgerOverview {
  counts(): Promise<Record<ExamState, number>>;
  /** What a retry of this kind finds, or leaves where it was ordered before. */
  countRetriable(which: RetryFilter & { served: ServedModel }): Promise<RetriableCount[]>;
  /** Exams that are at an end or failed, but not those delivered: the most first. */
  reasons(): Promise<ReasonCount[]>;
  backlog(served: ServedModel): Promise<Backlog>;
  /** Stretches of time of one length, the first of which begins at `since`. */
  endings(since: Date, stretchMs: number): Promise<Ending[]>;
  latencies(since: Date, stretchMs: number): Promise<Latency[]>;
  /** When the latest exam that the look-out found was first seen; undefined where there is none. */
  newestExam(): Promise<Date | undefined>;
  /** Since when that exam waits which waits longest of those that are complete; undefined where none waits. */
  oldestReady(served: ServedModel): Promise<Date | undefined>;
  /** Everything that was made of an exam, the latest revision first. */
  made(exam: ExamKey): Promise<MadeObject[]>;
  /** Notes that a look at the archive has ended. @param problem why it could not be searched */
  noteLook(problem: Reason | undefined): Promise<void>;
  /** Undefined where none was noted. */
  lastLook(): Promise<LastLook | undefined>;
  /** Undefined: exams are taken up. */
  pausing(): Promise<Pausing | undefined>;
  /**
   * From now on no worker that uses the ledger takes up an exam, until `goOn`; work under way is finished. Answers the
   * pause that holds: one that was ordered before stands.
   */
  pause(by: string, why?: string): Promise<Pausing>;
  /** Answers the pause that ended; undefined where there was none. */
  goOn(): Promise<Pausing | undefined>;
}
