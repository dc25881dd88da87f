import type { Attributes, AttributeValue } from './attributes.js';
import { attributeOf } from './dictionary.js';
import { DicomWriteError } from './errors.js';
import { byteVr, encodeOwn, isBytes, isLongVr, ownVr, type PlainValue } from './ownValues.js';
import type { RawAttribute } from './source.js';

const UNDEFINED_LENGTH = 0xffffffff;
const ITEM = 'FFFEE000';
const ITEM_END = 'FFFEE00D';
const SEQUENCE_END = 'FFFEE0DD';
const PIXEL_DATA = '7FE00010';

/** An element ready to be written: its header and its value, each copied once, into the file. */
export interface EncodedElement {
  tag: string;
  parts: Uint8Array[];
}

/**
 * A data set in Explicit VR Little Endian (PS3.5 §7.1.2): elements in order of tags, without what is `undefined`.
 *
 * Not by dcmjs's writer, which opens three streams for each element (0.6 s for a report of 100 KB), copies pixel
 * data several times, and encodes every string as UTF-8, those of other character sets again.
 */
export function encodeAttributes(attributes: Attributes): EncodedElement[] {
  const encoded: EncodedElement[] = [];
  for (const [keyword, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    const { tag } = attributeOf(keyword);
    encoded.push({ tag, parts: elementParts(tag, keyword, value, attributes) });
  }
  return encoded.sort((a, b) => (a.tag < b.tag ? -1 : 1));
}

function elementParts(
  tag: string,
  keyword: string,
  value: AttributeValue,
  siblings: Attributes,
): Uint8Array[] {
  if (attributeOf(keyword).vr === 'SQ') return sequenceParts(tag, itemsOf(keyword, value));
  if (isBytes(value)) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    const padding = new Uint8Array(bytes.length % 2);
    return [header(tag, byteVr(keyword, siblings), bytes.length + padding.length), bytes, padding];
  }
  const vr = ownVr(keyword, value, siblings);
  const bytes = encodeOwn(keyword, vr, value as PlainValue);
  return [header(tag, vr, bytes.length), bytes];
}

/** Sequences and items of undefined length, closed by delimiters (PS3.5 §7.5). */
function sequenceParts(tag: string, items: readonly Attributes[]): Uint8Array[] {
  const parts = [header(tag, 'SQ', UNDEFINED_LENGTH)];
  for (const item of items) {
    parts.push(delimiter(ITEM, UNDEFINED_LENGTH));
    for (const element of encodeAttributes(item)) parts.push(...element.parts);
    parts.push(delimiter(ITEM_END, 0));
  }
  parts.push(delimiter(SEQUENCE_END, 0));
  return parts;
}

/** Items of known length, as the value of a sequence (PS3.5 §7.5). */
export function encodeItems(items: readonly EncodedElement[][]): Uint8Array {
  return Buffer.concat(
    items.flatMap((elements) => {
      const parts = elements.flatMap((element) => element.parts);
      const length = parts.reduce((sum, part) => sum + part.length, 0);
      return [delimiter(ITEM, length), ...parts];
    }),
  );
}

/** An attribute of a source, byte for byte. */
export function encodeRaw(raw: RawAttribute): EncodedElement {
  if (!/^[0-9A-F]{8}$/.test(raw.tag) || !/^[A-Z]{2}$/.test(raw.vr) || raw.bytes.length % 2 !== 0) {
    throw new DicomWriteError(`Raw attribute ${raw.tag} has no valid tag, VR or even length`);
  }
  return { tag: raw.tag, parts: [header(raw.tag, raw.vr, raw.bytes.length), raw.bytes] };
}

/** Pixel Data of one frame as one fragment, without offsets (PS3.5 §A.4). @param frame of even length */
export function encodeEncapsulated(frame: Uint8Array): EncodedElement {
  const parts = [
    header(PIXEL_DATA, 'OB', UNDEFINED_LENGTH),
    delimiter(ITEM, 0),
    delimiter(ITEM, frame.length),
    frame,
    delimiter(SEQUENCE_END, 0),
  ];
  return { tag: PIXEL_DATA, parts };
}

/** Pixel Data of samples of 8 bits as they are. */
export function encodeNative(pixels: Uint8Array): EncodedElement {
  const padding = new Uint8Array(pixels.length % 2);
  return {
    tag: PIXEL_DATA,
    parts: [header(PIXEL_DATA, 'OB', pixels.length + padding.length), pixels, padding],
  };
}

function itemsOf(keyword: string, value: AttributeValue): readonly Attributes[] {
  if (!Array.isArray(value) || value.some((item) => typeof item !== 'object')) {
    throw new DicomWriteError(`${keyword} is a sequence and takes an array of items`);
  }
  return value as readonly Attributes[];
}

function header(tag: string, vr: string, length: number): Uint8Array {
  const long = isLongVr(vr);
  if (!long && length > 0xffff) throw new DicomWriteError(`Attribute ${tag} is too long for its VR ${vr}`);
  const bytes = Buffer.alloc(long ? 12 : 8);
  writeTag(bytes, tag);
  bytes.write(vr, 4, 'latin1');
  if (long) bytes.writeUInt32LE(length, 8);
  else bytes.writeUInt16LE(length, 6);
  return bytes;
}

/** Items and delimiters have no VR (PS3.5 §7.5). */
function delimiter(tag: string, length: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  writeTag(bytes, tag);
  bytes.writeUInt32LE(length, 4);
  return bytes;
}

function writeTag(bytes: Buffer, tag: string): void {
  bytes.writeUInt16LE(Number.parseInt(tag.slice(0, 4), 16), 0);
  bytes.writeUInt16LE(Number.parseInt(tag.slice(4), 16), 2);
}
