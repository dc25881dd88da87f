/** How far an image is changed for training, drawn evenly; 0 turns a change off. */
export interface LesionAugmentation {
  /** Degrees either way. */
  rotation: number;
  /** Enlarged or reduced by up to this factor less 1, the image and then each axis a third as far for itself. */
  scale: number;
  /** Moved by up to this fraction of its size. */
  shift: number;
  /** Share of images that are turned upside down, the chest wall still on the left. */
  flip: number;
  /** Contrast changed by up to this factor less 1. */
  contrast: number;
  /** Standard deviation of the exponent's logarithm: middle grey values lighter or darker. */
  gamma: number;
}

/** How the network that maps lesions is fitted. */
export interface LesionRecipe {
  /** Passes, if nothing else is asked for. */
  epochs: number;
  /** Images per step. */
  batchSize: number;
  /** Highest rate of the layers that begin from nothing; it rises over the warm-up and falls along a cosine. */
  learningRate: number;
  /** The pretrained layers' rate as a fraction of that. */
  startedRate: number;
  /** Epochs. */
  warmUp: number;
  /** Fraction of the highest rate that the last steps have. */
  lowestRate: number;
  weightDecay: number;
  /** How much of the weights' moving average is kept at each step. */
  averageKept: number;
  /** Of the map's loss beside the image's. */
  mapShare: number;
  /** How much a place inside a malignant box counts; others count 1. */
  insideWeight: number;
  /** Images without cancer that an epoch shows for each with one, of each data set; drawn again for each epoch. */
  negativesPerPositive: number;
  augmentation: LesionAugmentation;
}

export const LESION_RECIPE: LesionRecipe = {
  epochs: 9,
  batchSize: 16,
  learningRate: 0.0012,
  startedRate: 0.21,
  warmUp: 0.5,
  lowestRate: 0.01,
  weightDecay: 0.05,
  averageKept: 0.997,
  mapShare: 1,
  insideWeight: 20,
  negativesPerPositive: 1.25,
  augmentation: { rotation: 20, scale: 0.2, shift: 0.06, flip: 0.5, contrast: 0.2, gamma: 0.25 },
};
