/** What the service's thread and an engine's thread say to each other. Plain data; the arrays are transferred. */

/** Given to the thread when it starts. */
export interface NetworkSetup {
  modelFile: string;
  device: string;
  /** Threads for the work inside one run; undefined leaves it to the engine. */
  threads: number | undefined;
  input: { rows: number; columns: number; channels: number };
  targetLayer: string;
  /** False where maps are made by occlusion: then the network gives its probability only. */
  gradients: boolean;
}

/** Said once the network is open. */
export interface OpenedNetwork {
  /** What it really runs on: `cpu`, `cuda`, `webgpu`. */
  device: string;
  /** How it runs, in a few words for the administrator. */
  note: string;
}

export interface RunInputs {
  /** `count` inputs one after another, each rows × columns × channels. */
  inputs: Float32Array;
  count: number;
}

/** The three outputs of `count` inputs, batch dimension first, channels last. */
export interface RunOutputs {
  probability: Float32Array;
  activations: Float32Array;
  gradients: Float32Array;
  featureShape: [rows: number, columns: number, channels: number];
}
