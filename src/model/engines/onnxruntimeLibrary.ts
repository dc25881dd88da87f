import { isMainThread } from 'node:worker_threads';
import type * as ort from 'onnxruntime-node';
import { ModelError } from '../errors.js';

/**
 * The one place that loads ONNX Runtime's library, here where what keeps it from loading can be told.
 *
 * @throws ModelError `engine-unavailable`
 */
export async function loadOnnxRuntime(): Promise<typeof ort> {
  keepToItself();
  try {
    return await import('onnxruntime-node');
  } catch (cause) {
    throw new ModelError(
      'engine-unavailable',
      `onnxruntime-node cannot be loaded: ${(cause as Error).message}`,
      {
        cause,
        remedy:
          'Run `npm ci` again; its library needs Linux with glibc, macOS or Windows (docs/dependencies.md).',
      },
    );
  }
}

/**
 * ONNX Runtime 1.30 sends usage data to its maker, and keeps an identifier in the temporary folder, unless told not to:
 * nothing may leave a hospital unasked. It reads the process's environment, which a thread's copy is not; so whoever
 * starts a thread that loads it calls this first.
 */
export function keepToItself(): void {
  if (process.env.ORT_DISABLE_TELEMETRY !== undefined) return;
  if (!isMainThread) throw new Error('keepToItself() must be called before the thread starts');
  process.env.ORT_DISABLE_TELEMETRY = '1';
}
