import type { Person } from './access/index.js';
import type { ExamStatus, PauseStatus } from './serviceState.js';

/** Which exams are asked for: those that everything said here is true of. */
export interface ExamFilter {
  studies?: readonly string[] | undefined;
  states?: readonly string[] | undefined;
  /** Codes of their reasons. */
  codes?: readonly string[] | undefined;
}

/** One step of an exam's way. */
export interface ExamStep {
  at: Date;
  event: string;
  worker?: string | undefined;
  code?: string | undefined;
  reason?: string | undefined;
}

export interface ImageStatus {
  /** Empty where the instance lacks it. */
  sopInstanceUID: string;
  view?: string | undefined;
  answered: boolean;
  /** Why it got no answer. */
  code?: string | undefined;
  reason?: string | undefined;
}

export interface ObjectStatus {
  revision: number;
  /** `tid1500`, `secondary-capture`, … */
  kind: string;
  sopInstanceUID: string;
  /** Of the image that it is about, such as `LMLO`; undefined where it is about several, or that was not kept. */
  view?: string | undefined;
  bytes: number;
  sentAt?: Date | undefined;
  /** When it was read back from the PACS. */
  confirmedAt?: Date | undefined;
  /** It can be shown as a picture. */
  isPicture: boolean;
}

/** Which revision's objects tell an exam's answer now; or, where results in the PACS tell it no more, why. */
export type PresentAnswer = { revision: number } | { outdated: string };

/** What can be ordered about it here; `adopt` at the command line alone. */
export interface OrderWays {
  retry: boolean;
  reprocess: boolean;
  adopt: boolean;
}

/** The work of one model, in one version and with one set of settings, on one study. */
export interface ExamWork extends ExamStatus {
  model: { name: string; version: string; settings: string };
  ways: OrderWays;
  /** Undefined where nothing was answered yet. */
  presentAnswer?: PresentAnswer | undefined;
  /** The service that is asked works with this model, version and settings. */
  isServed: boolean;
  /** Undefined where nothing was made of it yet. */
  images?: readonly ImageStatus[] | undefined;
  /** The latest revision first. */
  objects: readonly ObjectStatus[];
  /** Oldest first. */
  steps: readonly ExamStep[];
}

/** What the report in the PACS says. */
export interface ExamAnswer {
  sopInstanceUID: string;
  revision: number;
  /** For people, as a viewer shows it first. */
  summary: string;
  answers: readonly {
    /** Of the exam, a breast, a view. */
    about: string;
    /** Percent, as it stands there. */
    probability?: string | undefined;
    verdict?: 'positive' | 'negative' | undefined;
    /** Why there is no answer. */
    comment?: string | undefined;
  }[];
  /** What else a reader has to know. */
  comments: readonly string[];
}

/** How many exams are tried again; how many of an earlier version are left, for reprocess or adopt. */
export interface Retried {
  exams: number;
  earlier: number;
}

/**
 * What is asked about single exams, and what can be ordered. Every order names who gave it.
 *
 * All fail with an AdminError `ledger-away` where the ledger does not answer in time.
 */
export interface ExamDesk {
  /** Latest change first. */
  find(filter: ExamFilter, limit: number): Promise<readonly ExamStatus[]>;
  /** What was done about a study, what this service works with first; empty where nothing is known of it. */
  works(studyInstanceUID: string): Promise<readonly ExamWork[]>;
  /** @throws AdminError `exam-unknown`, `object-unknown`, `answer-outdated`, `pacs-away` */
  answer(studyInstanceUID: string): Promise<ExamAnswer>;
  /**
   * A picture of the exam's present answer, as PNG.
   *
   * @throws AdminError `exam-unknown`, `object-unknown`, `answer-outdated`, `pacs-away`
   */
  picture(studyInstanceUID: string, sopInstanceUID: string): Promise<Uint8Array>;
  /** Another try at once for what failed, was given up or is partial. */
  retry(filter: ExamFilter, by: Person): Promise<Retried>;
  /**
   * Has a closed exam processed again with today's model and settings. `taken-up`: it is; `under-way`: it waits or is
   * worked on already; `done`: it was closed with exactly these; `gone`: the PACS holds no mammogram of it any more.
   *
   * @throws AdminError `exam-unknown`, `pacs-away`
   */
  reprocess(studyInstanceUID: string, by: Person): Promise<'taken-up' | 'under-way' | 'done' | 'gone'>;
  /** No exam is taken up from now on. Answers the pause that holds. */
  pause(by: Person, why?: string): Promise<PauseStatus>;
  /** Answers the pause that ended, if there was one. */
  goOn(by: Person): Promise<PauseStatus | undefined>;
}
