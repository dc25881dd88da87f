import { MamoriError } from '../errors.js';

/**
 * What can be wrong with a model, its bundle, its engine or its training data.
 *
 * Codes, all stable: `bundle-missing`, `bundle-malformed`, `bundle-file-missing`, `bundle-file-unknown`,
 * `bundle-hash-mismatch`, `bundle-place-taken`, `bundle-model-input`, `bundle-model-outputs`, `model-not-finite`,
 * `engine-unavailable`, `engine-failed`, `engine-crashed`, `engine-input`, `engine-closed`, `export-unsupported-layer`,
 * `export-no-target-layer`, `labels-malformed`, `labels-image-missing`, `labels-image-unreadable`,
 * `labels-class-empty`, `training-backend`, `about-malformed`, `training-diverged`, `network-unknown`,
 * `split-patient-on-both-sides`, `bundle-leaking`, `copies-number`, `checkpoint-missing`, `checkpoint-malformed`,
 * `checkpoint-other-training`, `checkpoint-in-the-way`.
 */
export class ModelError extends MamoriError {}
