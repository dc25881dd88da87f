import { type Bundle, type Inference, placeSummary, readKnownFeatures } from '../model/index.js';

/** What a model says of an image besides its answer: how strange it looks, and whether it should be answered at all. */
export interface Judgement {
  /** From what the model was made from: images like those lie near 1. Undefined where the bundle does not say. */
  distance?: number;
  /** The code with which the service would give no answer; the measured figures count the answer all the same. */
  notAnalysed?: string;
}

export type Judge = (inference: Inference) => Judgement;

/**
 * How a bundle judges images. One that knows nothing of its training judges none.
 *
 * @throws ModelError `bundle-malformed`
 */
export async function judgeOf(bundle: Bundle): Promise<Judge> {
  const known = await readKnownFeatures(bundle);
  if (known === undefined) return () => ({});
  const { limit } = bundle.knownFeatures!;
  return (inference) => {
    const distance = known.distance(placeSummary(inference));
    return {
      distance,
      // Put this way round, a distance that is no number is refused.
      ...(!(distance <= limit) && { notAnalysed: 'unlike-training' }),
    };
  };
}
