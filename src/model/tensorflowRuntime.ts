import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import util from 'node:util';
import type * as core from '@tensorflow/tfjs-core';
import type * as layers from '@tensorflow/tfjs-layers';

/** TensorFlow.js as one namespace: operations, layers, models, optimizers. */
export type TensorFlow = typeof core & typeof layers;

/** A value in a network that is being put together. */
export type Symbolic = layers.LayersModel['inputs'][number];

export interface TensorFlowRuntime {
  tf: TensorFlow;
  /** `native` calls TensorFlow's C library; `plain` is JavaScript, a hundred times slower. */
  kind: 'native' | 'plain';
  /** Package and version, for logs and model cards. */
  description: string;
  /** Whether it sees a CUDA card and computes on it. */
  gpu: boolean;
}

/** The GPU build first: where it is installed, it is wanted. */
const NATIVE_PACKAGES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;

export const INSTALL_TENSORFLOW =
  'Run `node scripts/installTensorflow.mjs`, or `npm install --no-save @tensorflow/tfjs-node` where its download ' +
  'works.';

export interface NativeOptions {
  /** False keeps it off a CUDA card. */
  cuda?: boolean;
  /** Threads for the work inside one operation; undefined takes as many as there are cores. */
  threads?: number | undefined;
}

let native: TensorFlowRuntime | undefined;

/** Which of the two native packages is installed, without loading it. */
export function installedTensorflow(): { name: string; path: string; gpu: boolean } | undefined {
  for (const name of NATIVE_PACKAGES) {
    const path = findPackage(name);
    if (path !== undefined) return { name, path, gpu: name.endsWith('-gpu') };
  }
  return undefined;
}

/**
 * TensorFlow's C library by way of tfjs-node-gpu or tfjs-node, from node_modules or from where
 * scripts/installTensorflow.mjs put it (`MAMORI_TENSORFLOW` names another folder than the checkout's
 * `.tensorflow`); undefined where neither is installed. The options count for the first
 * call in a thread, which loads it.
 *
 * @throws Error when one is installed and its library cannot be loaded
 */
export function nativeTensorflow(options: NativeOptions = {}): TensorFlowRuntime | undefined {
  if (native !== undefined) return native;
  const installed = installedTensorflow();
  if (installed === undefined) return undefined;
  restoreUtil();
  // Level 1 leaves out TensorFlow's greeting about instruction sets.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '1';
  // TensorFlow's faster kernels for processors; some builds leave them off. A third less time for a step of training.
  process.env.TF_ENABLE_ONEDNN_OPTS ??= '1';
  // Without it TensorFlow takes the whole memory of a card that others may need.
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true';
  const { CUDA_VISIBLE_DEVICES: visible } = process.env;
  if (options.cuda === false) process.env.CUDA_VISIBLE_DEVICES = '-1';
  if (options.threads !== undefined) process.env.TF_NUM_INTRAOP_THREADS = String(options.threads);
  try {
    const load = createRequire(import.meta.url);
    const tf = load(installed.path) as TensorFlow & { version: { tfjs: string } };
    const { isUsingGpuDevice } = tf.backend() as { isUsingGpuDevice?: boolean };
    native = {
      tf,
      kind: 'native',
      description: `${installed.name} ${tf.version.tfjs}`,
      gpu: isUsingGpuDevice === true,
    };
    return native;
  } finally {
    if (visible === undefined) delete process.env.CUDA_VISIBLE_DEVICES;
    else process.env.CUDA_VISIBLE_DEVICES = visible;
  }
}

/** The native library where it is installed, else TensorFlow.js in plain JavaScript: for small networks only. */
export async function anyTensorflow(): Promise<TensorFlowRuntime> {
  return nativeTensorflow() ?? plainTensorflow();
}

/** TensorFlow.js in plain JavaScript, on the CPU. */
export async function plainTensorflow(): Promise<TensorFlowRuntime> {
  const [coreModule, layersModule] = await Promise.all([
    import('@tensorflow/tfjs-core'),
    import('@tensorflow/tfjs-layers'),
    import('@tensorflow/tfjs-backend-cpu'),
  ]);
  const tf = { ...coreModule, ...layersModule } as TensorFlow;
  await tf.setBackend('cpu');
  return {
    tf,
    kind: 'plain',
    description: `TensorFlow.js ${coreModule.version_core} in JavaScript`,
    gpu: false,
  };
}

function findPackage(name: string): string | undefined {
  const roots = [
    import.meta.url,
    join(process.env.MAMORI_TENSORFLOW ?? join(checkout(), '.tensorflow'), 'package.json'),
  ];
  for (const root of roots) {
    try {
      return createRequire(root).resolve(name);
    } catch {
      // Not installed there.
    }
  }
  return undefined;
}

/** The folder of package.json, above src/ or dist/. */
function checkout(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

/** tfjs-node 4.22 calls two functions that Node 23 took out of `util`. */
function restoreUtil(): void {
  const old = util as {
    isNullOrUndefined?: (value: unknown) => boolean;
    isArray?: (value: unknown) => boolean;
  };
  old.isNullOrUndefined ??= (value) => value === null || value === undefined;
  old.isArray ??= Array.isArray;
}
