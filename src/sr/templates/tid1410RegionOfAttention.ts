import {
  COMMENT,
  IMAGE_REGION,
  MEASUREMENT_GROUP,
  SELECTED_REGION,
  type SopReference,
  type Uid,
} from '../../dicom/index.js';
import type { ImageFinding } from '../../findings/index.js';
import {
  type ContainerItem,
  closedPolyline,
  container,
  contains,
  ILLUSTRATION_OF_ROI,
  image,
  MAMMOGRAPHIC_MASS,
  text,
} from '../content/index.js';
import type { ReportInput } from '../input.js';
import { regionName, regionText } from '../sentences.js';
import { groupHead, onImage, withinImage } from './measurementGroup.js';

export interface RegionOfAttention {
  finding: ImageFinding & { region: NonNullable<ImageFinding['region']> };
  uid: Uid;
  /** The overlay that shows the same, where one was made. */
  secondaryCapture: SopReference | undefined;
}

/**
 * The site as text for people (PS3.3 8.3; its code is the breast's): OHIF writes nothing else beside an outline without
 * a number, and one that says no more than "Breast" could be anybody's.
 */
const SITE_NAME: Record<ReportInput['marks'], string> = {
  attention: 'AI attention (breast)',
  masses: 'AI mass mark (breast)',
};

/**
 * TID 1410 Planar ROI Measurements and Qualitative Evaluations (PS3.16): where the network looked. Its name and its
 * comment both say that it is not the outline of a lesion, because viewers show any one of them.
 *
 * Without a measurement (TID 1419): the only number is the image's, and under a region it would be read as the
 * region's.
 */
export function tid1410RegionOfAttention(
  { finding, uid, secondaryCapture }: RegionOfAttention,
  input: ReportInput,
): ContainerItem {
  const { source, region } = finding;
  return container(
    MEASUREMENT_GROUP,
    [
      ...groupHead(
        {
          name: regionName(finding, input),
          uid,
          finding: input.marks === 'masses' ? MAMMOGRAPHIC_MASS : SELECTED_REGION,
          side: source.laterality,
          siteName: SITE_NAME[input.marks],
        },
        input,
      ),
      contains(
        closedPolyline(
          IMAGE_REGION,
          region.outline.map((at) => withinImage(at, source)),
          onImage(source),
        ),
      ),
      ...(secondaryCapture ? [contains(image(ILLUSTRATION_OF_ROI, secondaryCapture))] : []),
      contains(text(COMMENT, regionText(finding, input))),
    ],
    '1410',
  );
}
