/** How far an image is changed for training, drawn evenly; 0 turns a change off. */
export interface EvenAugmentation {
  kind: 'even';
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

/** Only grey values are changed: turning or stretching a picture blurs the finest texture that wavelets look at. */
export interface GreyAugmentation {
  kind: 'grey';
  /** Standard deviation of the logarithm of the factor on a channel's values, each channel for itself. */
  gain: number;
  /** Standard deviation of what is added to a channel's values, in units of the network's input. */
  offset: number;
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
  /** Factor of the sum of the convolution kernels' squares in the loss. */
  convolutionPenalty: number;
  /** The gradient over all weights is shortened to this length; undefined: never. */
  clipNorm: number | undefined;
  /** The truth is drawn towards one half by this fraction. */
  labelSmoothing: number;
  /** How much of the weights' moving average is kept at each step. */
  averageKept: number;
  /** The validation cases are scored after every so many epochs, and after the last. */
  validateEvery: number;
  augmentation: EvenAugmentation | GreyAugmentation;
}

export const PAPER_RECIPE: Recipe = {
  batchSize: 16,
  learningRate: 0.001,
  warmUp: 1,
  lowestRate: 0.02,
  weightDecay: 0,
  convolutionPenalty: 0,
  clipNorm: undefined,
  labelSmoothing: 0,
  averageKept: 0.99,
  validateEvery: 1,
  augmentation: {
    kind: 'even',
    anyOrientation: 0.15,
    rotation: 8,
    zoom: 0.08,
    shift: 0.04,
    contrast: 0.1,
  },
};

export const MASS_RECIPE: Recipe = {
  batchSize: 32,
  learningRate: 0.001,
  warmUp: 1,
  lowestRate: 0.01,
  weightDecay: 0.02,
  convolutionPenalty: 1e-3,
  clipNorm: 3,
  labelSmoothing: 0.05,
  averageKept: 0.99,
  validateEvery: 1,
  augmentation: { kind: 'grey', gain: 0.05, offset: 0.01 },
};
