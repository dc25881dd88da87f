import { type DicomJsonObject, DicomReadError } from '../dicom/index.js';
import { boundaryOf, MultipartError, multipartParameter, readMultipart } from '../dicomweb/index.js';
import { type ArchiveHoldings, type HeldInstance, MissingIdentity, read } from './archiveHoldings.js';

/** Failure reasons (PS3.18 Table 10.5.3-1, PS3.4 Table B.2-1). */
const CANNOT_UNDERSTAND = 0xc000;
const OTHER_STUDY = 0xc409;
const DUPLICATE = 0x0111;

export interface StoreResponse {
  status: 200 | 202 | 400 | 409 | 415;
  body: DicomJsonObject | undefined;
}

/**
 * One STOW-RS transaction (PS3.18 §10.5) over a complete body.
 *
 * An instance that is there already with the same bytes counts as stored, so that a repeat is harmless; with other
 * bytes it is refused.
 *
 * @param studyInstanceUID of the address, where it names one
 */
export function storeInstances(
  holdings: ArchiveHoldings,
  contentType: string,
  body: Uint8Array,
  studyInstanceUID: string | undefined,
  retrieveUrl: (instance: HeldInstance) => string,
): StoreResponse {
  const boundary = boundaryOf(contentType);
  const isMultipart = /^multipart\/related\s*;/i.test(contentType);
  if (
    !isMultipart ||
    boundary === undefined ||
    multipartParameter(contentType, 'type') !== 'application/dicom'
  ) {
    return { status: 415, body: undefined };
  }
  let parts: Uint8Array[];
  try {
    parts = readMultipart(body, boundary).map(({ bytes }) => bytes);
  } catch (error) {
    if (!(error instanceof MultipartError)) throw error;
    return { status: 400, body: undefined };
  }
  const referenced: DicomJsonObject[] = [];
  const failed: DicomJsonObject[] = [];
  const others: DicomJsonObject[] = [];
  for (const part of parts) {
    let instance: HeldInstance;
    try {
      // Parts are views on the whole body: a copy lets the rest go.
      instance = read(part.slice());
    } catch (error) {
      if (!(error instanceof DicomReadError || error instanceof MissingIdentity)) throw error;
      others.push(reason(CANNOT_UNDERSTAND));
      continue;
    }
    const held = holdings.get(instance.sopInstanceUID);
    if (studyInstanceUID !== undefined && instance.studyInstanceUID !== studyInstanceUID) {
      failed.push({ ...reference(instance), ...reason(OTHER_STUDY) });
    } else if (held !== undefined && !Buffer.from(held.bytes).equals(instance.bytes)) {
      failed.push({ ...reference(instance), ...reason(DUPLICATE) });
    } else {
      holdings.add(instance);
      referenced.push({ ...reference(instance), '00081190': { vr: 'UR', Value: [retrieveUrl(instance)] } });
    }
  }
  const failures = failed.length + others.length;
  return {
    status: failures === 0 ? 200 : referenced.length === 0 ? 409 : 202,
    body: {
      ...sequence('00081198', failed),
      ...sequence('00081199', referenced),
      ...sequence('0008119A', others),
    },
  };
}

function reference(instance: HeldInstance): DicomJsonObject {
  return {
    '00081150': { vr: 'UI', Value: [instance.sopClassUID] },
    '00081155': { vr: 'UI', Value: [instance.sopInstanceUID] },
  };
}

function reason(code: number): DicomJsonObject {
  return { '00081197': { vr: 'US', Value: [code] } };
}

function sequence(tag: string, items: DicomJsonObject[]): DicomJsonObject {
  return items.length === 0 ? {} : { [tag]: { vr: 'SQ', Value: items } };
}
