import {
  COMMENT,
  type Code,
  IMAGE_REGION,
  MEASUREMENT_GROUP,
  SOURCE_OF_MEASUREMENT,
  type SourceInstance,
  SUMMARY_OF_ANALYSES,
} from '../../dicom/index.js';
import {
  AI_ABOVE,
  AI_BELOW,
  AI_NOT_PROCESSED,
  type ContainerItem,
  closedPolyline,
  code,
  container,
  contains,
  INTERPRETATION,
  image,
  NEGATIVE,
  num,
  POSITIVE,
  points,
  type ScoordItem,
  text,
} from '../content/index.js';
import {
  groupHead,
  imageCorners,
  imageEdge,
  onImage,
  percentage,
  referenceTo,
  type TrackedFinding,
} from './measurementGroup.js';
import type { AppliedAlgorithm } from './tid4019AlgorithmIdentification.js';

/** An answer about an image, a breast or the exam. */
export interface Answer extends Omit<TrackedFinding, 'finding'> {
  /** Calibrated, 0 to 1. */
  probability: number;
  positive: boolean;
  /** The images that it rests on; at least one. */
  images: readonly SourceInstance[];
}

/**
 * TID 1501 Measurement and Qualitative Evaluation Group (PS3.16): one answer.
 *
 * The SCOORDs (rows 10c, 10d) say that the whole image was looked at. Without them OHIF (up to 3.12 at least)
 * fails on the first group that lies on no image, and shows none; it labels lines and not points.
 */
export function tid1501Answer(answer: Answer, applied: AppliedAlgorithm): ContainerItem {
  const finding = answer.positive ? AI_ABOVE : AI_BELOW;
  return container(
    MEASUREMENT_GROUP,
    [
      ...groupHead({ ...answer, finding }, applied),
      contains(num(saidByAi(applied.probability), percentage(answer.probability, applied.operatingPoint))),
      ...answer.images.map((source) => contains(image(SOURCE_OF_MEASUREMENT, referenceTo(source)))),
      ...analysedAreas(answer.images).map((area) => contains(area)),
      contains(code(INTERPRETATION, answer.positive ? POSITIVE : NEGATIVE)),
    ],
    '1501',
  );
}

/**
 * The concept with a meaning that says whose number it is. OHIF writes nothing else beside it on the image, and viewers
 * that show the tree write it as this item's name. The code is the bundle's: only it tells the concept, and its meaning
 * is text for people (PS3.3 8.3).
 */
function saidByAi(concept: Code): Code {
  return { ...concept, meaning: `AI: ${concept.meaning}` };
}

/** Something that should have an answer and has none. */
export interface NoAnswer extends Omit<TrackedFinding, 'finding'> {
  /** CID 6042: failed, or not attempted. */
  status: Code;
  reason: string;
  images: readonly SourceInstance[];
}

/** TID 1501 with statements only: there is no number, and the group says why. */
export function tid1501NoAnswer(missing: NoAnswer, applied: AppliedAlgorithm): ContainerItem {
  return container(
    MEASUREMENT_GROUP,
    [
      ...groupHead({ ...missing, finding: AI_NOT_PROCESSED }, applied),
      ...missing.images.map((source) => contains(image(SOURCE_OF_MEASUREMENT, referenceTo(source)))),
      ...analysedAreas(missing.images).map((area) => contains(area)),
      contains(code(SUMMARY_OF_ANALYSES, missing.status)),
      contains(text(COMMENT, missing.reason)),
    ],
    '1501',
  );
}

/** An answer about one image is drawn around it; one about several would hide under theirs, and has corners only. */
function analysedAreas(sources: readonly SourceInstance[]): ScoordItem[] {
  return sources.map((source) =>
    sources.length === 1
      ? closedPolyline(IMAGE_REGION, imageEdge(source), onImage(source))
      : points(IMAGE_REGION, imageCorners(source), onImage(source)),
  );
}
