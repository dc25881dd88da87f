import type { ShortAnswer } from '../findings/index.js';

/**
 * One exam as the status page shows it: UIDs, states, and what it was answered with in short. Beside the study's UID
 * that is health data; who the patient is stands nowhere.
 */
export interface ExamStatus {
  studyInstanceUID: string;
  state: string;
  revision: number;
  attempts: number;
  code?: string | undefined;
  /** A sentence without patient data. */
  reason?: string | undefined;
  firstSeen: Date;
  /** When its last image was seen. */
  lastChange: Date;
  /** Since when it is in its state. */
  updatedAt: Date;
  /** Who has it in hand, or had it last. */
  worker?: string | undefined;
  /** When it counts as complete, if it waits and that is known. */
  dueAt?: Date | undefined;
  /** When the exam was closed, if it is. */
  closedAt?: Date | undefined;
  /** When it is tried again, if it failed. */
  retryAt?: Date | undefined;
  /** What it is delivered or partial with; undefined where it is neither, or an earlier version closed it. */
  shortAnswer?: ShortAnswer | undefined;
}

/** How exams ended lately; those that were rightly not processed aside. */
export interface RecentExams {
  ended: number;
  failed: number;
  /** Answered without a view. */
  partial: number;
  /** Why most of those that failed did, or else most of those that are partial: a sentence without patient data. */
  mostly: string | undefined;
}

/** What waits, and for what. */
export interface BacklogStatus {
  ready: number;
  /** Images may still arrive. */
  arriving: { exams: number; until?: Date | undefined };
  /** Failed, and tried again. */
  again: { exams: number; next?: Date | undefined };
  /** Of another version of the model or other settings: nobody here takes them up. */
  others: number;
}

/** Exams in one state for one reason. */
export interface ReasonStatus {
  state: string;
  code?: string | undefined;
  exams: number;
  latest: Date;
  /** Of the latest: a sentence without patient data. */
  reason?: string | undefined;
  /** It is right so, and nothing is wrong: a study without mammograms. */
  isRight: boolean;
}

/** How exams ended in one stretch of the day. */
export interface DayStretch {
  from: Date;
  /** With a whole answer. */
  delivered: number;
  partial: number;
  /** Given up or not possible; those that are rightly not processed aside. */
  notProcessed: number;
  /** To be tried again. */
  failed: number;
  /** From the last image to the results in the PACS; undefined where nothing was answered. Seconds. */
  median?: number | undefined;
  /** 95 of 100 took no longer. */
  most?: number | undefined;
}

/** No exam is taken up, by somebody's order. */
export interface PauseStatus {
  since: Date;
  by: string;
  why?: string | undefined;
}

/** How the service is, at one moment. Plain data that whoever runs the service puts together. */
export interface StatusSnapshot {
  version: string;
  startedAt: Date;
  /** The moment that all this is true of. */
  now: Date;
  service: {
    state: 'starting' | 'waiting' | 'looking' | 'working' | 'stopping';
    /** The last look at the archive that came to an end. */
    lastCycle?:
      | {
          startedAt: Date;
          endedAt: Date;
          /** Whether the archive answered. */
          searched: boolean;
          studies: number;
          /** Of these studies, by the setting that passes them over. */
          passedOver?: Readonly<Record<string, number>>;
          exams: number;
        }
      | undefined;
    /** When a look or an exam last got on: a first look may take long, and is well while it does. */
    lastSign?: Date | undefined;
    /** When an exam last got on, while there is one in hand here: of several at once, any. Looks do not count. */
    lastStep?: Date | undefined;
    /** A service that has not got on for so long is not well. */
    staleAfterSeconds: number;
    /** What keeps it from working, other than the archive. */
    problem?: string | undefined;
  };
  pacs: {
    /** Without secrets. */
    url: string;
    /** Undefined where it was not tried. */
    reachable: boolean | undefined;
    problem?: string | undefined;
    code?: string | undefined;
    /** Since when it cannot be searched, or gives no images. */
    since?: Date | undefined;
    /** It is not asked at all until then: for an outage, or so that an account that is refused is not locked. */
    leftAlone?: { code: string; until: Date } | undefined;
  };
  model: { name: string; version: string; engine: string; device: string; reason: string };
  /** All that follows is as the ledger told it at `toldAt`; it told nothing yet where that is missing. */
  ledger: {
    toldAt?: Date | undefined;
    /** Why it does not tell how it is now. */
    problem?: string | undefined;
    code?: string | undefined;
    since?: Date | undefined;
  };
  /**
   * Why what is done cannot be proved later: the audit trail cannot be written, or is not sent on. `refusesOrders`: an
   * order could not be noted now, and so would not be taken.
   */
  audit?: { problem: string; remedy?: string | undefined; refusesOrders: boolean } | undefined;
  /** What the settings let travel so that others on the network can read it. */
  unencrypted?: readonly { setting: string; to: string }[] | undefined;
  pausing?: PauseStatus | undefined;
  /** Exams by state, states without any included. */
  counts: Readonly<Record<string, number>>;
  /** Exams that could be worked on now and are not yet. */
  queue?: number | undefined;
  backlog?: BacklogStatus | undefined;
  /** Of what is not delivered. */
  reasons: readonly ReasonStatus[];
  /** The last 24 hours, the earliest stretch first. */
  day: readonly DayStretch[];
  recent?: RecentExams | undefined;
  /** Latest change first. */
  exams: readonly ExamStatus[];
}

/** Answers the page's, the health check's and the metrics' questions. May fail: then the service is not well. */
export type StatusSource = () => Promise<StatusSnapshot>;
