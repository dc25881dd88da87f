import { join } from 'node:path';
import { ModelError } from '../errors.js';
import type { Bundle, Engine } from '../types.js';
import { ThreadEngine } from './thread-engine.js';

export const ONNX_FILE = 'model.onnx';
export type OnnxDevice = 'cpu' | 'webgpu' | 'cuda';

/**
 * ONNX Runtime on one device, in a thread of its own.
 *
 * @param threads for the work inside one run; undefined takes as many as there are cores
 * @throws ModelError `bundle-file-missing`, `engine-unavailable`, `bundle-model-outputs`, `bundle-model-input`,
 *   `model-not-finite`
 */
export function openOnnxRuntime(
  bundle: Bundle,
  device: OnnxDevice,
  options: { threads?: number | undefined; reason: string },
): Promise<Engine> {
  if (!(ONNX_FILE in bundle.files))
    throw new ModelError(
      'bundle-file-missing',
      `${bundle.directory} has no ${ONNX_FILE}, which onnxruntime needs`,
      {
        remedy: 'Export the network with `mamori train`, or set model.engine to tensorflow.',
      },
    );
  return ThreadEngine.open({
    name: 'onnxruntime',
    device,
    reason: options.reason,
    program: new URL('./onnxruntime-thread.js', import.meta.url),
    setup: {
      modelFile: join(bundle.directory, ONNX_FILE),
      device,
      threads: options.threads,
      input: bundle.input,
      targetLayer: bundle.targetLayer,
    },
  });
}
