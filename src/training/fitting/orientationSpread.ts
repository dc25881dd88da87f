import type { LabelledImage } from '../../dataset/index.js';
import { readPicture } from '../../dataset/index.js';
import { ORIENTATIONS, oriented, type PreparationStep, prepareGrey } from '../../image/index.js';

/** How far answers about one image lie apart when the file is turned and flipped. */
export interface OrientationSpread {
  /** Highest less lowest probability over the eight orientations, mean over the images. */
  mean: number;
  images: number;
}

/**
 * @param images those that are tried
 * @param answer calibrated probabilities, one per prepared input
 */
export async function orientationSpread(
  images: LabelledImage[],
  preparation: PreparationStep[],
  answer: (inputs: Float32Array[]) => number[],
): Promise<OrientationSpread> {
  let sum = 0;
  for (const image of images) {
    const { pixels, rows, columns } = await readPicture(image);
    const inputs = ORIENTATIONS.map(
      (orientation) => prepareGrey(oriented(pixels, rows, columns, orientation), preparation).input,
    );
    const answers = answer(inputs);
    sum += Math.max(...answers) - Math.min(...answers);
  }
  return { mean: sum / images.length, images: images.length };
}
