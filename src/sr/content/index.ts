/**
 * What a structured report consists of: content items (`item.ts`), how they may relate (`relationship.ts`, PS3.3
 * C.17.3), the concepts that they speak in (`reportConcepts.ts`), and how a tree of them becomes attributes
 * (`encode.ts`).
 *
 * A tree is plain data until it is encoded, so that templates can be built and tested item by item. Numbers keep their
 * unit, codes their scheme, and a reference to another item is by the item, not by its position: positions are counted
 * when the tree is written.
 */
export { encodeTree, sopReference } from './encode.js';
export {
  type CodeItem,
  type ContainerChild,
  type ContainerItem,
  type ContentItem,
  closedPolyline,
  code,
  container,
  type DateItem,
  date,
  type ImageItem,
  image,
  type Measured,
  type NumItem,
  num,
  point,
  points,
  type ReferenceChild,
  type ScoordItem,
  type StatementChild,
  type TextItem,
  type TimeItem,
  text,
  time,
  type UidRefItem,
  uidRef,
} from './item.js';
export {
  byReference,
  type Child,
  type Contains,
  contains,
  type HasAcqContext,
  type HasConceptMod,
  type HasObsContext,
  type HasProperties,
  hasAcqContext,
  hasConceptMod,
  hasObsContext,
  hasProperties,
  type InferredFrom,
  inferredFrom,
  type ReferencingRelationship,
  type Relationship,
  type SelectedFrom,
  selectedFrom,
} from './relationship.js';
export {
  AI_ABOVE,
  AI_BELOW,
  AI_NOT_PROCESSED,
  ILLUSTRATION_OF_ROI,
  IMPRESSION_DESCRIPTION,
  INTERPRETATION,
  MAMMOGRAPHIC_MASS,
  MAMMOGRAPHY_DENSITY,
  MILLIMETER,
  NEGATIVE,
  OVERALL_IMPRESSION_ANALYSIS,
  POSITIVE,
  SELECTED_REGION_DESCRIPTION,
} from './reportConcepts.js';
export { schemesOf } from './schemes.js';
