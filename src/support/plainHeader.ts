import type { Dataset, DicomInstance } from '../dicom/index.js';
import {
  CODES,
  DEFINED_TERMS,
  KEPT_KEYWORDS,
  MACHINE,
  NUMBERS,
  TABLES,
  TERMS,
  UIDS,
} from './keptAttributes.js';
import type { Pseudonyms } from './pseudonyms.js';

/** An image's header as it may leave the hospital. */
export interface PlainHeader {
  transferSyntaxUID: string;
  /** By keyword. */
  attributes: Record<string, unknown>;
  /** Keywords of the standard's attributes that stayed behind. Private ones are not even named. */
  leftBehind: string[];
}

/** @returns what `keptAttributes.ts` takes, and nothing else */
export function plainHeader({ dataset, transferSyntaxUID }: DicomInstance, uids: Pseudonyms): PlainHeader {
  const kept = new Set(KEPT_KEYWORDS);
  const attributes = [
    ...taken(dataset, UIDS, (keyword) => dataset.strings(keyword).map((uid) => uids.of(uid))),
    ...taken(dataset, NUMBERS, (keyword) => dataset.numbers(keyword)),
    ...taken(dataset, TERMS, (keyword) => dataset.strings(keyword).map(term)),
    ...taken(dataset, MACHINE, (keyword) => dataset.strings(keyword)),
    ...taken(dataset, CODES, (keyword) => codes(dataset, keyword)),
    ...taken(dataset, TABLES, (keyword) =>
      dataset.items(keyword).map((item) => item.numbers('LUTDescriptor')),
    ),
  ];
  return {
    transferSyntaxUID: uids.of(transferSyntaxUID),
    attributes: Object.fromEntries(attributes),
    leftBehind: dataset.keywords().filter((keyword) => !kept.has(keyword)),
  };
}

function taken(
  dataset: Dataset,
  keywords: readonly string[],
  take: (keyword: string) => unknown[],
): [string, unknown][] {
  return keywords.filter((keyword) => dataset.has(keyword)).map((keyword) => [keyword, take(keyword)]);
}

/** A value that the standard does not define may be anything that somebody typed. */
function term(value: string): string {
  return value === '' || DEFINED_TERMS.has(value) ? value : '(no defined term)';
}

const SCHEMES = new Set(['SCT', 'SRT', 'SNM3', 'DCM']);

function codes(dataset: Dataset, keyword: string): string[] {
  return dataset
    .codes(keyword)
    .map(({ value, scheme }) =>
      SCHEMES.has(scheme) && /^[A-Z]?-?[A-F\d]{1,12}$/.test(value)
        ? `${value}, ${scheme}`
        : '(no standard code)',
    );
}
