import { MamoriError } from '../errors.js';

/**
 * What can keep an evaluation from being made.
 *
 * Codes, all stable: `evaluation-place-taken`, `evaluation-no-cases`, `evaluation-classes`, `evaluation-list`,
 * `evaluation-copies`, `evaluation-comparison`, an image's own code as the service would name it,
 * `split-patient-on-both-sides`, `split-copies`.
 */
export class EvaluationError extends MamoriError {}
