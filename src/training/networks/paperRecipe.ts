/** How far an image is changed for training, drawn evenly; 0 turns a change off. */
export interface Augmentation {
  /** Fraction of images that are brought to any of the eight orientations; the others are only flipped up-down. */
  anyOrientation: number;
  /** Degrees either way, on top of the orientation. */
  rotation: number;
  /** Enlarged or reduced by up to this factor less 1. */
  zoom: number;
  /** Moved by up to this fraction of its size. */
  shift: number;
  /** Contrast changed by up to this factor less 1. */
  contrast: number;
}

/** How a network is fitted. */
export interface Recipe {
  /** Images per step. */
  batchSize: number;
  /** Highest rate; it rises over the warm-up and falls along a cosine to `lowestRate` of it. */
  learningRate: number;
  /** Epochs. */
  warmUp: number;
  lowestRate: number;
  /** Decoupled (AdamW, Loshchilov & Hutter 2019), on kernels only: the fraction taken off is this times the rate. */
  weightDecay: number;
  /** How much of the weights' moving average is kept at each step. */
  averageKept: number;
  /** The validation cases are scored after every so many epochs, and after the last. */
  validateEvery: number;
  augmentation: Augmentation;
}

export const PAPER_RECIPE: Recipe = {
  batchSize: 16,
  learningRate: 0.001,
  warmUp: 1,
  lowestRate: 0.02,
  weightDecay: 0,
  averageKept: 0.99,
  validateEvery: 1,
  augmentation: {
    anyOrientation: 0.15,
    rotation: 8,
    zoom: 0.08,
    shift: 0.04,
    contrast: 0.1,
  },
};
