import type { Dataset } from './dataset.js';
import type { DicomJson } from './dicomJson.js';
import { attributeOf } from './dictionary.js';
import { type EncodedElement, encodeItems, encodeRaw } from './elementEncoder.js';
import { evenLength, valueFromJson } from './jsonValue.js';
import { copySequence, sequenceOf } from './sequenceCopy.js';
import type { RawAttribute, StudyIdentity } from './source.js';

/** Referenced Request Sequence (PS3.3 C.17.2): Type 2, empty where neither the request nor the study says it. */
const REQUIRED = [
  'ReferencedStudySequence',
  'AccessionNumber',
  'PlacerOrderNumberImagingServiceRequest',
  'FillerOrderNumberImagingServiceRequest',
  'RequestedProcedureID',
  'RequestedProcedureDescription',
  'RequestedProcedureCodeSequence',
];
/** An LT of full length. */
const MAX_BYTES = 10240;

/** Type 3. */
const OPTIONAL = [
  'IssuerOfAccessionNumberSequence',
  'ReasonForTheRequestedProcedure',
  'ReasonForRequestedProcedureCodeSequence',
];

/**
 * The requests that a mammogram was made for: as images carry them (Request Attributes Sequence, PS3.3 C.7.3.1), and as
 * documents do (Referenced Request Sequence, C.17.2). Where the image names no request and the study has an accession
 * number, that is the request.
 */
export function registerRequests(
  dataset: Dataset,
): Pick<StudyIdentity, 'requestAttributes' | 'referencedRequests'> {
  const named = dataset.items('RequestAttributesSequence').filter(isRequest);
  const isAccessed = dataset.string('AccessionNumber') !== undefined;
  const requests = named.length === 0 && isAccessed ? [undefined] : named;
  const items = requests.map((request) => documentItem(request, dataset));
  return {
    requestAttributes: copySequence(dataset, 'RequestAttributesSequence'),
    referencedRequests: items.length === 0 ? undefined : sequenceOf('ReferencedRequestSequence', items),
  };
}

/**
 * The same from an archive's description of an instance (DICOM JSON), text in UTF-8, as a document carries it. Of codes
 * and references in it their own attributes, of issuers their names.
 */
export function requestsFromJson(json: DicomJson): Pick<StudyIdentity, 'referencedRequests'> {
  const named = json.items('RequestAttributesSequence').filter(isRequest);
  const isAccessed = json.string('AccessionNumber') !== undefined;
  const requests = named.length === 0 && isAccessed ? [undefined] : named;
  const items = requests.map((request) => {
    const find = (keyword: string) =>
      (request && described(request, keyword)) ??
      (STUDYS_OWN.has(keyword) || keyword === 'StudyInstanceUID' ? described(json, keyword) : undefined);
    return joined([
      find('StudyInstanceUID'),
      ...OPTIONAL.map(find),
      ...REQUIRED.map((keyword) => find(keyword) ?? empty(keyword)),
    ]);
  });
  return {
    referencedRequests: items.length === 0 ? undefined : sequenceOf('ReferencedRequestSequence', items),
  };
}

/** What items of the sequences in a request are made of. */
const IN_ITEMS = [
  'ReferencedSOPClassUID',
  'ReferencedSOPInstanceUID',
  'CodeValue',
  'CodingSchemeDesignator',
  'CodingSchemeVersion',
  'CodeMeaning',
  'LocalNamespaceEntityID',
  'UniversalEntityID',
  'UniversalEntityIDType',
];

/** Undefined where nothing is said, or more than can be meant. */
function described(from: DicomJson, keyword: string): RawAttribute | undefined {
  const { tag, vr } = attributeOf(keyword);
  if (vr === 'SQ') {
    const items = from
      .items(keyword)
      .map((item) => joined(IN_ITEMS.map((inner) => described(item, inner))))
      .filter((elements) => elements.length > 0);
    return items.length === 0 ? undefined : { tag, vr, bytes: new Uint8Array(encodeItems(items)) };
  }
  const bytes = valueFromJson(from, keyword);
  if (bytes.length === 0 || bytes.length > MAX_BYTES) return undefined;
  return { tag, vr, bytes: evenLength(bytes, vr) };
}

function isRequest(from: Pick<Dataset, 'string'>): boolean {
  return from.string('RequestedProcedureID') !== undefined || from.string('AccessionNumber') !== undefined;
}

/** Of the study itself only its own attributes are taken: what a series' request says belongs to the request. */
function documentItem(request: Dataset | undefined, study: Dataset): EncodedElement[] {
  const find = (keyword: string) =>
    (request && copied(request, keyword)) ?? (STUDYS_OWN.has(keyword) ? copied(study, keyword) : undefined);
  const elements = [
    (request && copied(request, 'StudyInstanceUID')) ?? copied(study, 'StudyInstanceUID'),
    ...OPTIONAL.map(find),
    ...REQUIRED.map((keyword) => find(keyword) ?? empty(keyword)),
  ];
  return joined(elements);
}

function joined(elements: (RawAttribute | undefined)[]): EncodedElement[] {
  return elements
    .flatMap((raw) => (raw === undefined ? [] : encodeRaw(raw)))
    .sort((a, b) => (a.tag < b.tag ? -1 : 1));
}

const STUDYS_OWN = new Set(['ReferencedStudySequence', 'AccessionNumber', 'IssuerOfAccessionNumberSequence']);

function copied(from: Dataset, keyword: string): RawAttribute | undefined {
  const { tag, vr } = attributeOf(keyword);
  if (vr === 'SQ') return copySequence(from, keyword);
  const raw = from.raw(keyword);
  return raw && raw.bytes.length > 0 ? { tag, vr, bytes: raw.bytes } : undefined;
}

function empty(keyword: string): RawAttribute {
  const { tag, vr } = attributeOf(keyword);
  return { tag, vr, bytes: new Uint8Array(0) };
}
