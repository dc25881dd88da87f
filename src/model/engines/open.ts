import { ModelError } from '../errors.js';
import type { Bundle, Engine } from '../types.js';
import { cudaIsInstalled, ONNX_FILE, type OnnxDevice, openOnnxRuntime } from './onnxruntime.js';
import { openTensorflow } from './tensorflow.js';

export interface EngineChoice {
  engine: 'auto' | 'onnxruntime' | 'tensorflow';
  device: 'auto' | OnnxDevice;
  /** Threads for the work inside one run; undefined takes as many as there are cores. */
  threads?: number | undefined;
}

/**
 * Opens the bundle's network on the engine and device that are asked for, and runs it once as a check.
 *
 * `auto` for the engine takes ONNX Runtime where the bundle has a model.onnx, else TensorFlow. `auto` for the device
 * takes CUDA where its libraries are installed and work, else the CPU. WebGPU is never taken unasked: on a server
 * without a graphics card it may run on a software driver that is a hundred times slower than the CPU, and a
 * driver's fault would end the whole process.
 *
 * @throws ModelError `engine-unavailable` with the remedy, when what was named does not work; others as the
 *   bundle deserves
 */
export async function openEngine(bundle: Bundle, choice: EngineChoice): Promise<Engine> {
  const { engine, device, threads } = choice;
  if (engine === 'tensorflow' || (engine === 'auto' && !(ONNX_FILE in bundle.files))) {
    const reason = engine === 'tensorflow' ? 'tensorflow was asked for' : `the bundle has no ${ONNX_FILE}`;
    return openTensorflow(bundle, device, { threads, reason });
  }
  const why = engine === 'onnxruntime' ? 'onnxruntime was asked for' : 'onnxruntime is always installed';
  if (device !== 'auto')
    return openOnnxRuntime(bundle, device, { threads, reason: `${why}, ${device} was asked for` });
  return openFastest(bundle, why, threads);
}

async function openFastest(bundle: Bundle, why: string, threads: number | undefined): Promise<Engine> {
  if (cudaIsInstalled()) {
    try {
      return await openOnnxRuntime(bundle, 'cuda', { threads, reason: `${why}, CUDA works` });
    } catch (error) {
      if (!(error instanceof ModelError) || error.code !== 'engine-unavailable') throw error;
      const reason = `${why}, its CUDA libraries are but do not work: ${error.message}`;
      return openOnnxRuntime(bundle, 'cpu', { threads, reason });
    }
  }
  return openOnnxRuntime(bundle, 'cpu', { threads, reason: `${why}, its CUDA libraries are not` });
}
