/** One exam as the status page shows it: UIDs and states, no patient data. */
export interface ExamStatus {
  studyInstanceUID: string;
  state: string;
  revision: number;
  attempts: number;
  code?: string | undefined;
  /** A sentence without patient data. */
  reason?: string | undefined;
  firstSeen: Date;
  /** When the exam was closed, if it is. */
  closedAt?: Date | undefined;
  /** When it is tried again, if it failed. */
  retryAt?: Date | undefined;
}

/** How exams ended lately; those that were rightly not processed aside. */
export interface RecentExams {
  ended: number;
  failed: number;
  /** Why most of those that failed did: a sentence without patient data. */
  mostly: string | undefined;
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
          studies: number;
          /** Of these studies, by the setting that passes them over. */
          passedOver?: Readonly<Record<string, number>>;
          exams: number;
        }
      | undefined;
    /** When a look or an exam last got on: a first look may take long, and is well while it does. */
    lastSign?: Date | undefined;
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
    /** Since when it cannot be searched, or gives no images. */
    since?: Date | undefined;
    /** It is not asked at all until then: for an outage, or so that an account that is refused is not locked. */
    leftAlone?: { code: string; until: Date } | undefined;
  };
  model: { name: string; version: string; engine: string; device: string; reason: string };
  /** Exams by state, states without any included. */
  counts: Readonly<Record<string, number>>;
  /** Exams that could be worked on now and are not yet. */
  queue: number;
  recent?: RecentExams | undefined;
  /** Latest change first. */
  exams: readonly ExamStatus[];
}

/** Answers the page's, the health check's and the metrics' questions. May fail: then the service is not well. */
export type StatusSource = () => Promise<StatusSnapshot>;
