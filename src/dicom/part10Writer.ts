import dcmjs, { type DcmjsElement } from 'dcmjs';
import type { Attributes, AttributeValue } from './attributes.js';
import { attributeOf } from './dictionary.js';
import { DicomWriteError } from './errors.js';
import { byteVr, encodeValue, isBytes, isLongVr } from './ownValues.js';
import type { RawAttribute } from './source.js';
import { IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME, transferSyntax } from './uids.js';

const { DicomMessage, WriteBufferStream } = dcmjs.data;
const { ExplicitVRLittleEndian } = transferSyntax;
const PREAMBLE_BYTES = 128;
/** From here on a copy through dcmjs's buffers costs more than the header that we save. */
const LARGE_BYTES = 1024;

/** An element ready to be written: header, and a value that is copied once, into the file. */
interface EncodedElement {
  tag: string;
  parts: Uint8Array[];
}

/**
 * A new Part 10 file in Explicit VR Little Endian: the same input gives the same bytes.
 *
 * dcmjs encodes our own attributes. Large values and `raw` ones go in beside it, byte for byte, so that names
 * in any character set survive. Where an attribute is in both, our own counts.
 *
 * @throws DicomWriteError for a value that its VR does not allow, and for our own text outside printable ASCII
 */
export function writePart10(
  attributes: Attributes,
  options: { raw?: readonly RawAttribute[] } = {},
): Uint8Array {
  const elements = new Map<string, EncodedElement>();
  for (const raw of options.raw ?? []) elements.set(raw.tag, encodeRaw(raw));
  for (const element of encodeAttributes(attributes)) elements.set(element.tag, element);
  const dataset = [...elements.values()].sort((a, b) => (a.tag < b.tag ? -1 : 1));
  return join([
    new Uint8Array(PREAMBLE_BYTES),
    Buffer.from('DICM'),
    ...fileMeta(attributes),
    ...bytesOf(dataset),
  ]);
}

/** File Meta Information (PS3.10 §7.1). */
function fileMeta(attributes: Attributes): Uint8Array[] {
  const { SOPClassUID, SOPInstanceUID } = attributes;
  if (typeof SOPClassUID !== 'string' || typeof SOPInstanceUID !== 'string') {
    throw new DicomWriteError('A file needs SOPClassUID and SOPInstanceUID');
  }
  const meta = bytesOf(
    encodeAttributes({
      FileMetaInformationVersion: Uint8Array.of(0, 1),
      MediaStorageSOPClassUID: SOPClassUID,
      MediaStorageSOPInstanceUID: SOPInstanceUID,
      TransferSyntaxUID: ExplicitVRLittleEndian,
      ImplementationClassUID: IMPLEMENTATION_CLASS_UID,
      ImplementationVersionName: IMPLEMENTATION_VERSION_NAME,
    }),
  );
  const length = meta.reduce((sum, part) => sum + part.length, 0);
  return [...bytesOf(encodeAttributes({ FileMetaInformationGroupLength: length })), ...meta];
}

/** Elements in order of tags; those without a value to write (`undefined`) are not among them. */
function encodeAttributes(attributes: Attributes): EncodedElement[] {
  const encoded: EncodedElement[] = [];
  for (const [keyword, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    const { tag } = attributeOf(keyword);
    if (isBytes(value) && value.byteLength >= LARGE_BYTES) {
      const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
      const padding = new Uint8Array(bytes.length % 2);
      const header = elementHeader(tag, byteVr(keyword, attributes), bytes.length + padding.length);
      encoded.push({ tag, parts: [header, bytes, padding] });
    } else {
      encoded.push({ tag, parts: [writeWithDcmjs({ [tag]: toDcmjs(keyword, value, attributes) })] });
    }
  }
  return encoded.sort((a, b) => (a.tag < b.tag ? -1 : 1));
}

function writeWithDcmjs(elements: Record<string, DcmjsElement>): Uint8Array {
  const stream = new WriteBufferStream(1024, true);
  DicomMessage.write(elements, stream, ExplicitVRLittleEndian, { allowInvalidVRLength: false });
  const bytes = stream.getBuffer();
  return bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
}

function toDcmjs(keyword: string, value: AttributeValue, siblings: Attributes): DcmjsElement {
  if (isItems(keyword, value)) {
    return { vr: 'SQ', Value: value.map(toDcmjsItem) };
  }
  return encodeValue(keyword, value as Exclude<AttributeValue, readonly Attributes[]>, siblings);
}

function toDcmjsItem(item: Attributes): Record<string, DcmjsElement> {
  const elements: Record<string, DcmjsElement> = {};
  for (const [keyword, value] of Object.entries(item)) {
    if (value !== undefined) elements[attributeOf(keyword).tag] = toDcmjs(keyword, value, item);
  }
  return elements;
}

function isItems(keyword: string, value: AttributeValue): value is readonly Attributes[] {
  if (attributeOf(keyword).vr !== 'SQ') return false;
  if (!Array.isArray(value) || value.some((item) => typeof item !== 'object')) {
    throw new DicomWriteError(`${keyword} is a sequence and takes an array of items`);
  }
  return true;
}

function encodeRaw(raw: RawAttribute): EncodedElement {
  if (!/^[0-9A-F]{8}$/.test(raw.tag) || !/^[A-Z]{2}$/.test(raw.vr) || raw.bytes.length % 2 !== 0) {
    throw new DicomWriteError(`Raw attribute ${raw.tag} has no valid tag, VR or even length`);
  }
  return { tag: raw.tag, parts: [elementHeader(raw.tag, raw.vr, raw.bytes.length), raw.bytes] };
}

/** Data element header in Explicit VR Little Endian (PS3.5 §7.1.2). */
function elementHeader(tag: string, vr: string, length: number): Uint8Array {
  const long = isLongVr(vr);
  if (!long && length > 0xffff) throw new DicomWriteError(`Attribute ${tag} is too long for its VR ${vr}`);
  const header = Buffer.alloc(long ? 12 : 8);
  header.writeUInt16LE(Number.parseInt(tag.slice(0, 4), 16), 0);
  header.writeUInt16LE(Number.parseInt(tag.slice(4), 16), 2);
  header.write(vr, 4, 'latin1');
  if (long) header.writeUInt32LE(length, 8);
  else header.writeUInt16LE(length, 6);
  return header;
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
