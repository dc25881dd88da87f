/** RelationshipType (0040,A010), PS3.3 table C.17.3-8. */
export type Relationship =
  | 'CONTAINS'
  | 'HAS OBS CONTEXT'
  | 'HAS ACQ CONTEXT'
  | 'HAS CONCEPT MOD'
  | 'HAS PROPERTIES'
  | 'INFERRED FROM'
  | 'SELECTED FROM';

/** Relationships that may point to an item elsewhere in the tree instead of holding one. */
export type ReferencingRelationship = 'HAS PROPERTIES' | 'INFERRED FROM' | 'SELECTED FROM';

/** Any content item (`ContentItem`); which ones may stand where is said beside the items. */
interface Item {
  valueType: string;
}

export interface Child<R extends Relationship, T extends Item> {
  relationship: R;
  item: T;
  /**
   * The item stands elsewhere in the same tree and is pointed to by its Referenced Content Item Identifier
   * (0040,DB73), which is worked out when the tree is encoded.
   */
  byReference: boolean;
}

export type Contains<T extends Item> = Child<'CONTAINS', T>;
export type HasObsContext<T extends Item> = Child<'HAS OBS CONTEXT', T>;
export type HasAcqContext<T extends Item> = Child<'HAS ACQ CONTEXT', T>;
export type HasConceptMod<T extends Item> = Child<'HAS CONCEPT MOD', T>;
export type HasProperties<T extends Item> = Child<'HAS PROPERTIES', T>;
export type InferredFrom<T extends Item> = Child<'INFERRED FROM', T>;
export type SelectedFrom<T extends Item> = Child<'SELECTED FROM', T>;

function holder<R extends Relationship>(relationship: R) {
  return <T extends Item>(item: T): Child<R, T> => ({ relationship, item, byReference: false });
}

export const contains = holder('CONTAINS');
export const hasObsContext = holder('HAS OBS CONTEXT');
export const hasAcqContext = holder('HAS ACQ CONTEXT');
export const hasConceptMod = holder('HAS CONCEPT MOD');
export const hasProperties = holder('HAS PROPERTIES');
export const inferredFrom = holder('INFERRED FROM');
export const selectedFrom = holder('SELECTED FROM');

/** The same child, pointed to instead of held. */
export function byReference<R extends ReferencingRelationship, T extends Item>(
  child: Child<R, T>,
): Child<R, T> {
  return { ...child, byReference: true };
}
