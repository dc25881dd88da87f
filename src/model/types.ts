import type { PreparationStep } from '../image/index.js';
import type { EngineName } from './engineTable.js';

/** Maps the network's raw probability to a calibrated one, fitted on validation cases only. */
export type Calibration =
  | { kind: 'none' }
  /** sigmoid(slope · logit(p) + intercept); temperature scaling is slope = 1/T, intercept = 0. */
  | { kind: 'platt'; slope: number; intercept: number };

export type Aggregation = 'mean' | 'max';

/** How a network was trained, for the model card and the physicist. Printable ASCII. */
export interface TrainingRecord {
  procedure: string;
  data: string;
  licence: string;
  attribution: string;
  /**
   * `by-patient` where left out. `by-image`: copies of one image and images of one patient stand on all sides of the
   * split. Such a bundle is for comparison with publications that do the same, and is kept from patients.
   */
  protocol?: 'by-patient' | 'by-image' | undefined;
  /** Copies of each image, where the protocol is `by-image`. */
  copies?: number | undefined;
  /** Numbers of patient cases; no case stands in two of them, except in the protocol `by-image`. */
  cases: { training: number; validation: number; test: number };
  seed: number;
}

export interface Measurement {
  measure: string;
  value: number;
  /** 95 % confidence interval. */
  interval?: [lower: number, upper: number] | undefined;
  /** What it was measured on. */
  on: string;
}

/** A checked model bundle (docs/model-bundle.md): all that is needed to run, explain and name a network. */
export interface Bundle {
  /** Version of the bundle format. */
  format: 1;
  /** Absolute path of the folder. */
  directory: string;
  /** Printable ASCII: these three go into DICOM objects of any character set. */
  name: string;
  version: string;
  manufacturer: string;
  /** What it is for and what it is not, in sentences of printable ASCII. */
  purpose: string;
  limits: string[];
  /** On what terms it may be used, where its data set some. */
  termsOfUse?: string | undefined;
  input: { rows: number; columns: number; channels: number; preparation: PreparationStep[] };
  /** Class names; `classes[1]` is the positive one that the probability speaks of. */
  classes: [negative: string, positive: string];
  /** What the probability is the probability of; DCM 111047, Probability of cancer, where left out. */
  probabilityOf?: { value: string; scheme: string; meaning: string } | undefined;
  calibration: Calibration;
  /** Calibrated probability from which on an answer counts as positive, 0 to 1. */
  operatingPoint: number;
  /** How image probabilities become a breast's, and breasts' the exam's. */
  aggregation: { breast: Aggregation; exam: Aggregation };
  /** Layer whose activations and gradients explain the answer; `image` where the maps are made by occlusion. */
  targetLayer: string;
  /**
   * How its heat maps are made: `grad-cam` where left out. `occlusion` needs no gradients, so that model.onnx gives the
   * probability only.
   */
  explanation?: 'grad-cam' | 'occlusion' | undefined;
  /** Architecture, e.g. `paper`. */
  network: string;
  /** Whether its heat maps passed their checks, and what was found; undefined where nobody has checked them. */
  heatMaps?: { passed: boolean; found: string } | undefined;
  /**
   * File that `readKnownFeatures` reads, and the distance beyond which an image is unlike all that it was made from.
   */
  knownFeatures?: { file: string; limit: number } | undefined;
  /** How it was trained, where its maker tells. */
  training?: TrainingRecord | undefined;
  /** What its maker measured. */
  performance: Measurement[];
  /** Every file of the folder except bundle.json, with its SHA-256. */
  files: Record<string, string>;
  /** SHA-256 over bundle.json itself: names this exact bundle. */
  digest: string;
}

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
