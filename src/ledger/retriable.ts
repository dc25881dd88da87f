import { RETRIABLE_STATES, type RetriableState } from './examState.js';
import type { ExamRow } from './rows.js';
import type { RetryFilter } from './ways.js';

/*
 * Exams that somebody may want tried again, as the statements ask for them and answer.
 */

/** JSON arrays; NULL: whatever it is. */
export interface Retriable {
  studies: string | null;
  states: string;
  codes: string | null;
  since: number;
  model: string | null;
  version: string | null;
  digest: string | null;
}

/** The filter as the statements name its parts. */
export function boundFilter({
  studies,
  states = RETRIABLE_STATES,
  codes,
  since,
}: RetryFilter): Pick<Retriable, 'studies' | 'states' | 'codes' | 'since'> {
  return {
    studies: studies === undefined ? null : JSON.stringify(studies),
    states: JSON.stringify(states),
    codes: codes === undefined ? null : JSON.stringify(codes),
    since: since?.getTime() ?? 0,
  };
}

export type RetriableRow = Pick<ExamRow, 'id' | 'state' | 'outcome' | 'code'> & { undelivered: number };

/** Exams of one kind, as `ExamStanding` of the rules tells kinds apart. */
export interface RetriableCountRow {
  state: RetriableState;
  code: string | null;
  served: 0 | 1;
  same_model: 0 | 1;
  made: 0 | 1;
  undelivered: 0 | 1;
  exams: number;
}
