import type { Attributes } from './attributes.js';
import { type EncodedElement, encodeAttributes, encodeEncapsulated, encodeRaw } from './elementEncoder.js';
import { DicomWriteError } from './errors.js';
import type { RawAttribute } from './source.js';
import { IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME, transferSyntax } from './uids.js';

const PREAMBLE_BYTES = 128;

/**
 * A new Part 10 file in Explicit VR Little Endian, or with its pixels as an RLE frame (`rleFrameOf`): the same input
 * gives the same bytes.
 *
 * Our own text is ASCII, which every character set contains; `raw` attributes go in byte for byte, so that names
 * in any character set survive. Where an attribute is in both, our own counts.
 *
 * @throws DicomWriteError for a value that its VR does not allow, and for our own text outside printable ASCII
 */
export function writePart10(
  attributes: Attributes,
  options: { raw?: readonly RawAttribute[]; rleFrame?: Uint8Array } = {},
): Uint8Array {
  const { rleFrame } = options;
  const elements = new Map<string, EncodedElement>();
  for (const raw of options.raw ?? []) elements.set(raw.tag, encodeRaw(raw));
  for (const element of encodeAttributes(attributes)) elements.set(element.tag, element);
  if (rleFrame !== undefined) {
    const pixels = encodeEncapsulated(rleFrame);
    elements.set(pixels.tag, pixels);
  }
  const dataset = [...elements.values()].sort((a, b) => (a.tag < b.tag ? -1 : 1));
  return join([
    new Uint8Array(PREAMBLE_BYTES),
    Buffer.from('DICM'),
    ...fileMeta(
      attributes,
      rleFrame === undefined ? transferSyntax.ExplicitVRLittleEndian : transferSyntax.RLELossless,
    ),
    ...bytesOf(dataset),
  ]);
}

/** File Meta Information (PS3.10 §7.1). */
function fileMeta(attributes: Attributes, transferSyntaxUID: string): Uint8Array[] {
  const { SOPClassUID, SOPInstanceUID } = attributes;
  if (typeof SOPClassUID !== 'string' || typeof SOPInstanceUID !== 'string') {
    throw new DicomWriteError('A file needs SOPClassUID and SOPInstanceUID');
  }
  const meta = bytesOf(
    encodeAttributes({
      FileMetaInformationVersion: Uint8Array.of(0, 1),
      MediaStorageSOPClassUID: SOPClassUID,
      MediaStorageSOPInstanceUID: SOPInstanceUID,
      TransferSyntaxUID: transferSyntaxUID,
      ImplementationClassUID: IMPLEMENTATION_CLASS_UID,
      ImplementationVersionName: IMPLEMENTATION_VERSION_NAME,
    }),
  );
  const length = meta.reduce((sum, part) => sum + part.length, 0);
  return [...bytesOf(encodeAttributes({ FileMetaInformationGroupLength: length })), ...meta];
}

function bytesOf(elements: EncodedElement[]): Uint8Array[] {
  return elements.flatMap((element) => element.parts);
}

/** One copy of everything, into memory of its own, so that it can be handed to another thread. */
function join(parts: Uint8Array[]): Uint8Array {
  const file = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}
