import type { Laterality, Point, SourceInstance } from '../dicom/index.js';

/** Where the network looked: drawn from a heat map, never the outline of a lesion. */
export interface AttentionRegion {
  /** The heat map's peak. */
  peak: Point;
  /** Closed outline of the region of strong attention; first point not repeated. */
  outline: Point[];
}

/** One answer about one image. */
export interface ImageFinding {
  source: SourceInstance;
  /** Calibrated, 0 to 1. */
  probability: number;
  /** At or above the operating point. */
  positive: boolean;
  /** Present only where there is something to point at. */
  region: AttentionRegion | undefined;
}

export interface BreastFinding {
  laterality: Laterality;
  probability: number;
  positive: boolean;
  images: ImageFinding[];
}

/** The whole answer about one exam. */
export interface ExamFindings {
  probability: number;
  positive: boolean;
  breasts: BreastFinding[];
}
