import type { Estimate } from '../statistics/index.js';

/** With other weights the map must change (Adebayo et al., Sanity Checks for Saliency Maps, NeurIPS 2018). */
export interface RandomisedCheck {
  images: number;
  /** Times the weights were shuffled again. */
  shuffles: number;
  /** Spearman's rank correlation of an image's maps before and after, mean over images and shuffles. */
  correlation: Estimate;
  /** The same between maps of different images with the real weights: what sharing the frame alone gives. */
  betweenImages: number | null;
  /** Maps without any heat after shuffling; they cannot be ranked and are left out. */
  flat: number;
}

/** Mean probability while the image is covered (deletion) or uncovered (insertion), hottest cells first. */
export interface PerturbationCurve {
  map: number[];
  /** The same map moved to a random place. */
  moved: number[];
  /** Area under the curves, and theirs subtracted: map less moved. */
  mapArea: Estimate;
  movedArea: Estimate;
  difference: Estimate;
}

/** Deletion and insertion after Petsiuk et al. (RISE, BMVC 2018), with a blurred image in place of a black one. */
export interface PerturbationCheck {
  images: number;
  /** Share of the cells that are covered or uncovered, for each point of the curves. */
  fractions: number[];
  deletion: PerturbationCurve;
  insertion: PerturbationCurve;
}

/** Integrated Grad-CAM's evidence must add up to the score. */
export interface CompletenessCheck {
  images: number;
  steps: number;
  /** Explained part of the score's difference from black: 1 is all of it. */
  ratio: { median: number | null; lower: number | null; upper: number | null };
  /** Mean size of that difference, and of what the evidence misses it by, in the score (log-odds). */
  difference: number;
  missed: number;
  /** Images whose score hardly differs from black's. */
  unmeasurable: number;
}

export interface PlantedView {
  /** Seed of the made exam. */
  exam: number;
  view: string;
  /** Calibrated, with the mass and without it. */
  probability: number;
  probabilityWithout: number;
  /** From the peak to the mass's middle, in radii of the mass; null where the map has no peak. */
  gradCam: { distance: number | null; hit: boolean };
  integrated: { distance: number | null; hit: boolean };
  /** How likely a place drawn at random within the breast would be a hit. */
  chance: number;
}

export interface PlantedCheck {
  views: PlantedView[];
  gradCamHits: number;
  integratedHits: number;
  expectedByChance: number;
  /** Mean of the probability with the mass less that without it. */
  meanRise: number;
}

export interface ExplanationChecks {
  /** Null where the weights in the bundle's file cannot be shuffled. */
  randomised: RandomisedCheck | null;
  /** Null where no image has a map with heat. */
  perturbation: PerturbationCheck | null;
  completeness: CompletenessCheck;
  planted: PlantedCheck;
}

/** A picture of a made exam. Never one of a patient: the page may be shown around. */
export interface Picture {
  png: Uint8Array;
  /** For those who cannot see it. */
  alternative: string;
  caption: string;
}
