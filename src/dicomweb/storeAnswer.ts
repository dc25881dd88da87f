import { type DicomJson, fromDicomJson, type SOPInstanceUID, type SopReference } from '../dicom/index.js';
import { type Answer, bodyText } from './answer.js';
import { readNativeDicomModel } from './dicomXml.js';

export interface InstanceToStore extends SopReference {
  /** A DICOM file (PS3.10), sent as it is. */
  bytes: Uint8Array;
}

/** A status code of the store transaction and what it means. */
export interface StoreReason {
  /** FailureReason (0008,1197) or WarningReason (0008,1196). */
  code: number;
  meaning: string;
}

/** What the server says became of one instance. It is not yet proof: see `DicomWeb.confirm`. */
export interface InstanceOutcome {
  sopInstanceUID: SOPInstanceUID;
  /** `unknown`: the answer says nothing about it. */
  outcome: 'stored' | 'refused' | 'unknown';
  /** Why it was refused, where the server says so. */
  reason?: StoreReason;
  /** Stored, but with a remark: usually that attributes were coerced. */
  warning?: StoreReason;
  /** Refused because the server has an instance of that UID, or is about to. */
  duplicate?: boolean;
}

export interface StoreAnswer {
  /** HTTP status; of several requests the highest. */
  status: number;
  /** In the order in which they were given. */
  instances: InstanceOutcome[];
  /** Failures that the server could not tie to an instance (OtherFailuresSequence (0008,119A), PS3.18 §10.5.3.1). */
  otherFailures: StoreReason[];
}

/**
 * What a STOW-RS answer says about each instance that was sent (PS3.18 §10.5.3), in JSON or XML, whatever its status.
 *
 * Undefined where the body cannot be read as either, or says nothing.
 */
export function readStoreAnswer(
  answer: Answer,
  sopInstanceUIDs: readonly SOPInstanceUID[],
): StoreAnswer | undefined {
  const dataset = readDataset(answer);
  if (dataset === undefined) return undefined;
  const referenced = byInstance(dataset, 'ReferencedSOPSequence');
  const failed = byInstance(dataset, 'FailedSOPSequence');
  const instances = sopInstanceUIDs.map((sopInstanceUID): InstanceOutcome => {
    const failure = failed.get(sopInstanceUID);
    if (failure !== undefined) {
      const code = failure.number('FailureReason');
      if (code === undefined) return { sopInstanceUID, outcome: 'refused' };
      const refused: InstanceOutcome = { sopInstanceUID, outcome: 'refused', reason: storeReason(code) };
      return DUPLICATE.has(code) ? { ...refused, duplicate: true } : refused;
    }
    const reference = referenced.get(sopInstanceUID);
    if (reference === undefined) return { sopInstanceUID, outcome: 'unknown' };
    const warning = reference.number('WarningReason');
    return warning === undefined
      ? { sopInstanceUID, outcome: 'stored' }
      : { sopInstanceUID, outcome: 'stored', warning: storeReason(warning) };
  });
  const otherFailures = dataset
    .items('OtherFailuresSequence')
    .map((item) => item.number('FailureReason'))
    .filter((code) => code !== undefined)
    .map(storeReason);
  return { status: answer.status, instances, otherFailures };
}

/** An answer that leaves open what became of any of the instances. */
export function silentStoreAnswer(status: number, sopInstanceUIDs: readonly SOPInstanceUID[]): StoreAnswer {
  return {
    status,
    instances: sopInstanceUIDs.map((sopInstanceUID) => ({ sopInstanceUID, outcome: 'unknown' })),
    otherFailures: [],
  };
}

function byInstance(dataset: DicomJson, keyword: string): Map<string, DicomJson> {
  const map = new Map<string, DicomJson>();
  for (const item of dataset.items(keyword)) {
    const uid = item.string('ReferencedSOPInstanceUID');
    if (uid !== undefined) map.set(uid, item);
  }
  return map;
}

function readDataset(answer: Answer): DicomJson | undefined {
  const content = bodyText(answer).trim();
  let value: unknown;
  try {
    value = content.startsWith('<') ? readNativeDicomModel(content) : JSON.parse(content);
  } catch {
    return undefined;
  }
  // Some wrap the one dataset in an array.
  const dataset = fromDicomJson(Array.isArray(value) ? value[0] : value);
  const says = ['ReferencedSOPSequence', 'FailedSOPSequence', 'OtherFailuresSequence'];
  return says.some((keyword) => dataset.has(keyword)) ? dataset : undefined;
}

/** 0xB00E and 0xB00F: microsoft/dicom-server (45070, 45071); 0x0111: Duplicate SOP Instance (PS3.7 C.5.11). */
const DUPLICATE = new Set([0xb00e, 0xb00f, 0x0111]);

/** A store status code in words (PS3.4 Table B.2-1, PS3.7 Annex C, PS3.18 Tables 10.5.3-1 and I.2-2). */
function storeReason(code: number): StoreReason {
  return { code, meaning: meaningOf(code) };
}

const MEANINGS = new Map([
  [0x0106, 'invalid attribute value'],
  [0x0110, 'processing failure'],
  [0x0111, 'an instance of this UID exists'],
  [0x0112, 'no such SOP instance'],
  [0x0117, 'invalid SOP instance UID'],
  [0x0118, 'no such SOP class'],
  [0x0122, 'SOP class not supported'],
  [0x0124, 'not authorised'],
  [0x0213, 'resource limitation'],
  [0xa900, 'data set does not match its SOP class'],
  [0xa901, 'belongs to another study than the one in the address'],
  [0xb000, 'data elements were coerced'],
  [0xb006, 'data elements were discarded'],
  [0xb007, 'data set does not match its SOP class, stored nevertheless'],
  [0xb00e, 'an instance of this UID exists'],
  [0xb00f, 'an instance of this UID is being stored'],
  [0xc122, 'transfer syntax not supported'],
  [0xc409, 'belongs to another study than the one in the address'],
]);

function meaningOf(code: number): string {
  const known = MEANINGS.get(code);
  if (known !== undefined) return known;
  if (code >> 8 === 0xa7) return 'out of resources';
  if (code >> 8 === 0xa9) return 'data set does not match its SOP class';
  if (code >> 12 === 0xc) return 'cannot be understood';
  if (code >> 12 === 0xb) return 'stored with a warning';
  return 'reason not known here';
}
