import type { Bundle, Engine } from '../types.js';
import { type Candidate, openFirst } from './candidate.js';
import { ONNX_FILE, type OnnxDevice, openOnnxRuntime } from './onnxruntime.js';
import { checkTargetLayer } from './targetLayer.js';
import { LAYERS_FILE, openTensorflow } from './tensorflow.js';

export interface EngineChoice {
  engine: 'auto' | 'onnxruntime' | 'tensorflow';
  device: 'auto' | OnnxDevice;
  /** Threads for the work inside one run; undefined takes as many as there are cores. */
  threads?: number | undefined;
}

/**
 * Fastest first. On a CPU ONNX Runtime is faster than TensorFlow (`npm run bench -- --part network`). WebGPU is not
 * among them: on a server without a graphics card it may run on a software driver that is a hundred times slower
 * than the CPU, and a driver's fault would end the whole process.
 */
const BY_SPEED = [
  { engine: 'onnxruntime', device: 'cuda' },
  { engine: 'tensorflow', device: 'cuda' },
  { engine: 'onnxruntime', device: 'cpu' },
  { engine: 'tensorflow', device: 'cpu' },
] as const;

/**
 * Opens the bundle's network on the engine and device that are asked for, and runs it once as a check. `auto` takes
 * the first of `BY_SPEED` that works, for the files that the bundle has; the order is fixed, so that a machine gives
 * the same answer after each start.
 *
 * @throws ModelError `engine-unavailable` with the remedy, when what was named does not work, or nothing does; others
 *   as the bundle deserves
 */
export async function openEngine(bundle: Bundle, choice: EngineChoice): Promise<Engine> {
  await checkTargetLayer(bundle);
  return openFirst(candidates(bundle, choice));
}

function candidates(bundle: Bundle, { engine, device, threads }: EngineChoice): Candidate[] {
  const candidate = (name: 'onnxruntime' | 'tensorflow', on: OnnxDevice): Candidate => {
    const open = name === 'onnxruntime' ? openOnnxRuntime : openTensorflow;
    return { name: `${name} on ${on}`, open: (reason) => open(bundle, on, { threads, reason }) };
  };
  // What is named is tried whatever the bundle holds, so that the error says which file it lacks.
  if (engine !== 'auto' && device !== 'auto') return [candidate(engine, device)];
  if (device === 'webgpu') return [candidate('onnxruntime', device)];
  const named = BY_SPEED.filter(
    (one) => (engine === 'auto' || one.engine === engine) && (device === 'auto' || one.device === device),
  );
  const files = { onnxruntime: ONNX_FILE, tensorflow: LAYERS_FILE };
  const possible = named.filter((one) => files[one.engine] in bundle.files);
  return (possible.length > 0 ? possible : named.slice(0, 1)).map((one) => candidate(one.engine, one.device));
}
