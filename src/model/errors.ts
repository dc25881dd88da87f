import { MamoriError } from '../errors.js';

/** What keeps an engine from running a bundle: another may be able to. */
export const ENGINE_ERROR_CODES = [
  'engine-unavailable',
  'engine-failed',
  'engine-crashed',
  'engine-timed-out',
  'engine-input',
  'engine-closed',
] as const;

/** What can be wrong with a model, its bundle or its engine. */
export type ModelErrorCode =
  | (typeof ENGINE_ERROR_CODES)[number]
  | 'bundle-missing'
  | 'bundle-malformed'
  | 'bundle-file-missing'
  | 'bundle-file-unknown'
  | 'bundle-hash-mismatch'
  | 'bundle-place-taken'
  /** Split by image: for comparisons only. */
  | 'bundle-leaking'
  | 'bundle-model-input'
  | 'bundle-model-outputs'
  | 'bundle-target-layer'
  /** Weights or answers that are no numbers. */
  | 'model-not-finite'
  | 'export-no-target-layer';

export class ModelError extends MamoriError<ModelErrorCode> {}

const ENGINE_CODES: ReadonlySet<string> = new Set(ENGINE_ERROR_CODES);

/** Whether it is the engine's failure, and not the bundle's. */
export function isEngineFailure(error: unknown): error is ModelError {
  return error instanceof ModelError && ENGINE_CODES.has(error.code);
}
