import {
  ALL_SUCCEEDED_WITH_FINDINGS,
  ALL_SUCCEEDED_WITHOUT_FINDINGS,
  type Code,
  FAILED,
  type LeftOut,
  NONE_SUCCEEDED,
  NOT_ALL_SUCCEEDED_WITH_FINDINGS,
  NOT_ALL_SUCCEEDED_WITHOUT_FINDINGS,
  NOT_ATTEMPTED,
  PARTIALLY_SUCCEEDED,
  SUCCEEDED,
  sopClass,
} from '../dicom/index.js';
import {
  allImages,
  type ImageFinding,
  lacksAnswer,
  type ViewsInStudy,
  viewsInStudy,
} from '../findings/index.js';
import type { ReportInput } from './input.js';

/** Whether an analysis was begun and failed; see `LeftOut.attempted`. */
export function wasAttempted(left: LeftOut): boolean {
  return left.attempted ?? left.source !== undefined;
}

/** Instances that are mammograms whatever became of them. */
const MAMMOGRAMS: ReadonlySet<string> = new Set([
  sopClass.DigitalMammographyForPresentation,
  sopClass.DigitalMammographyForProcessing,
]);

/** The mammograms that have no answer, spot views and their like among them. */
export function unansweredMammograms(input: Pick<ReportInput, 'leftOut'>): LeftOut[] {
  return missing(input).filter((left) => left.source !== undefined || MAMMOGRAMS.has(left.sopClassUID));
}

/**
 * The standard views that have no answer, and what may be one. Other things in the study, such as a spot view, a
 * tomosynthesis or an older report, are named in the text and do not make the answer a partial one.
 */
export function lacking({ leftOut }: Pick<ReportInput, 'leftOut'>): LeftOut[] {
  return leftOut.filter(lacksAnswer);
}

/** Which standard views the study holds. */
export function views({ analysed, leftOut }: Pick<ReportInput, 'analysed' | 'leftOut'>): ViewsInStudy {
  return viewsInStudy(analysed, leftOut);
}

/** What the answer does not rest on, without those whose view another image answers for. */
export function missing({ leftOut }: Pick<ReportInput, 'leftOut'>): LeftOut[] {
  return leftOut.filter((left) => left.superseded !== true);
}

/** Every image's answer, breast by breast. */
export function imageFindings({ findings }: Pick<ReportInput, 'findings'>): ImageFinding[] {
  return findings ? allImages(findings) : [];
}

/** Whether anything, exam, breast or image, is at or above the operating point. */
function hasPositive({ findings }: Pick<ReportInput, 'findings'>): boolean {
  if (findings === undefined) return false;
  return (
    findings.positive ||
    findings.breasts.some(({ positive }) => positive) ||
    allImages(findings).some(({ positive }) => positive)
  );
}

/** CID 6042 Status of Results: how much of what was seen was analysed. */
export function resultStatus(input: ReportInput): Code {
  const { analysed, findings, leftOut } = input;
  if (findings !== undefined) return lacking(input).length === 0 ? SUCCEEDED : PARTIALLY_SUCCEEDED;
  return analysed.length > 0 || leftOut.some(wasAttempted) ? FAILED : NOT_ATTEMPTED;
}

/** CID 6047 CAD Processing and Findings Summary. */
export function processingSummary(input: ReportInput): Code {
  if (input.findings === undefined) return NONE_SUCCEEDED;
  if (lacking(input).length === 0) {
    return hasPositive(input) ? ALL_SUCCEEDED_WITH_FINDINGS : ALL_SUCCEEDED_WITHOUT_FINDINGS;
  }
  return hasPositive(input) ? NOT_ALL_SUCCEEDED_WITH_FINDINGS : NOT_ALL_SUCCEEDED_WITHOUT_FINDINGS;
}
