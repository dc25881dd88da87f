import { PacsError } from '../../src/dicomweb/index.js';

/** The error that a promise fails with, which must be one of ours. */
export async function caught(promise: Promise<unknown>): Promise<PacsError> {
  let error: unknown;
  try {
    await promise;
  } catch (e) {
    error = e;
  }
  if (error instanceof PacsError) return error;
  throw new Error(`expected a PacsError, got ${error}`, { cause: error });
}
