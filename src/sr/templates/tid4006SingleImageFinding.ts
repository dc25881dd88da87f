import {
  CENTER,
  type Code,
  OUTLINE,
  PRESENTATION_OPTIONAL,
  PRESENTATION_REQUIRED,
  RENDERING_INTENT,
  SELECTED_REGION,
  SINGLE_IMAGE_FINDING,
} from '../../dicom/index.js';
import type { ImageFinding } from '../../findings/index.js';
import {
  byReference,
  type CodeItem,
  closedPolyline,
  code,
  hasConceptMod,
  hasProperties,
  type ImageItem,
  MAMMOGRAPHY_DENSITY,
  point,
  SELECTED_REGION_DESCRIPTION,
  type StatementChild,
  selectedFrom,
  text,
} from '../content/index.js';
import type { ReportInput } from '../input.js';
import { regionText } from '../sentences.js';
import { withinImage } from './measurementGroup.js';
import { tid4019OfStatement } from './tid4019AlgorithmIdentification.js';

/** An image's answer that points at a place. */
export type LocatedFinding = ImageFinding & { region: NonNullable<ImageFinding['region']> };

/**
 * TID 4006 Mammography CAD Single Image Finding (PS3.16).
 *
 * A place that is the network's attention is a (111099, DCM, Selected region), the one code of CID 6014 that names no
 * lesion; its description (TID 4013, for this code only) says what it is. A model made to find masses marks a density,
 * which is what CID 6014 has for them. Neither Certainty of Finding nor Probability of cancer (rows 6 and 7, both
 * optional): the only number is the whole image's, and stands in the summary.
 */
export function tid4006SingleImageFinding(
  finding: LocatedFinding,
  libraryImage: ImageItem,
  input: ReportInput,
): CodeItem {
  const isMass = input.marks === 'masses';
  return code(SINGLE_IMAGE_FINDING, isMass ? MAMMOGRAPHY_DENSITY : SELECTED_REGION, [
    hasConceptMod(code(RENDERING_INTENT, renderingIntent(input))),
    ...tid4019OfStatement(input),
    ...tid4021Geometry(finding, libraryImage),
    ...(isMass ? [] : [hasProperties(text(SELECTED_REGION_DESCRIPTION, regionText(finding, input)))]),
  ]);
}

/** A workstation has to show what a model found; what it only looked at it may. */
export function renderingIntent({ marks }: Pick<ReportInput, 'marks'>): Code {
  return marks === 'masses' ? PRESENTATION_REQUIRED : PRESENTATION_OPTIONAL;
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
