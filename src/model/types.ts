import type { BundleDocument } from './bundleSchema.js';
import type { EngineName } from './engineTable.js';

/** A checked model bundle (docs/model-bundle.md): all that is needed to run, explain and name a network. */
export interface Bundle extends BundleDocument {
  /** Absolute path of the folder. */
  directory: string;
  /** SHA-256 over bundle.json itself: names this exact bundle. */
  digest: string;
}

export type Calibration = Bundle['calibration'];
export type Aggregation = Bundle['aggregation']['exam'];
export type TrainingRecord = NonNullable<Bundle['training']>;
export type Measurement = Bundle['performance'][number];

/** What one run of the network says about one image. */
export interface Inference {
  /** Raw probability of the positive class, 0 to 1, before calibration. */
  rawProbability: number;
  /** Target layer's activations, rows × columns × channels, channels last; empty where maps are made by occlusion. */
  activations: Float32Array;
  /** Gradient of the positive class's score (its logit) with respect to the activations, same shape. */
  gradients: Float32Array;
  featureShape: [rows: number, columns: number, channels: number];
}

/** What executes a network. One exam's views go through together as a batch. */
export interface Engine {
  readonly name: EngineName;
  /** `cpu`, `webgpu`, `cuda` … */
  readonly device: string;
  /** Why this engine and device were taken, as a sentence for the log and the status page. */
  readonly reason: string;
  /** Inputs are rows × columns × channels as the bundle says. Does not block the event loop. */
  infer(inputs: Float32Array[]): Promise<Inference[]>;
  close(): Promise<void>;
}
