/** What the service's thread and an engine's thread say to each other. Plain data; the arrays are transferred. */

/** Given to the thread when it starts. */
export interface ThreadSetup {
  modelFile: string;
  device: string;
  /** Threads for the work inside one run; undefined leaves it to the engine. */
  threads: number | undefined;
  input: { rows: number; columns: number; channels: number };
  targetLayer: string;
  /** False where maps are made by occlusion: then the network gives its probability only. */
  gradients: boolean;
}

export interface RunRequest {
  kind: 'run';
  id: number;
  /** `count` inputs one after another, each rows × columns × channels. */
  inputs: Float32Array;
  count: number;
}

/** Asks the thread to end when what it has been asked is done. */
export interface CloseRequest {
  kind: 'close';
}

export type ThreadRequest = RunRequest | CloseRequest;

/** The three outputs of `count` inputs, batch dimension first, channels last. */
export interface RunOutputs {
  probability: Float32Array;
  activations: Float32Array;
  gradients: Float32Array;
  featureShape: [rows: number, columns: number, channels: number];
}

export interface ThreadFailure {
  code: string;
  message: string;
  remedy: string | undefined;
}

export type ThreadAnswer =
  /** The model is open on `device`; `note` says what is worth telling about it. */
  | { kind: 'ready'; device: string; note: string }
  | { kind: 'not-ready'; failure: ThreadFailure }
  | { kind: 'outputs'; id: number; outputs: RunOutputs }
  | { kind: 'failed'; id: number; failure: ThreadFailure };
