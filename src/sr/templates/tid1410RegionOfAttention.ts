import { COMMENT, IMAGE_REGION, MEASUREMENT_GROUP, type SopReference, type Uid } from '../../dicom/index.js';
import { type ImageFinding, percent } from '../../findings/index.js';
import {
  AI_ATTENTION,
  AI_IMAGE_PROBABILITY,
  type ContainerItem,
  closedPolyline,
  container,
  contains,
  ILLUSTRATION_OF_ROI,
  image,
  num,
  text,
} from '../content/index.js';
import { attentionText, viewOf } from '../sentences.js';
import { groupHead, onImage, percentage, withinImage } from './measurementGroup.js';
import type { AppliedAlgorithm } from './tid4019AlgorithmIdentification.js';

export interface RegionOfAttention {
  finding: ImageFinding & { region: NonNullable<ImageFinding['region']> };
  uid: Uid;
  /** The overlay that shows the same, where one was made. */
  secondaryCapture: SopReference | undefined;
}

/**
 * TID 1410 Planar ROI Measurements and Qualitative Evaluations (PS3.16): where the network looked. Its name, its
 * finding and its comment all say that it is not the outline of a lesion, because viewers show any one of them.
 *
 * TID 1419 wants a number; the image's probability is the only one that is known. Its name is the label that OHIF
 * draws beside the region.
 */
export function tid1410RegionOfAttention(
  { finding, uid, secondaryCapture }: RegionOfAttention,
  applied: AppliedAlgorithm,
): ContainerItem {
  const { source, region, probability } = finding;
  const { operatingPoint, positiveClass } = applied;
  return container(
    MEASUREMENT_GROUP,
    [
      ...groupHead(
        {
          name: `${viewOf(source)}: AI attention, not a lesion outline`,
          uid,
          finding: AI_ATTENTION,
          side: source.laterality,
        },
        applied,
      ),
      contains(
        closedPolyline(
          IMAGE_REGION,
          region.outline.map((at) => withinImage(at, source)),
          onImage(source),
        ),
      ),
      ...(secondaryCapture ? [contains(image(ILLUSTRATION_OF_ROI, secondaryCapture))] : []),
      contains(num(AI_IMAGE_PROBABILITY, percentage(probability, operatingPoint))),
      contains(text(COMMENT, attentionText(source, percent(probability, operatingPoint), positiveClass))),
    ],
    '1410',
  );
}
