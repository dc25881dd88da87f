import { type DicomJsonObject, toDicomJson } from '../dicom/index.js';
import { wildcardPattern } from '../wildcardPattern.js';
import type { HeldInstance } from './archiveHoldings.js';

export type Level = 'study' | 'series' | 'instance';

export interface Query {
  level: Level;
  /** Attributes to match, by keyword or tag, in the form of DICOM query values (PS3.4 C.2.2.2). */
  keys: [name: string, value: string][];
  includeFields: string[];
  limit: number;
  offset: number;
}

/** No answer is longer, whatever is asked for; the rest is announced by a Warning (PS3.18 §8.3.4.4). */
const MAX_RESULTS = 1000;

const STUDY_KEYWORDS = [
  ...['SpecificCharacterSet', 'StudyDate', 'StudyTime', 'AccessionNumber', 'ReferringPhysicianName'],
  ...['PatientName', 'PatientID', 'PatientBirthDate', 'PatientSex', 'StudyInstanceUID', 'StudyID'],
  'StudyDescription',
];
const SERIES_KEYWORDS = [
  'Modality',
  'SeriesDescription',
  'SeriesInstanceUID',
  'SeriesNumber',
  'SeriesDate',
  'SeriesTime',
];
const INSTANCE_KEYWORDS = [
  ...[
    'SOPClassUID',
    'SOPInstanceUID',
    'InstanceNumber',
    'NumberOfFrames',
    'Rows',
    'Columns',
    'BitsAllocated',
  ],
];
const KEYWORDS: Record<Level, string[]> = {
  study: STUDY_KEYWORDS,
  series: [...SERIES_KEYWORDS, 'StudyInstanceUID'],
  instance: [...INSTANCE_KEYWORDS, ...SERIES_KEYWORDS, 'StudyInstanceUID'],
};
const UID_OF: Record<Level, 'studyInstanceUID' | 'seriesInstanceUID' | 'sopInstanceUID'> = {
  study: 'studyInstanceUID',
  series: 'seriesInstanceUID',
  instance: 'sopInstanceUID',
};

/** Reads the parameters of a QIDO-RS request (PS3.18 §8.3.4). */
export function readQuery(level: Level, parameters: URLSearchParams): Query {
  const query: Query = { level, keys: [], includeFields: [], limit: MAX_RESULTS, offset: 0 };
  for (const [name, value] of parameters) {
    if (name === 'limit') query.limit = Math.min(count(value) ?? MAX_RESULTS, MAX_RESULTS);
    else if (name === 'offset') query.offset = count(value) ?? 0;
    else if (name === 'includefield') query.includeFields.push(...value.split(','));
    else if (name !== 'fuzzymatching' && value !== '') query.keys.push([name, value]);
  }
  return query;
}

function count(value: string): number | undefined {
  return /^\d{1,9}$/.test(value) ? Number(value) : undefined;
}

/** The page of results that was asked for, and how many come after it. */
export function runQuery(
  instances: Iterable<HeldInstance>,
  query: Query,
  retrieveUrl: (instance: HeldInstance, level: Level) => string,
): { results: DicomJsonObject[]; remaining: number } {
  const entities = new Map<string, HeldInstance[]>();
  for (const instance of instances) {
    const uid = instance[UID_OF[query.level]];
    const members = entities.get(uid);
    if (members === undefined) entities.set(uid, [instance]);
    else members.push(instance);
  }
  const matching = [...entities.values()].filter((members) =>
    query.keys.every(([name, value]) => members.some((instance) => matches(instance, name, value))),
  );
  const page = matching.slice(query.offset, query.offset + query.limit);
  return {
    results: page.map((members) => result(members, query, retrieveUrl(members[0]!, query.level))),
    remaining: Math.max(0, matching.length - query.offset - page.length),
  };
}

function result(members: HeldInstance[], query: Query, url: string): DicomJsonObject {
  const first = members[0]!;
  const all = query.includeFields.includes('all');
  const known = new Set(first.dataset.keywords());
  const extra = query.includeFields.filter((name) => known.has(name));
  const json = toDicomJson(
    first.dataset,
    all ? known : [...new Set([...KEYWORDS[query.level], ...extra])].filter((k) => known.has(k)),
  );
  json['00080005'] = { vr: 'CS', Value: ['ISO_IR 192'] };
  json['00081190'] = { vr: 'UR', Value: [url] };
  json['00080056'] = { vr: 'CS', Value: ['ONLINE'] };
  if (query.level === 'study') {
    const modalities = new Set(members.map(({ dataset }) => dataset.string('Modality') ?? 'OT'));
    json['00080061'] = { vr: 'CS', Value: [...modalities] };
    json['00201206'] = { vr: 'IS', Value: [new Set(members.map((m) => m.seriesInstanceUID)).size] };
    json['00201208'] = { vr: 'IS', Value: [members.length] };
  } else if (query.level === 'series') {
    json['00201209'] = { vr: 'IS', Value: [members.length] };
  }
  return json;
}

const TAG_KEYWORDS: Record<string, string> = {
  '00080018': 'SOPInstanceUID',
  '00080016': 'SOPClassUID',
  '00080020': 'StudyDate',
  '00080050': 'AccessionNumber',
  '00080060': 'Modality',
  '00080061': 'ModalitiesInStudy',
  '00100010': 'PatientName',
  '00100020': 'PatientID',
  '0020000D': 'StudyInstanceUID',
  '0020000E': 'SeriesInstanceUID',
};

function matches(instance: HeldInstance, name: string, wanted: string): boolean {
  const named = TAG_KEYWORDS[name.toUpperCase()] ?? name;
  const keyword = named === 'ModalitiesInStudy' ? 'Modality' : named;
  let values: string[];
  try {
    values = instance.dataset.strings(keyword);
  } catch {
    // Not an attribute: parameters that are not understood are passed over (PS3.18 §8.3.4).
    return true;
  }
  const vr = instance.dataset.vr(keyword);
  if ((vr === 'DA' || vr === 'TM') && wanted.includes('-'))
    return values.some((value) => inRange(value, wanted));
  const alternatives = vr === 'UI' || vr === 'CS' ? wanted.split(/[,\\]/) : [wanted];
  return alternatives.some((one) => {
    return values.some(wildcardPattern(one, { ignoreCase: vr === 'PN' }));
  });
}

/** `a-b`, `a-` and `-b`; times compare as far as they are written out (PS3.4 C.2.2.2.5). */
function inRange(value: string, range: string): boolean {
  const [from = '', to = ''] = range.split('-', 2);
  return value >= from && (to === '' || value.slice(0, to.length) <= to);
}
