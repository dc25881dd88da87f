import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ModelError } from '../errors.js';
import type { Bundle, Engine } from '../types.js';
import { CheckedEngine } from './checkedEngine.js';
import { keepToItself } from './onnxruntimeLibrary.js';

export const ONNX_FILE = 'model.onnx';
export type OnnxDevice = 'cpu' | 'webgpu' | 'cuda';

/**
 * ONNX Runtime on one device, in a thread of its own.
 *
 * @param threads for the work inside one run; undefined takes as many as there are cores
 * @throws ModelError `bundle-file-missing`, `engine-unavailable`, `bundle-malformed`, `bundle-model-outputs`,
 *   `bundle-model-input`, `bundle-target-layer`, `model-not-finite`
 */
export async function openOnnxRuntime(
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
  if (device === 'cuda' && !cudaIsInstalled())
    throw new ModelError('engine-unavailable', 'the CUDA libraries of onnxruntime-node are not installed', {
      remedy:
        'Set model.device to cpu or auto, or let the installer of onnxruntime-node fetch them (docs/model-bundle.md).',
    });
  keepToItself();
  return CheckedEngine.open({
    name: 'onnxruntime',
    reason: options.reason,
    program: new URL('./onnxruntimeProgram.js', import.meta.url),
    setup: {
      modelFile: join(bundle.directory, ONNX_FILE),
      device,
      threads: options.threads,
      input: bundle.input,
      targetLayer: bundle.targetLayer,
      gradients: bundle.explanation !== 'occlusion',
    },
  });
}

/** onnxruntime-node carries CPU and WebGPU; the CUDA libraries are laid beside them by its own installer. */
function cudaIsInstalled(): boolean {
  const home = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
  const library =
    process.platform === 'win32' ? 'onnxruntime_providers_cuda.dll' : 'libonnxruntime_providers_cuda.so';
  return existsSync(join(home, 'bin/napi-v6', process.platform, process.arch, library));
}
