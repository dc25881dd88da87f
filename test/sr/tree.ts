import { type Dataset, readPart10 } from '../../src/dicom/index.js';

/* A small walker over written reports: it reads the bytes back and knows nothing of how they were built. */

/** One content item with its position, e.g. `1.3.2`. */
export interface Item {
  at: string;
  dataset: Dataset;
  relationship: string | undefined;
  valueType: string | undefined;
  /** Code value of the concept name. */
  concept: string | undefined;
  children: Item[];
}

export function readReport(bytes: Uint8Array): { dataset: Dataset; root: Item } {
  const { dataset } = readPart10(bytes);
  return { dataset, root: item(dataset, '1') };
}

function item(dataset: Dataset, at: string): Item {
  return {
    at,
    dataset,
    relationship: dataset.string('RelationshipType'),
    valueType: dataset.string('ValueType'),
    concept: dataset.code('ConceptNameCodeSequence')?.value,
    children: dataset.items('ContentSequence').map((child, index) => item(child, `${at}.${index + 1}`)),
  };
}

/** Every item below and including this one, top to bottom. */
export function all(of: Item): Item[] {
  return [of, ...of.children.flatMap(all)];
}

/** Items of a concept (code value) anywhere below. */
export function find(of: Item, concept: string): Item[] {
  return all(of).filter((one) => one.concept === concept);
}

/** Children of a concept. */
export function under(of: Item, concept: string): Item[] {
  return of.children.filter((child) => child.concept === concept);
}

/** The measurement group with this Tracking Identifier. */
export function group(root: Item, name: string): Item {
  const found = find(root, '125007').find((one) => textOf(under(one, '112039')[0]) === name);
  if (found === undefined) throw new Error(`no measurement group "${name}"`);
  return found;
}

export function codeOf(of: Item | undefined): string | undefined {
  return of?.dataset.code('ConceptCodeSequence')?.value;
}

export function textOf(of: Item | undefined): string | undefined {
  return of?.dataset.string('TextValue');
}

export function numberOf(of: Item | undefined): number | undefined {
  return of?.dataset.items('MeasuredValueSequence')[0]?.number('NumericValue');
}

/** SOP Instance UIDs that the tree points to. */
export function referenced(root: Item): Set<string> {
  return new Set(
    all(root).flatMap((one) =>
      one.dataset.items('ReferencedSOPSequence').map((ref) => ref.string('ReferencedSOPInstanceUID') ?? ''),
    ),
  );
}

/** SOP Instance UIDs of an evidence-like sequence, with the study and series they are listed under. */
export function listed(
  dataset: Dataset,
  keyword: string,
): { study: string; series: string; instance: string }[] {
  return dataset.items(keyword).flatMap((study) =>
    study.items('ReferencedSeriesSequence').flatMap((series) =>
      series.items('ReferencedSOPSequence').map((instance) => ({
        study: study.string('StudyInstanceUID') ?? '',
        series: series.string('SeriesInstanceUID') ?? '',
        instance: instance.string('ReferencedSOPInstanceUID') ?? '',
      })),
    ),
  );
}
