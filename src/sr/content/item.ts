import type { Code, Point, SopReference, Uid } from '../../dicom/index.js';
import type {
  Contains,
  HasAcqContext,
  HasConceptMod,
  HasObsContext,
  HasProperties,
  InferredFrom,
  SelectedFrom,
} from './relationship.js';

/*
 * Content items (PS3.3 C.17.3.2.1) as plain data. The types say which item may stand under which, by which
 * relationship (PS3.3 A.35.13.3.1.2 and, narrower, A.35.5.3.1.2): a tree that an IOD forbids does not compile.
 */

export interface ContainerItem {
  valueType: 'CONTAINER';
  concept: Code;
  /** TID of the template (PS3.16) whose only top item this container is. */
  template?: string;
  children: readonly ContainerChild[];
}

export interface TextItem {
  valueType: 'TEXT';
  concept: Code;
  /** Printable ASCII; lines parted by CR LF. */
  text: string;
  children: readonly StatementChild[];
}

export interface CodeItem {
  valueType: 'CODE';
  concept: Code;
  value: Code;
  children: readonly StatementChild[];
}

/** A number with its unit: the value, and the same as a decimal string (DS, 16 characters) for people. */
export interface Measured {
  value: number;
  text: string;
  unit: Code;
}

export interface NumItem {
  valueType: 'NUM';
  concept: Code;
  measured: Measured;
  children: readonly StatementChild[];
}

export interface UidRefItem {
  valueType: 'UIDREF';
  concept: Code;
  uid: Uid;
}

export interface DateItem {
  valueType: 'DATE';
  concept: Code;
  /** DICOM DA, `YYYYMMDD`. */
  date: string;
}

export interface TimeItem {
  valueType: 'TIME';
  concept: Code;
  /** DICOM TM, `HHMMSS[.FFFFFF]`. */
  time: string;
}

export interface ImageItem {
  valueType: 'IMAGE';
  /** Why the image is there; library entries have none. */
  concept: Code | undefined;
  instance: SopReference;
  children: readonly ReferenceChild[];
}

export interface ScoordItem {
  valueType: 'SCOORD';
  concept: Code;
  graphicType: 'POINT' | 'MULTIPOINT' | 'POLYLINE';
  /** One for a POINT; a closed POLYLINE ends where it began. */
  points: readonly Point[];
  /** Points mean nothing without the one image that they lie on. */
  children: readonly [SelectedFrom<ImageItem>];
}

export type ContentItem =
  | ContainerItem
  | TextItem
  | CodeItem
  | NumItem
  | UidRefItem
  | DateItem
  | TimeItem
  | ImageItem
  | ScoordItem;

type SimpleItem = TextItem | CodeItem | NumItem | UidRefItem | DateItem | TimeItem;
type EvidenceItem = SimpleItem | ImageItem | ScoordItem | ContainerItem;

/** What may stand under a CONTAINER. */
export type ContainerChild =
  | Contains<ContentItem>
  | HasObsContext<SimpleItem>
  | HasAcqContext<SimpleItem>
  | HasConceptMod<TextItem | CodeItem>;

/** What may stand under a TEXT, CODE or NUM: a statement has properties and grounds, it contains nothing. */
export type StatementChild =
  | HasObsContext<SimpleItem>
  | HasConceptMod<TextItem | CodeItem>
  | HasProperties<EvidenceItem>
  | InferredFrom<EvidenceItem>;

/** What may stand under an IMAGE. */
export type ReferenceChild = HasAcqContext<SimpleItem> | HasConceptMod<TextItem | CodeItem>;

export function container(
  concept: Code,
  children: readonly ContainerChild[],
  template?: string,
): ContainerItem {
  return {
    valueType: 'CONTAINER',
    concept,
    children,
    ...(template === undefined ? {} : { template }),
  };
}

export function text(concept: Code, value: string, children: readonly StatementChild[] = []): TextItem {
  return { valueType: 'TEXT', concept, text: value, children };
}

export function code(concept: Code, value: Code, children: readonly StatementChild[] = []): CodeItem {
  return { valueType: 'CODE', concept, value, children };
}

export function num(concept: Code, measured: Measured, children: readonly StatementChild[] = []): NumItem {
  return { valueType: 'NUM', concept, measured, children };
}

export function uidRef(concept: Code, uid: Uid): UidRefItem {
  return { valueType: 'UIDREF', concept, uid };
}

export function date(concept: Code, value: string): DateItem {
  return { valueType: 'DATE', concept, date: value };
}

export function time(concept: Code, value: string): TimeItem {
  return { valueType: 'TIME', concept, time: value };
}

export function image(
  concept: Code | undefined,
  instance: SopReference,
  children: readonly ReferenceChild[] = [],
): ImageItem {
  return { valueType: 'IMAGE', concept, instance, children };
}

/** One place on an image. */
export function point(concept: Code, at: Point, on: SelectedFrom<ImageItem>): ScoordItem {
  return { valueType: 'SCOORD', concept, graphicType: 'POINT', points: [at], children: [on] };
}

/** Several places on an image. */
export function points(concept: Code, at: readonly Point[], on: SelectedFrom<ImageItem>): ScoordItem {
  return { valueType: 'SCOORD', concept, graphicType: 'MULTIPOINT', points: at, children: [on] };
}

/** A closed line: the first of at least three points is repeated as the last (PS3.3 C.18.6.1.2). */
export function closedPolyline(
  concept: Code,
  outline: readonly Point[],
  on: SelectedFrom<ImageItem>,
): ScoordItem {
  const [first] = outline;
  const closed = first === undefined ? [] : [...outline, first];
  return { valueType: 'SCOORD', concept, graphicType: 'POLYLINE', points: closed, children: [on] };
}
