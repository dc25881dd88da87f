import {
  BILATERAL,
  BREAST,
  type Code,
  FINDING,
  FINDING_SITE,
  LATERALITY,
  type Laterality,
  LEFT,
  PERCENT,
  type Point,
  RIGHT,
  type SopReference,
  type SourceInstance,
  TRACKING_IDENTIFIER,
  TRACKING_UNIQUE_IDENTIFIER,
  type Uid,
} from '../../dicom/index.js';
import { percent } from '../../findings/index.js';
import {
  type CodeItem,
  type ContainerChild,
  code,
  contains,
  type HasConceptMod,
  hasConceptMod,
  hasObsContext,
  type ImageItem,
  image,
  type Measured,
  type SelectedFrom,
  selectedFrom,
  text,
  uidRef,
} from '../content/index.js';
import { type AppliedAlgorithm, tid4019OfGroup } from './tid4019AlgorithmIdentification.js';

/** What a measurement group is about: one finding. */
export interface TrackedFinding {
  /** Tracking Identifier: what a list of measurements shows. */
  name: string;
  /** Tracking Unique Identifier: this finding's own. */
  uid: Uid;
  finding: Code;
  /** Undefined where the side is not known. */
  side: Laterality | 'both' | undefined;
  /** What the site's code is called, where `Breast` would say too little. */
  siteName?: string | undefined;
}

/** The rows that TID 1501 and TID 1410 begin with, in their order. */
export function groupHead(tracked: TrackedFinding, applied: AppliedAlgorithm): ContainerChild[] {
  return [
    hasObsContext(text(TRACKING_IDENTIFIER, tracked.name)),
    hasObsContext(uidRef(TRACKING_UNIQUE_IDENTIFIER, tracked.uid)),
    contains(code(FINDING, tracked.finding)),
    findingSite(tracked),
    ...tid4019OfGroup(applied),
  ];
}

function findingSite({ side, siteName }: TrackedFinding): HasConceptMod<CodeItem> {
  const laterality = side && { L: LEFT, R: RIGHT, both: BILATERAL }[side];
  return hasConceptMod(
    code(
      FINDING_SITE,
      { ...BREAST, ...(siteName && { meaning: siteName }) },
      laterality ? [hasConceptMod(code(LATERALITY, laterality))] : [],
    ),
  );
}

/** A probability as a percentage (UCUM), see `percent` for its decimals. */
export function percentage(probability: number, operatingPoint: number): Measured {
  return {
    value: Number((probability * 100).toPrecision(12)),
    text: percent(probability, operatingPoint),
    unit: PERCENT,
  };
}

export function referenceTo(source: SourceInstance): SopReference {
  return { sopClassUID: source.sopClassUID, sopInstanceUID: source.sopInstanceUID };
}

export function onImage(source: SourceInstance): SelectedFrom<ImageItem> {
  return selectedFrom(image(undefined, referenceTo(source)));
}

/** The corners of the whole image: 0\0 to Columns\Rows (PS3.3 C.18.6.1.1). */
export function imageCorners({ rows, columns }: SourceInstance): Point[] {
  return [
    { x: 0, y: 0 },
    { x: columns, y: 0 },
    { x: columns, y: rows },
    { x: 0, y: rows },
  ];
}

/**
 * The edge of the whole image: 0\0 to Columns\Rows (PS3.3 C.18.6.1.1). With a point halfway along each side,
 * because OHIF takes four corners for a rectangle of the reader's own and offers to go on measuring with it.
 */
export function imageEdge({ rows, columns }: SourceInstance): Point[] {
  return [
    { x: 0, y: 0 },
    { x: columns / 2, y: 0 },
    { x: columns, y: 0 },
    { x: columns, y: rows / 2 },
    { x: columns, y: rows },
    { x: columns / 2, y: rows },
    { x: 0, y: rows },
    { x: 0, y: rows / 2 },
  ];
}

/** Coordinates must not leave the image (PS3.3 C.18.6.1.1). */
export function withinImage({ x, y }: Point, { rows, columns }: SourceInstance): Point {
  return { x: Math.min(Math.max(x, 0), columns), y: Math.min(Math.max(y, 0), rows) };
}
