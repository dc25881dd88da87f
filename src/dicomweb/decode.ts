import { type DicomJson, fromDicomJson } from '../dicom/index.js';
import { type Answer, bodyText } from './answer.js';
import { PacsError, type PacsErrorDetails } from './errors.js';
import { boundaryOf, MultipartError, readMultipart } from './multipart.js';

/** The datasets of a QIDO-RS or metadata answer (PS3.18 §10.6.3). @throws PacsError `pacs-answer-malformed` */
export function decodeDatasets(answer: Answer): DicomJson[] {
  const type = mediaType(answer);
  let value: unknown;
  if (!/html|xml/.test(type)) {
    try {
      value = JSON.parse(bodyText(answer));
    } catch {
      value = undefined;
    }
  }
  if (!Array.isArray(value) || !value.every(isObject))
    throw malformed(answer, `The answer is not DICOM JSON but ${naming(type)}`);
  return value.map(fromDicomJson);
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The one instance of a WADO-RS answer, multipart or bare. @throws PacsError `pacs-answer-malformed` */
export function decodeInstance(answer: Answer): Uint8Array {
  const type = mediaType(answer);
  if (!type.startsWith('multipart/')) {
    if (type !== 'application/dicom' && !isPart10(answer.body)) {
      throw malformed(answer, `The answer is not an instance but ${naming(type)}`);
    }
    if (answer.body.length === 0) throw malformed(answer, 'The answer holds no instance');
    return answer.body;
  }
  const boundary = boundaryOf(answer.header('content-type') ?? '');
  if (boundary === undefined) throw malformed(answer, 'The multipart answer names no boundary');
  let parts: ReturnType<typeof readMultipart>;
  try {
    parts = readMultipart(answer.body, boundary);
  } catch (error) {
    if (!(error instanceof MultipartError)) throw error;
    throw malformed(answer, `The multipart answer cannot be read: ${error.message}`, { transient: true });
  }
  const part = parts.find(({ headers, bytes }) => {
    const partType = headers.get('content-type')?.toLowerCase() ?? 'application/dicom';
    return bytes.length > 0 && (partType.startsWith('application/dicom') || isPart10(bytes));
  });
  if (part === undefined) throw malformed(answer, 'The answer holds no instance');
  return part.bytes;
}

/** `DICM` behind the preamble (PS3.10 §7.1). */
function isPart10(bytes: Uint8Array): boolean {
  return bytes[128] === 0x44 && bytes[129] === 0x49 && bytes[130] === 0x43 && bytes[131] === 0x4d;
}

function mediaType(answer: Answer): string {
  return (answer.header('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

function naming(type: string): string {
  return /^[\w.+-]+\/[\w.+-]+$/.test(type) ? type : 'of an unnamed type';
}

function malformed(answer: Answer, what: string, details: PacsErrorDetails = {}): PacsError {
  const page = mediaType(answer).includes('html');
  return new PacsError('pacs-answer-malformed', what, {
    method: answer.method,
    url: answer.url,
    status: answer.status,
    remedy: page
      ? 'A web page came back: check that the address is the DICOMweb root and that no login page stands before it.'
      : 'Check that the address is the root of a DICOMweb service.',
    ...details,
  });
}
