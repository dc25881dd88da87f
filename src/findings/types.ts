import type { Laterality, Point, SourceInstance } from '../dicom/index.js';

/** Where the network looked: drawn from a heat map, never the outline of a lesion. */
export interface AttentionRegion {
  /** The heat map's peak. */
  peak: Point;
  /** Closed outline of the region of strong attention; first point not repeated. */
  outline: Point[];
}

/**
 * Where an image's strongest attention lies: in the `breast`; in it, but touching the image's border; in a corner of
 * the image that the breast does not reach; or mostly outside the breast. Of the last two no place is marked: the
 * network looked at something that is not tissue.
 */
export type AttentionPlace = 'breast' | 'image-border' | 'image-corner' | 'outside-breast';

/** One answer about one image. */
export interface ImageFinding {
  source: SourceInstance;
  /** Calibrated, 0 to 1. */
  probability: number;
  /** At or above the operating point. */
  positive: boolean;
  /** Present only where there is something to point at. */
  region: AttentionRegion | undefined;
  /** Where its strongest attention lies; absent where no heat map tells. */
  attention?: AttentionPlace | undefined;
}

export interface BreastFinding {
  laterality: Laterality;
  probability: number;
  positive: boolean;
  /** What the probability is made from. */
  images: ImageFinding[];
  /** Answers about images whose view was taken again on a later day: the probability leaves them out. */
  earlier: ImageFinding[];
}

/** The whole answer about one exam. */
export interface ExamFindings {
  probability: number;
  positive: boolean;
  breasts: BreastFinding[];
}
