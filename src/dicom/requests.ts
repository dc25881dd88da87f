import type { Dataset } from './dataset.js';
import { attributeOf } from './dictionary.js';
import { type EncodedElement, encodeRaw } from './elementEncoder.js';
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

function isRequest(from: Dataset): boolean {
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
