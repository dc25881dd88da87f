import type { ServedModel } from './examKey.js';
import type { RetriableState } from './examState.js';

/** Which exams an administrator wants tried again: those that everything said here is true of. */
export interface RetryFilter {
  /** Whose service is to take them: exams of its own, and those that only have to be delivered (`waysFor`). */
  served?: ServedModel | undefined;
  studies?: readonly string[] | undefined;
  states?: readonly RetriableState[] | undefined;
  /** Codes of their reasons. */
  codes?: readonly string[] | undefined;
  /** Their state has been what it is since then, or since later. */
  since?: Date | undefined;
}

/** What can be ordered about an exam, where a service of today's model and settings is to do it. */
export interface Ways {
  /** Another try. Of another version's exam: where its objects are made, and only have to be delivered. */
  retry: boolean;
  /** Closed by another version: once more with today's. */
  reprocess: boolean;
  /** Left unfinished by another version of the same model: handed over. */
  adopt: boolean;
}

/** Exams in one state for one reason that a retry can be about, and what can be ordered about them. */
export interface RetriableCount {
  state: RetriableState;
  code: string | undefined;
  exams: number;
  /** Of the very model, version and settings that were asked about. */
  isServed: boolean;
  ways: Ways;
}
