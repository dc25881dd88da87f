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
import type { ImageFinding } from '../findings/index.js';
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

/**
 * The mammograms that have no answer. Other things in the study, such as a tomosynthesis or an older report, are
 * named in the text and do not make the answer a partial one.
 */
export function unansweredMammograms(input: Pick<ReportInput, 'leftOut'>): LeftOut[] {
  return missing(input).filter((left) => left.source !== undefined || MAMMOGRAMS.has(left.sopClassUID));
}

/** What the answer does not rest on, without those whose view another image answers for. */
export function missing({ leftOut }: Pick<ReportInput, 'leftOut'>): LeftOut[] {
  return leftOut.filter((left) => left.superseded !== true);
}

/** Every image's answer, breast by breast. */
export function imageFindings({ findings }: Pick<ReportInput, 'findings'>): ImageFinding[] {
  return findings?.breasts.flatMap((breast) => breast.images) ?? [];
}

/** Whether anything, exam, breast or image, is at or above the operating point. */
function hasPositive({ findings }: Pick<ReportInput, 'findings'>): boolean {
  if (findings === undefined) return false;
  return findings.positive || findings.breasts.some((b) => b.positive || b.images.some((i) => i.positive));
}

/** CID 6042 Status of Results: how much of what was seen was analysed. */
export function resultStatus(input: ReportInput): Code {
  const { analysed, findings, leftOut } = input;
  if (findings !== undefined)
    return unansweredMammograms(input).length === 0 ? SUCCEEDED : PARTIALLY_SUCCEEDED;
  return analysed.length > 0 || leftOut.some(wasAttempted) ? FAILED : NOT_ATTEMPTED;
}

/** CID 6047 CAD Processing and Findings Summary. */
export function processingSummary(input: ReportInput): Code {
  if (input.findings === undefined) return NONE_SUCCEEDED;
  if (unansweredMammograms(input).length === 0) {
    return hasPositive(input) ? ALL_SUCCEEDED_WITH_FINDINGS : ALL_SUCCEEDED_WITHOUT_FINDINGS;
  }
  return hasPositive(input) ? NOT_ALL_SUCCEEDED_WITH_FINDINGS : NOT_ALL_SUCCEEDED_WITHOUT_FINDINGS;
}
