import { MamoriError } from '../errors.js';

/** Why an exam leaves an image out that could be read. */
export type ExamLeftOutCode =
  /** A For Presentation image of the same view was taken instead. */
  | 'for-processing-superseded'
  /** The file names another study or instance than the archive does. */
  | 'contradictory-identity'
  /** The images of the study are of more than one patient. */
  | 'contradictory-patient'
  /** Farther from all that the model was made from than its bundle allows. */
  | 'unlike-training';

/** Why an exam as a whole has no answer. */
export type NotProcessedCode =
  | 'no-mammogram'
  | 'no-standard-view'
  | 'contradictory-patient'
  /** Images that could be read and of which an answer would say nothing. */
  | 'images-refused'
  | 'images-unreadable';

/**
 * One instance cannot be had; the exam goes on without it and the report says so. The code is that of whoever could not
 * give it.
 */
export class InstanceUnavailable extends MamoriError {}
