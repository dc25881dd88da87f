import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Device, ENGINES } from '../engineTable.js';
import { ModelError } from '../errors.js';
import type { Bundle, Engine } from '../types.js';
import { CheckedEngine } from './checkedEngine.js';
import { keepToItself } from './onnxruntimeLibrary.js';

/**
 * ONNX Runtime on one device, in a thread of its own.
 *
 * @param threads for the work inside one run; undefined takes as many as there are cores
 * @throws ModelError `engine-unavailable`, `bundle-malformed`, `bundle-model-outputs`,
 *   `bundle-model-input`, `bundle-target-layer`, `model-not-finite`
 */
export async function openOnnxRuntime(
  bundle: Bundle,
  device: Device,
  options: { threads?: number | undefined; reason: string },
): Promise<Engine> {
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
      modelFile: join(bundle.directory, ENGINES.onnxruntime.file),
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
