/**
 * A data set as a list of elements, for writing one and the same instance in other encodings (PS3.5 §7, §8, Annex A).
 *
 * It reads what this project writes (Explicit VR Little Endian) and nothing else: for files of others there is
 * `readPart10`.
 */
export interface Element {
  /** Group and element as one number, e.g. 0x00100010. */
  tag: number;
  vr: string;
  /** Value field in little-endian order, or a sequence's items, or an encapsulated pixel data's fragments. */
  value: Uint8Array | Element[][] | { fragments: Uint8Array[]; offsetTable: boolean };
}

export interface Encoding {
  implicit?: boolean;
  bigEndian?: boolean;
}

const LONG_FORM = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV']);
const WORD_SIZE: Record<string, number> = {
  AT: 2,
  OW: 2,
  SS: 2,
  US: 2,
  FL: 4,
  OF: 4,
  OL: 4,
  SL: 4,
  UL: 4,
  FD: 8,
  OD: 8,
  OV: 8,
  SV: 8,
  UV: 8,
};
const UNDEFINED = 0xffffffff;
const ITEM = 0xfffee000;
const ITEM_END = 0xfffee00d;
const SEQUENCE_END = 0xfffee0dd;
export const PIXEL_DATA = 0x7fe00010;

/** Splits a Part 10 file of ours into file meta information and data set. */
export function splitPart10(bytes: Uint8Array): { meta: Element[]; dataset: Element[] } {
  const reader = new Reader(bytes, 132);
  const all = reader.elements(bytes.length);
  return {
    meta: all.filter((element) => element.tag >>> 16 === 2),
    dataset: all.filter((element) => element.tag >>> 16 !== 2),
  };
}

/** Elements of an Explicit VR Little Endian data set, or of an item. */
class Reader {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes;
    this.#at = at;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  elements(end: number): Element[] {
    const elements: Element[] = [];
    while (this.#at < end) {
      const tag = this.#tag();
      if (tag === ITEM_END) {
        this.#at += 4;
        break;
      }
      const vr = String.fromCharCode(this.#bytes[this.#at]!, this.#bytes[this.#at + 1]!);
      let length: number;
      if (LONG_FORM.has(vr)) {
        length = this.#view.getUint32(this.#at + 4, true);
        this.#at += 8;
      } else {
        length = this.#view.getUint16(this.#at + 2, true);
        this.#at += 4;
      }
      if (vr === 'SQ') {
        elements.push({ tag, vr, value: this.#items(length) });
      } else {
        if (length === UNDEFINED) throw new RangeError('only native pixel data can be split');
        elements.push({ tag, vr, value: this.#bytes.subarray(this.#at, this.#at + length) });
        this.#at += length;
      }
    }
    return elements;
  }

  #items(length: number): Element[][] {
    const end = length === UNDEFINED ? this.#bytes.length : this.#at + length;
    const items: Element[][] = [];
    while (this.#at < end) {
      const tag = this.#tag();
      const itemLength = this.#view.getUint32(this.#at, true);
      this.#at += 4;
      if (tag === SEQUENCE_END) break;
      items.push(this.elements(itemLength === UNDEFINED ? this.#bytes.length : this.#at + itemLength));
    }
    return items;
  }

  #tag(): number {
    const tag =
      ((this.#view.getUint16(this.#at, true) << 16) | this.#view.getUint16(this.#at + 2, true)) >>> 0;
    this.#at += 4;
    return tag;
  }
}

/** The elements in ascending order of their tags, in the asked encoding. */
export function encodeElements(elements: Element[], encoding: Encoding = {}): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const element of [...elements].sort((a, b) => a.tag - b.tag)) encodeElement(element, encoding, parts);
  return concatenate(parts);
}

function encodeElement(element: Element, encoding: Encoding, parts: Uint8Array[]): void {
  const { value, tag } = element;
  if (value instanceof Uint8Array) {
    const bytes = encoding.bigEndian ? swapped(value, WORD_SIZE[element.vr] ?? 1) : value;
    parts.push(header(tag, element.vr, bytes.length + (bytes.length % 2), encoding), bytes);
    if (bytes.length % 2) parts.push(new Uint8Array(1));
    return;
  }
  if (!Array.isArray(value)) {
    encodeFragments(value, parts);
    return;
  }
  const items = value.flatMap((item) => {
    const content = encodeElements(item, encoding);
    return [itemHeader(ITEM, content.length, encoding), content];
  });
  parts.push(
    header(
      tag,
      'SQ',
      items.reduce((sum, part) => sum + part.length, 0),
      encoding,
    ),
    ...items,
  );
}

/** Encapsulated pixel data of one frame (PS3.5 §A.4): always Explicit VR Little Endian. */
function encodeFragments(
  value: { fragments: Uint8Array[]; offsetTable: boolean },
  parts: Uint8Array[],
): void {
  parts.push(header(PIXEL_DATA, 'OB', UNDEFINED, {}));
  parts.push(itemHeader(ITEM, value.offsetTable ? 4 : 0, {}));
  if (value.offsetTable) parts.push(new Uint8Array(4));
  for (const fragment of value.fragments) {
    parts.push(itemHeader(ITEM, fragment.length + (fragment.length % 2), {}), fragment);
    if (fragment.length % 2) parts.push(new Uint8Array(1));
  }
  parts.push(itemHeader(SEQUENCE_END, 0, {}));
}

function header(tag: number, vr: string, length: number, encoding: Encoding): Uint8Array {
  const little = !encoding.bigEndian;
  const long = !encoding.implicit && LONG_FORM.has(vr);
  const bytes = new Uint8Array(long ? 12 : 8);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, tag >>> 16, little);
  view.setUint16(2, tag & 0xffff, little);
  if (encoding.implicit) {
    view.setUint32(4, length, little);
    return bytes;
  }
  bytes[4] = vr.charCodeAt(0);
  bytes[5] = vr.charCodeAt(1);
  if (long) view.setUint32(8, length, little);
  else view.setUint16(6, length, little);
  return bytes;
}

function itemHeader(tag: number, length: number, encoding: Encoding): Uint8Array {
  return header(tag, '', length, { implicit: true, bigEndian: encoding.bigEndian ?? false });
}

function swapped(bytes: Uint8Array, size: number): Uint8Array {
  if (size === 1) return bytes;
  const result = Buffer.from(bytes);
  if (size === 2) return result.swap16();
  return size === 4 ? result.swap32() : result.swap64();
}

export function concatenate(parts: Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}
