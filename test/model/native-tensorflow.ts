import { existsSync } from 'node:fs';
import { installedTensorflow } from '../../src/model/tensorflow-runtime.js';

/**
 * Skips a test aloud where native TensorFlow is not installed. Under CI scripts/test-parts.mjs has tried to install
 * it, and left `.tensorflow` behind unless it could not be fetched: there a skip is a failure.
 */
export function needsNativeTensorflow(context: Mocha.Context): void {
  if (installedTensorflow() !== undefined) return;
  const reason = 'native TensorFlow is not installed (node scripts/install-tensorflow.mjs)';
  if (process.env.CI && existsSync('.tensorflow')) throw new Error(`${reason}, and CI skips nothing`);
  console.warn(`      skipped: ${reason}`);
  context.skip();
}
