import { existsSync } from 'node:fs';
import { installedTensorflow } from '../../src/model/tensorflowRuntime.js';

/** Left by scripts/test-parts.mjs where TensorFlow could not be fetched: the one excuse that CI accepts. */
const NOT_FETCHED = '.cache/tensorflow-not-fetched';

/** Skips a test aloud where native TensorFlow is not installed; under CI that is a failure. */
export function needsNativeTensorflow(context: Mocha.Context): void {
  if (installedTensorflow() !== undefined) return;
  const reason = 'native TensorFlow is not installed (node scripts/install-tensorflow.mjs)';
  if (process.env.CI && !existsSync(NOT_FETCHED)) throw new Error(`${reason}, and CI skips nothing`);
  console.warn(`      skipped: ${reason}`);
  context.skip();
}
