import { type Attributes, type AttributeValue, codeItem, type SopReference } from '../../dicom/index.js';
import { ReportError } from '../errors.js';
import type { ContainerItem, ContentItem, Measured } from './item.js';
import type { Child, Relationship } from './relationship.js';

type AnyChild = Child<Relationship, ContentItem>;
/** Where an item stands: the root is 1, its first child 1\1 (PS3.3 C.17.3.2.5). */
type Identifier = readonly number[];

/**
 * The SR Document Content Module (PS3.3 C.17.3) of a tree: the attributes of its root.
 *
 * @throws ReportError `report-malformed` when an item is held twice, or pointed to and held nowhere.
 */
export function encodeTree(root: ContainerItem): Attributes {
  const identifiers = new Map<ContentItem, Identifier>();
  identify(root, [1], identifiers);
  return encodeItem(root, identifiers);
}

function childrenOf(item: ContentItem): readonly AnyChild[] {
  return 'children' in item ? item.children : [];
}

function identify(item: ContentItem, at: Identifier, identifiers: Map<ContentItem, Identifier>): void {
  if (identifiers.has(item)) throw malformed(`A ${item.valueType} content item is held twice.`);
  identifiers.set(item, at);
  childrenOf(item).forEach((child, index) => {
    if (!child.byReference) identify(child.item, [...at, index + 1], identifiers);
  });
}

function encodeItem(item: ContentItem, identifiers: Map<ContentItem, Identifier>): Attributes {
  const children = childrenOf(item).map((child) => encodeChild(child, identifiers));
  return {
    ValueType: item.valueType,
    ConceptNameCodeSequence: item.concept && [codeItem(item.concept)],
    ...encodeValue(item),
    ContentSequence: children.length > 0 ? children : undefined,
  };
}

function encodeChild(child: AnyChild, identifiers: Map<ContentItem, Identifier>): Attributes {
  if (!child.byReference) {
    return { RelationshipType: child.relationship, ...encodeItem(child.item, identifiers) };
  }
  const identifier = identifiers.get(child.item);
  if (identifier === undefined) {
    throw malformed(`A ${child.item.valueType} content item is pointed to and stands nowhere.`);
  }
  return { RelationshipType: child.relationship, ReferencedContentItemIdentifier: [...identifier] };
}

function encodeValue(item: ContentItem): Attributes {
  switch (item.valueType) {
    case 'CONTAINER':
      return {
        ContinuityOfContent: 'SEPARATE',
        ContentTemplateSequence:
          item.template === undefined
            ? undefined
            : [{ MappingResource: 'DCMR', TemplateIdentifier: item.template }],
      };
    case 'TEXT':
      return { TextValue: item.text };
    case 'CODE':
      return { ConceptCodeSequence: [codeItem(item.value)] };
    case 'NUM':
      return encodeMeasured(item.measured);
    case 'UIDREF':
      return { UID: item.uid };
    case 'DATE':
      return { Date: item.date };
    case 'TIME':
      return { Time: item.time };
    case 'IMAGE':
      return { ReferencedSOPSequence: [sopReference(item.instance)] };
    case 'SCOORD':
      return {
        GraphicType: item.graphicType,
        GraphicData: item.points.flatMap(({ x, y }) => [x, y]),
      };
  }
}

function encodeMeasured(measured: Measured): Attributes {
  const value: { [keyword: string]: AttributeValue } = {
    NumericValue: measured.text,
    MeasurementUnitsCodeSequence: [codeItem(measured.unit)],
  };
  // NumericValue is a decimal string for people; what it cannot hold exactly stands beside it.
  if (Number(measured.text) !== measured.value) value.FloatingPointValue = measured.value;
  return { MeasuredValueSequence: [value] };
}

/** One item of a Referenced SOP Sequence. */
export function sopReference({ sopClassUID, sopInstanceUID }: SopReference): Attributes {
  return { ReferencedSOPClassUID: sopClassUID, ReferencedSOPInstanceUID: sopInstanceUID };
}

function malformed(message: string): ReportError {
  return new ReportError('report-malformed', message, { remedy: 'Report this as a fault of Mamori.' });
}
