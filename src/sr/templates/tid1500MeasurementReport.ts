import {
  COMMENT,
  FAILED,
  IMAGING_MEASUREMENT_REPORT,
  IMAGING_MEASUREMENTS,
  type Laterality,
  MAMMOGRAPHY,
  MG,
  MODALITY,
  NOT_ATTEMPTED,
  PROCEDURE_REPORTED,
  QUALITATIVE_EVALUATIONS,
  SUMMARY,
  SUMMARY_OF_ANALYSES,
} from '../../dicom/index.js';
import { AI_NOTICE } from '../../findings/index.js';
import { type ContainerItem, code, container, contains, hasConceptMod, text } from '../content/index.js';
import { imageFindings, missing, resultStatus, wasAttempted } from '../coverage.js';
import type { ReportInput } from '../input.js';
import {
  absentViews,
  breastAnswerName,
  examAnswerName,
  imageAnswerName,
  leftOutText,
  nameOf,
  purposeText,
  summaryText,
} from '../sentences.js';
import { referenceTo } from './measurementGroup.js';
import { tid1001ObservationContext } from './tid1001ObservationContext.js';
import { tid1204Language } from './tid1204Language.js';
import { tid1410RegionOfAttention } from './tid1410RegionOfAttention.js';
import { tid1501Answer, tid1501NoAnswer } from './tid1501MeasurementGroup.js';
import { tid1600ImageLibrary } from './tid1600ImageLibrary.js';

/**
 * TID 1500 Measurement Report (PS3.16). The template is extensible: the summary and the comments are texts of our
 * own, placed where a viewer that shows the tree from top to bottom begins.
 */
export function tid1500MeasurementReport(input: ReportInput): ContainerItem {
  const { analysed, algorithm } = input;
  const library = [
    ...analysed.map((source) => ({ instance: referenceTo(source), source })),
    ...missing(input).flatMap(({ source }) => (source ? [{ instance: referenceTo(source), source }] : [])),
  ];
  return container(
    IMAGING_MEASUREMENT_REPORT,
    [
      tid1204Language(),
      ...tid1001ObservationContext(algorithm),
      hasConceptMod(code(PROCEDURE_REPORTED, MAMMOGRAPHY, [hasConceptMod(code(MODALITY, MG))])),
      contains(text(SUMMARY, summaryText(input))),
      ...(library.length > 0 ? [contains(tid1600ImageLibrary(library))] : []),
      contains(imagingMeasurements(input)),
      contains(qualitativeEvaluations(input)),
    ],
    '1500',
  );
}

/** Regions before answers: the order in which TID 1500 lists the templates of this container. */
function imagingMeasurements(input: ReportInput): ContainerItem {
  const groups =
    input.findings === undefined ? [examWithoutAnswer(input)] : [...regions(input), ...answers(input)];
  return container(
    IMAGING_MEASUREMENTS,
    [...groups, ...imagesWithoutAnswer(input)].map((group) => contains(group)),
  );
}

function regions(input: ReportInput): ContainerItem[] {
  const captures = new Map(input.secondaryCaptures.map((capture) => [capture.sourceInstanceUID, capture]));
  return imageFindings(input).flatMap((finding) =>
    finding.region === undefined
      ? []
      : tid1410RegionOfAttention(
          {
            finding: { ...finding, region: finding.region },
            uid: input.uids.trackingUid(`region ${finding.source.sopInstanceUID}`),
            secondaryCapture: captures.get(finding.source.sopInstanceUID),
          },
          input,
        ),
  );
}

function answers(input: ReportInput): ContainerItem[] {
  const { findings, uids } = input;
  if (findings === undefined) return [];
  const exam = {
    name: examAnswerName(input),
    uid: uids.trackingUid('exam'),
    side: examSide(input),
    probability: findings.probability,
    positive: findings.positive,
    images: findings.breasts.flatMap(({ images }) => images.map(({ source }) => source)),
  };
  const breasts = findings.breasts.map((breast) => ({
    name: breastAnswerName(breast),
    uid: uids.trackingUid(`breast ${breast.laterality}`),
    side: breast.laterality,
    probability: breast.probability,
    positive: breast.positive,
    images: breast.images.map((finding) => finding.source),
  }));
  const images = imageFindings(input).map((finding) => ({
    name: imageAnswerName(finding, input),
    uid: uids.trackingUid(`image ${finding.source.sopInstanceUID}`),
    side: finding.source.laterality,
    probability: finding.probability,
    positive: finding.positive,
    images: [finding.source],
  }));
  return [exam, ...breasts, ...images].map((answer) => tid1501Answer(answer, input));
}

function examWithoutAnswer(input: ReportInput): ContainerItem {
  return tid1501NoAnswer(
    {
      name: 'Exam: NOT PROCESSED',
      uid: input.uids.trackingUid('exam'),
      side: undefined,
      status: resultStatus(input),
      reason: input.reason ?? 'No image could be analysed.',
      images: [...input.analysed, ...input.leftOut.flatMap(({ source }) => source ?? [])],
    },
    input,
  );
}

function imagesWithoutAnswer(input: ReportInput): ContainerItem[] {
  return missing(input).flatMap((left) =>
    left.source === undefined
      ? []
      : tid1501NoAnswer(
          {
            name: `${nameOf(left.source, input)}: NOT PROCESSED`,
            uid: input.uids.trackingUid(`image ${left.sopInstanceUID}`),
            side: left.source.laterality,
            status: wasAttempted(left) ? FAILED : NOT_ATTEMPTED,
            reason: leftOutText(left, input),
            images: [left.source],
          },
          input,
        ),
  );
}

/** How much was analysed (CID 6042), what was not, and what the reader must know of the model. */
function qualitativeEvaluations(input: ReportInput): ContainerItem {
  return container(QUALITATIVE_EVALUATIONS, [
    contains(code(SUMMARY_OF_ANALYSES, resultStatus(input))),
    ...[...absentViews(input), ...input.leftOut.map((left) => leftOutText(left, input))].map((said) =>
      contains(text(COMMENT, said)),
    ),
    contains(text(COMMENT, AI_NOTICE)),
    contains(text(COMMENT, purposeText(input))),
  ]);
}

function examSide({ findings }: ReportInput): Laterality | 'both' | undefined {
  const sides = new Set(findings?.breasts.map((breast) => breast.laterality));
  if (sides.size === 2) return 'both';
  return [...sides][0];
}
