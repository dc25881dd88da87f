import type { Laterality } from '../dicom/index.js';
import type { Aggregation, Bundle } from '../model/index.js';
import { earlierImages } from './imageDays.js';
import type { BreastFinding, ExamFindings, ImageFinding } from './types.js';

const LATERALITIES: Laterality[] = ['R', 'L'];

/**
 * Image probabilities become a breast's and breasts' the exam's, each as the bundle says; right before left,
 * images in the order given. A breast without an image is not mentioned. An image whose view was taken again on a later
 * day has its own answer and no part in the breast's (`earlierImages`).
 *
 * @param images at least one
 * @throws RangeError for no image: an exam without an answer must not look like a negative one
 */
export function aggregate(
  bundle: Pick<Bundle, 'aggregation' | 'operatingPoint'>,
  images: ImageFinding[],
): ExamFindings {
  if (images.length === 0) throw new RangeError('an exam without an analysed image has no finding');
  const positive = (probability: number) => probability >= bundle.operatingPoint;
  const before = earlierImages(images.map(({ source }) => source));
  const breasts = LATERALITIES.flatMap((laterality): BreastFinding[] => {
    const all = images.filter((image) => image.source.laterality === laterality);
    const own = all.filter(({ source }) => !before.has(source.sopInstanceUID));
    const earlier = all.filter(({ source }) => before.has(source.sopInstanceUID));
    if (own.length === 0) return [];
    const probability = combine(
      bundle.aggregation.breast,
      own.map((image) => image.probability),
    );
    return [{ laterality, probability, positive: positive(probability), images: own, earlier }];
  });
  const probability = combine(
    bundle.aggregation.exam,
    breasts.map((breast) => breast.probability),
  );
  return { probability, positive: positive(probability), breasts };
}

/** Every image's answer, breast by breast: those of an earlier day after the breast's own. */
export function allImages({ breasts }: Pick<ExamFindings, 'breasts'>): ImageFinding[] {
  return breasts.flatMap(({ images, earlier }) => [...images, ...earlier]);
}

/** Several probabilities, at least one, as one. */
export function combine(how: Aggregation, probabilities: number[]): number {
  if (how === 'max') return Math.max(...probabilities);
  return probabilities.reduce((sum, probability) => sum + probability, 0) / probabilities.length;
}
