import { MamoriError } from '../errors.js';
import type { ImageErrorCode } from '../image/index.js';

/** What can be wrong with a training, or with a network on its way into a bundle. Stable. */
export type TrainingErrorCode =
  /** What the model is to say of itself (`--about`) cannot be read or lacks something. */
  | 'about-malformed'
  | 'network-unknown'
  /** A network that begins from pretrained weights was given none. */
  | 'start-missing'
  | 'start-unreadable'
  | 'start-malformed'
  | 'start-other-network'
  /** Native TensorFlow does not load, or without it no epoch would end in time. */
  | 'training-backend'
  | 'training-diverged'
  | 'checkpoint-missing'
  | 'checkpoint-malformed'
  | 'checkpoint-other-training'
  | 'checkpoint-in-the-way'
  | 'checkpoint-unwritable'
  | 'export-unsupported-layer'
  | 'export-no-target-layer'
  /** A weight is no number. */
  | 'model-not-finite'
  /** One image cannot be prepared: the message names its file. */
  | ImageErrorCode;

/** A training cannot begin or go on; the message says why. */
export class TrainingError extends MamoriError<TrainingErrorCode> {}
