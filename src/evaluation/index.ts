/**
 * What a model is worth: figures with intervals by patient, what shortcuts could explain them, and whether the heat
 * maps can be believed. One folder out: a page for people, JSON and CSV for machines.
 */
export { EvaluationError, type EvaluationErrorCode } from './errors.js';
export { evaluate } from './evaluation.js';
export type { EvaluationEvents, EvaluationOptions } from './evaluationOptions.js';
export { RESULT_FILES } from './files.js';
export type { Evaluation, Prediction } from './types.js';
