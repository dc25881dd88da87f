/**
 * Where an exam stands:
 *
 * ```
 * waiting ──claim──▶ claimed ──keepObjects──▶ delivering ──confirm, close──▶ delivered | partial | not-processed
 *    ▲                  │  ▲                    │  ▲
 *    │ observe:         │  └──── claim ─────────┼──┘     (also when the lease has run out)
 *    │ changed          ▼                       ▼
 *    └── closed      failed (tried again at retryAt)  ──giveUp──▶ not-processed
 * ```
 *
 * A failed exam that is to be held back waits again, with its tries (`due`), unless its objects are made.
 *
 * `delivered` is a whole answer. `partial` is an answer that lacks a standard view, which could not be fetched or read
 * however often it was tried, or which came later and got no answer. An exam that was closed and is taken up again goes
 * back to where it was (`withdraw`) where nothing new comes of it.
 */
export type ExamState =
  | 'waiting'
  | 'claimed'
  | 'delivering'
  | 'failed'
  | 'delivered'
  | 'partial'
  | 'not-processed';

/** The states in which nothing more is done by itself, until other images come. */
export type ClosedState = Extract<ExamState, 'delivered' | 'partial' | 'not-processed'>;

export const EXAM_STATES: readonly ExamState[] = [
  'waiting',
  'claimed',
  'delivering',
  'failed',
  'delivered',
  'partial',
  'not-processed',
];

/** The states that an administrator can have left by another try. */
export const RETRIABLE_STATES = ['failed', 'partial', 'not-processed'] as const satisfies ExamState[];
export type RetriableState = (typeof RETRIABLE_STATES)[number];
