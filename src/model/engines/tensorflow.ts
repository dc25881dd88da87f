import { join } from 'node:path';
import { type Device, ENGINES } from '../engineTable.js';
import { ModelError } from '../errors.js';
import { INSTALL_TENSORFLOW, installedTensorflow } from '../tensorflowRuntime.js';
import type { Bundle, Engine } from '../types.js';
import { CheckedEngine } from './checkedEngine.js';

/**
 * TensorFlow's C library by way of tfjs-node-gpu or tfjs-node, in a thread of its own. It takes the gradient by
 * automatic differentiation, not from the exported graph.
 *
 * @throws ModelError `engine-unavailable`, `bundle-malformed`, `bundle-model-input`,
 *   `bundle-model-outputs`, `model-not-finite`
 */
export async function openTensorflow(
  bundle: Bundle,
  device: Device,
  options: { threads?: number | undefined; reason: string },
): Promise<Engine> {
  checkPackage(device);
  return CheckedEngine.open({
    name: 'tensorflow',
    reason: options.reason,
    program: new URL('./tensorflowProgram.js', import.meta.url),
    setup: {
      modelFile: join(bundle.directory, ENGINES.tensorflow.file),
      device,
      threads: options.threads,
      input: bundle.input,
      targetLayer: bundle.targetLayer,
      gradients: bundle.explanation !== 'occlusion',
    },
  });
}

/** Before half a gigabyte of library is loaded. */
function checkPackage(device: Device): void {
  const installed = installedTensorflow();
  if (installed === undefined)
    throw new ModelError(
      'engine-unavailable',
      'neither @tensorflow/tfjs-node-gpu nor @tensorflow/tfjs-node is installed',
      { remedy: INSTALL_TENSORFLOW },
    );
  if (device === 'cuda' && !installed.gpu)
    throw new ModelError('engine-unavailable', `${installed.name} does not run on cuda`, {
      remedy: 'Run `node scripts/installTensorflow.mjs --gpu`, or set model.device to cpu or auto.',
    });
}
