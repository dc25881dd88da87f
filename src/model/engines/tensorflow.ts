import { join } from 'node:path';
import { ModelError } from '../errors.js';
import type { Bundle, Engine } from '../types.js';
import { ThreadEngine } from './thread-engine.js';

export const LAYERS_FILE = 'model.json';

/**
 * TensorFlow's C library by way of tfjs-node-gpu or tfjs-node, in a thread of its own. It takes the gradient by
 * automatic differentiation, not from the exported graph.
 *
 * @throws ModelError `bundle-file-missing`, `engine-unavailable`, `bundle-model-input`, `bundle-model-outputs`,
 *   `model-not-finite`
 */
export async function openTensorflow(
  bundle: Bundle,
  device: 'auto' | 'cpu' | 'webgpu' | 'cuda',
  options: { threads?: number | undefined; reason: string },
): Promise<Engine> {
  if (!(LAYERS_FILE in bundle.files))
    throw new ModelError(
      'bundle-file-missing',
      `${bundle.directory} has no ${LAYERS_FILE}, which tensorflow needs`,
      {
        remedy: 'Set model.engine to onnxruntime.',
      },
    );
  if (device === 'webgpu')
    throw new ModelError('engine-unavailable', 'tensorflow does not run on webgpu', {
      remedy: 'Set model.device to cpu, cuda or auto, or model.engine to onnxruntime.',
    });
  return ThreadEngine.open({
    name: 'tensorflow',
    device,
    reason: options.reason,
    program: new URL('./tensorflow-thread.js', import.meta.url),
    setup: {
      modelFile: join(bundle.directory, LAYERS_FILE),
      device,
      threads: options.threads,
      input: bundle.input,
      targetLayer: bundle.targetLayer,
    },
  });
}
