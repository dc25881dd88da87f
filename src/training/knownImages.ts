import { type BundleDescription, KnownFeatures } from '../model/index.js';

const FEATURES_FILE = 'features.json';
/** Unseen images that may lie beyond the limit of what is known. */
const BEYOND_LIMIT = 0.005;
/** How much further images of machines that no data set holds may lie: real ones of one such lay up to 1.3 times. */
const ROOM = 1.5;
/** Images for each feature, below which nobody can tell how features go together. */
const ENOUGH_IMAGES = 2;

/** What a bundle says of the images that its network knows. */
export interface KnownImages {
  knownFeatures: NonNullable<BundleDescription['knownFeatures']>;
  files: Record<string, Uint8Array>;
}

/**
 * From the features of known images to the distance from which on an image gets no answer.
 *
 * @param kinds features of known images, as `placeSummary` gives them: of each kind (data set) for itself
 * @param unseen features of images that should lie within the limit, and were not among the known ones
 */
export function knownFeaturesOf(kinds: Float32Array[][], unseen: Float32Array[]): KnownImages {
  const images = kinds.reduce((sum, { length }) => sum + length, 0);
  const correlated = images >= ENOUGH_IMAGES * kinds[0]![0]!.length;
  const features = KnownFeatures.of(kinds, { correlated });
  const distances = unseen.map((one) => features.distance(one)).sort((a, b) => a - b);
  const limit = distances[Math.ceil((1 - BEYOND_LIMIT) * (distances.length - 1))]! * ROOM;
  return {
    knownFeatures: { file: FEATURES_FILE, limit: Math.round(limit * 1e4) / 1e4 },
    files: { [FEATURES_FILE]: features.encode() },
  };
}
