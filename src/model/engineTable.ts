/** What is known of an engine without opening it. */
interface EngineRow {
  /** The file of a bundle that it runs. */
  file: string;
  /** What it can run on. */
  devices: readonly Device[];
}

/** What a network can run on. */
export const DEVICES = ['cpu', 'webgpu', 'cuda'] as const;
export type Device = (typeof DEVICES)[number];

/**
 * The engines. A new one is a row here, its place in `BY_SPEED`, its function in `engines/openEngine.ts` and its two
 * files beside that: the engine, and the program of its thread. The settings' names, what a bundle must hold and what
 * errors advise follow from the row.
 */
export const ENGINES = {
  onnxruntime: { file: 'model.onnx', devices: ['cpu', 'webgpu', 'cuda'] },
  tensorflow: { file: 'model.json', devices: ['cpu', 'cuda'] },
} as const satisfies Record<string, EngineRow>;

export type EngineName = keyof typeof ENGINES;
export const ENGINE_NAMES = Object.keys(ENGINES) as [EngineName, ...EngineName[]];

/** An engine on a device. */
export interface Placed {
  engine: EngineName;
  device: Device;
}

/**
 * Fastest first. On a CPU ONNX Runtime is faster than TensorFlow (`npm run bench -- --part network`). WebGPU is not
 * among them: on a server without a graphics card it may run on a software driver that is a hundred times slower
 * than the CPU, and a driver's fault would end the whole process.
 */
export const BY_SPEED: readonly Placed[] = [
  { engine: 'onnxruntime', device: 'cuda' },
  { engine: 'tensorflow', device: 'cuda' },
  { engine: 'onnxruntime', device: 'cpu' },
  { engine: 'tensorflow', device: 'cpu' },
];

/** What `model.engine` and `model.device` may be in the settings, and `--engine` and `--device` on the command line. */
export const ENGINE_CHOICES: readonly EngineChoice['engine'][] = ['auto', ...ENGINE_NAMES];
export const DEVICE_CHOICES: readonly EngineChoice['device'][] = ['auto', ...DEVICES];

export interface EngineChoice {
  engine: 'auto' | EngineName;
  device: 'auto' | Device;
  /** Threads for the work inside one run; undefined takes as many as there are cores. */
  threads?: number | undefined;
}

/** Does this engine's row say that it runs on the device? */
export function runsOn(engine: EngineName, device: Device): boolean {
  const { devices }: EngineRow = ENGINES[engine];
  return devices.includes(device);
}
