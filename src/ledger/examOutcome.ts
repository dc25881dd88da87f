import type { Reason } from '../dicom/index.js';
import type { ShortAnswer } from '../findings/index.js';
import type { ExamImage } from './allExams.js';
import type { ClosedState } from './examState.js';

/**
 * What the objects say about the exam: `close` closes it as that. `partial` names what it lacks, `processed` what a
 * reader of its state has to know, such as an absent view. `takesBack`: no earlier answer may be relied on any more.
 */
export type Outcome = (
  | ({ kind: 'processed' } & Partial<Reason>)
  | ({ kind: 'partial' } & Reason)
  | ({ kind: 'not-processed'; takesBack?: boolean } & Reason)
) & {
  /** SOP Instance UIDs of the images that were analysed; left out: they count as unknown. */
  restsOn?: readonly string[];
  /** Of standard views that got no answer. */
  lacks?: readonly string[];
  images?: readonly ExamImage[];
  /** Of what is answered. */
  shortAnswer?: ShortAnswer;
  /** What they say of their place among all sets about the study; left out: they are not held to any. */
  place?: SetPlace;
};

/** The place of a set of results among all about its study. */
export interface SetPlace {
  /** From 1. */
  edition: number;
  /** SOP Instance UIDs of its predecessors. */
  replaces: readonly string[];
}

/** An exam's answer in the archive. */
export interface Answer {
  state: ClosedState;
  /** SOP Instance UIDs of the images that were analysed. */
  restsOn: readonly string[];
}
