import { MamoriError } from '../../errors.js';

/** What can be wrong with a network from elsewhere, and with what was said about it. */
export type ImportErrorCode =
  /** Options that are missing or contradict each other. */
  | 'usage-import'
  /** The file of preparation steps is none. */
  | 'usage-preparation'
  | 'import-unreadable'
  | 'import-not-onnx'
  | 'import-cut-short'
  | 'import-external-data'
  | 'import-opset'
  | 'import-inputs'
  | 'import-outputs'
  | 'import-input-shape'
  | 'import-channels'
  | 'import-batch'
  | 'import-output-shape'
  | 'import-target-layer'
  /** No gradients can be written for this head; where the maps are left to us, occlusion takes over. */
  | 'import-no-gradients'
  /** ONNX Runtime cannot open or run it. */
  | 'import-not-runnable'
  /** What was made answers differently from what was given. */
  | 'import-differs'
  /** On the labelled folder the other class gets the higher answers. */
  | 'import-inverted';

/** A network from elsewhere cannot become a bundle; the remedy says what to change. */
export class ImportError extends MamoriError<ImportErrorCode> {}
