import type { StandardView } from '../../dicom/index.js';
import type { ReducedImage } from '../reducedImage.js';
import type { BreastMask, GreyImage } from '../types.js';

/** Why an image is no plausible mammogram. Stable: they stand in ledgers and reports. */
export const IMPLAUSIBILITIES = [
  /** Of one shade. */
  'implausible-blank',
  /** Too few pixels to show anything of a breast. */
  'implausible-coarse',
  /** White where the breast should be. */
  'implausible-saturated',
  /** Neighbouring pixels have nothing to do with each other, or differ by more than breast and background do. */
  'implausible-noise',
  /** All edges run the same way. */
  'implausible-stripes',
  /** The breast is darker than what surrounds it. */
  'implausible-inverted',
  /** Nothing that stands out from a background, or hardly anything. */
  'implausible-breast-missing',
  /** The breast reaches the edge on the nipple's side too. */
  'implausible-breast-cut-off',
  /** A part of the image is lost: the breast ends in a straight line within it, or nowhere reaches its edge. */
  'implausible-part-missing',
  /** What stands out is a rectangle, as a phantom is, or nowhere straight, as a hand or two breasts are. */
  'implausible-shape',
  /** One half mirrors the other, as in a picture of the chest. */
  'implausible-symmetry',
  /** The chest muscle of an MLO view lies below. */
  'implausible-upside-down',
  /** Nothing is to be seen within the breast. */
  'implausible-featureless',
  /** Fine structure is lacking in every direction. */
  'implausible-blurred',
  /** Fine structure is lacking in one direction: the breast moved, or the reading failed. */
  'implausible-smear',
] as const;

export type ImplausibilityCode = (typeof IMPLAUSIBILITIES)[number];

/** Plain data: crosses threads. */
export interface Implausibility {
  code: ImplausibilityCode;
  /** A sentence of printable ASCII without patient data. */
  reason: string;
}

/** What the judges look at. */
export interface Sight {
  image: GreyImage;
  reduced: ReducedImage;
  mask: BreastMask;
  /** The view that the header names. */
  view: StandardView | undefined;
}
