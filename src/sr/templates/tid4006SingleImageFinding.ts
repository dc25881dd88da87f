import {
  CENTER,
  CERTAINTY_OF_FINDING,
  OUTLINE,
  PRESENTATION_REQUIRED,
  RENDERING_INTENT,
  SELECTED_REGION,
  SINGLE_IMAGE_FINDING,
} from '../../dicom/index.js';
import { type ImageFinding, percent } from '../../findings/index.js';
import {
  byReference,
  type CodeItem,
  closedPolyline,
  code,
  hasConceptMod,
  hasProperties,
  type ImageItem,
  num,
  point,
  SELECTED_REGION_DESCRIPTION,
  type StatementChild,
  selectedFrom,
  text,
} from '../content/index.js';
import { attentionText } from '../sentences.js';
import { percentage, withinImage } from './measurementGroup.js';
import { type AppliedAlgorithm, tid4019OfStatement } from './tid4019AlgorithmIdentification.js';

/** An image's answer that points at a place. */
export type LocatedFinding = ImageFinding & { region: NonNullable<ImageFinding['region']> };

/**
 * TID 4006 Mammography CAD Single Image Finding (PS3.16) as a (111099, DCM, Selected region): the one code of
 * CID 6014 that names no lesion. Its description (TID 4013) says that it is the network's attention.
 *
 * For a selected region the template takes no Probability of cancer (row 7), so the image's stands as the Certainty
 * of Finding (row 6), and the description says whose it is.
 */
export function tid4006SingleImageFinding(
  finding: LocatedFinding,
  libraryImage: ImageItem,
  applied: AppliedAlgorithm,
): CodeItem {
  const { source, probability } = finding;
  const { operatingPoint, positiveClass } = applied;
  return code(SINGLE_IMAGE_FINDING, SELECTED_REGION, [
    hasConceptMod(code(RENDERING_INTENT, PRESENTATION_REQUIRED)),
    ...tid4019OfStatement(applied),
    hasProperties(num(CERTAINTY_OF_FINDING, percentage(probability, operatingPoint))),
    ...tid4021Geometry(finding, libraryImage),
    hasProperties(
      text(
        SELECTED_REGION_DESCRIPTION,
        attentionText(source, percent(probability, operatingPoint), positiveClass),
      ),
    ),
  ]);
}

/** TID 4021 Mammography CAD Geometry: the heat map's peak and its outline, on an image of the library. */
function tid4021Geometry({ source, region }: LocatedFinding, libraryImage: ImageItem): StatementChild[] {
  const onImage = byReference(selectedFrom(libraryImage));
  return [
    hasProperties(point(CENTER, withinImage(region.peak, source), onImage)),
    ...(region.outline.length < 3
      ? []
      : [
          hasProperties(
            closedPolyline(
              OUTLINE,
              region.outline.map((at) => withinImage(at, source)),
              onImage,
            ),
          ),
        ]),
  ];
}
