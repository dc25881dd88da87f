import type { DatasetErrorCode } from '../dataset/index.js';
import { MamoriError } from '../errors.js';
import type { ThreadErrorCode } from '../threads/index.js';

/** What can keep an evaluation from being made. */
export type EvaluationErrorCode =
  | 'evaluation-place-taken'
  | 'evaluation-no-cases'
  | 'evaluation-classes'
  | 'evaluation-list'
  | 'evaluation-copies'
  | 'evaluation-comparison'
  /** A mammogram that is made for the checks of the heat maps is left alone by the bundle's preparation. */
  | 'evaluation-made-image'
  /** Whether heat maps passed was to be recorded, and nothing of them is measured. */
  | 'evaluation-no-verdict'
  | 'split-copies'
  /** An image cannot be examined: as the service would name it. */
  | DatasetErrorCode
  | ThreadErrorCode;

export class EvaluationError extends MamoriError<EvaluationErrorCode> {}
