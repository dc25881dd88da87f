import {
  ANALYSIS_PERFORMED,
  type Code,
  DETECTION_PERFORMED,
  FAILED_ANALYSES,
  FAILED_DETECTIONS,
  NOT_ATTEMPTED,
  SELECTED_REGION,
  type SOPInstanceUID,
  SUCCESSFUL_ANALYSES,
  SUCCESSFUL_DETECTIONS,
  SUMMARY_OF_ANALYSES,
  SUMMARY_OF_DETECTIONS,
} from '../../dicom/index.js';
import {
  byReference,
  type CodeItem,
  type ContainerItem,
  code,
  container,
  contains,
  hasProperties,
  inferredFrom,
  MAMMOGRAPHY_DENSITY,
  OVERALL_IMPRESSION_ANALYSIS,
} from '../content/index.js';
import { lacking, resultStatus } from '../coverage.js';
import type { ReportInput } from '../input.js';
import { type AppliedAlgorithm, tid4019OfStatement } from './tid4019AlgorithmIdentification.js';
import type { CadImages } from './tid4020CadImageLibrary.js';

/** The images that one kind of work succeeded or failed on. */
interface Outcome {
  succeeded: readonly SOPInstanceUID[];
  failed: readonly SOPInstanceUID[];
}

/** Concepts of one kind of work, detection or analysis. */
interface Work {
  summary: Code;
  successes: Code;
  failures: Code;
  performed: Code;
  what: Code;
}

const DETECTIONS: Omit<Work, 'what'> = {
  summary: SUMMARY_OF_DETECTIONS,
  successes: SUCCESSFUL_DETECTIONS,
  failures: FAILED_DETECTIONS,
  performed: DETECTION_PERFORMED,
};

const ANALYSES: Work = {
  summary: SUMMARY_OF_ANALYSES,
  successes: SUCCESSFUL_ANALYSES,
  failures: FAILED_ANALYSES,
  performed: ANALYSIS_PERFORMED,
  what: OVERALL_IMPRESSION_ANALYSIS,
};

/** Summary of Detections (TID 4000 row 6) with TID 4015: places were looked for on these images. */
export function tid4015SummaryOfDetections(input: ReportInput, images: CadImages): CodeItem {
  if (input.heatMaps === 'withheld') return code(DETECTIONS.summary, NOT_ATTEMPTED);
  const what = input.marks === 'masses' ? MAMMOGRAPHY_DENSITY : SELECTED_REGION;
  return summary({ ...DETECTIONS, what }, input, images);
}

/** Summary of Analyses (TID 4000 row 8) with TID 4016: the exam's answer was worked out from these images. */
export function tid4016SummaryOfAnalyses(input: ReportInput, images: CadImages): CodeItem {
  return summary(ANALYSES, input, images);
}

function summary(work: Work, input: ReportInput, images: CadImages): CodeItem {
  const status = resultStatus(input);
  if (status === NOT_ATTEMPTED) return code(work.summary, status);
  const outcome = outcomes(input, images);
  return code(work.summary, status, [
    ...performed(work.successes, work, outcome.succeeded, input, images).map((list) => inferredFrom(list)),
    ...performed(work.failures, work, outcome.failed, input, images).map((list) => inferredFrom(list)),
  ]);
}

/** TID 4015 or 4016 with one TID 4017 or 4018 for all images: there is one algorithm. */
function performed(
  list: Code,
  work: Work,
  sopInstanceUIDs: readonly SOPInstanceUID[],
  applied: AppliedAlgorithm,
  images: CadImages,
): ContainerItem[] {
  if (sopInstanceUIDs.length === 0) return [];
  const statement = code(work.performed, work.what, [
    ...tid4019OfStatement(applied),
    ...sopInstanceUIDs.flatMap((uid) => {
      const libraryImage = images.get(uid);
      return libraryImage ? [byReference(hasProperties(libraryImage))] : [];
    }),
  ]);
  return [container(list, [contains(statement)])];
}

/** Spot views and their like were never meant to be analysed: they stand in the library and in neither list. */
function outcomes(input: ReportInput, images: CadImages): Outcome {
  const { findings, analysed } = input;
  const analysedUids = analysed.map((source) => source.sopInstanceUID);
  const others = lacking(input)
    .map((left) => left.sopInstanceUID)
    .filter((uid): uid is SOPInstanceUID => uid !== '' && images.has(uid));
  return findings === undefined
    ? { succeeded: [], failed: [...analysedUids, ...others] }
    : { succeeded: analysedUids, failed: others };
}
