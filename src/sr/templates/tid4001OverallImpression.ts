import {
  CAD_PROCESSING_AND_FINDINGS_SUMMARY,
  INDIVIDUAL_IMPRESSION,
  RENDERING_INTENT,
} from '../../dicom/index.js';
import {
  type CodeItem,
  type ContainerItem,
  code,
  container,
  contains,
  hasConceptMod,
  hasProperties,
  IMPRESSION_DESCRIPTION,
  inferredFrom,
  text,
} from '../content/index.js';
import { imageFindings, processingSummary } from '../coverage.js';
import type { ReportInput } from '../input.js';
import { leftOutText, lines, purposeText, summaryText } from '../sentences.js';
import { renderingIntent, tid4006SingleImageFinding } from './tid4006SingleImageFinding.js';
import { tid4019OfStatement } from './tid4019AlgorithmIdentification.js';
import type { CadImages } from './tid4020CadImageLibrary.js';

/**
 * TID 4001 Mammography CAD Overall Impression/Recommendation (PS3.16) with TID 4002: the report's only place for
 * sentences, so the answer, the reasons of what was left out, the purpose and the limits are all in one description.
 *
 * Only answers at or above the operating point are marked; there is no assessment category, which would be
 * BI-RADS.
 */
export function tid4001OverallImpression(input: ReportInput, images: CadImages): CodeItem {
  return code(CAD_PROCESSING_AND_FINDINGS_SUMMARY, processingSummary(input), [
    hasProperties(
      text(
        IMPRESSION_DESCRIPTION,
        lines([
          summaryText(input),
          ...input.leftOut.map((left) => leftOutText(left, input)),
          purposeText(input),
        ]),
      ),
    ),
    ...tid4019OfStatement(input),
    ...individualImpressions(input, images).map((impression) => inferredFrom(impression)),
  ]);
}

/** TID 4003 Mammography CAD Individual Impression/Recommendation: one for each marked image. */
function individualImpressions(input: ReportInput, images: CadImages): ContainerItem[] {
  return imageFindings(input).flatMap((finding) => {
    const { region, positive, source } = finding;
    const libraryImage = images.get(source.sopInstanceUID);
    if (!positive || region === undefined || libraryImage === undefined) return [];
    return container(INDIVIDUAL_IMPRESSION, [
      hasConceptMod(code(RENDERING_INTENT, renderingIntent(input))),
      contains(tid4006SingleImageFinding({ ...finding, region }, libraryImage, input)),
    ]);
  });
}
