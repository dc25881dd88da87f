import dicomParser, { type DataSet, type Element } from 'dicom-parser';
import { CharacterSet } from './characterSets.js';
import type { Code } from './codes.js';
import { attributeAt, attributeOf } from './dictionary.js';
import { withoutPadding } from './padding.js';
import type { RawAttribute } from './source.js';
import { BINARY_WORD_BYTES, isText, isUnsplit, readNumbers, toLittleEndian } from './values.js';

/** Pixel data as they stand in the file (PS3.5 §8, §A.4): views, no copies, unless the file is big endian. */
export interface EncodedPixelData {
  /** One native value, or every fragment after the Basic Offset Table. */
  fragments: Uint8Array[];
  encapsulated: boolean;
  /** Offsets of the frames' first fragments; empty where the file has none. */
  basicOffsetTable: number[];
}

/**
 * Longer values are not taken apart into strings or numbers: the longest that means something in a mammogram is
 * a lookup table of 128 KB, and 20 MB of backslashes would make 20 million strings.
 */
const MAX_SPLIT_BYTES = 1024 * 1024;

/**
 * A data set, or one item of a sequence, read-only and by keyword.
 *
 * Absent, empty and unreadable values are all `undefined` or `[]`: a source may be anything, and what reads it
 * has to decide in each case what a missing value means.
 */
export class Dataset {
  readonly #source: DataSet;
  readonly #parent: Dataset | undefined;
  #characterSet: CharacterSet | undefined;

  constructor(source: DataSet, parent?: Dataset) {
    this.#source = source;
    this.#parent = parent;
  }

  /** Whether the attribute is there, with or without a value. */
  has(keyword: string): boolean {
    return this.#element(keyword) !== undefined;
  }

  /** Keywords of all public attributes that are there, in order of tags. */
  keywords(): string[] {
    const tags = Object.keys(this.#source.elements).sort();
    return tags.flatMap((tag) => attributeAt(tag.slice(1).toUpperCase())?.keyword ?? []);
  }

  /** The VR in the stream, or the dictionary's where the stream has none; US or SS, OB or OW decided. */
  vr(keyword: string): string | undefined {
    const element = this.#element(keyword);
    return element && this.#vr(element, keyword);
  }

  /** First value, decoded and without padding. */
  string(keyword: string): string | undefined {
    return this.strings(keyword)[0] || undefined;
  }

  /** All values, decoded and without padding; empty ones between others stay, as `''`. */
  strings(keyword: string): string[] {
    const element = this.#element(keyword);
    if (element === undefined || element.length > MAX_SPLIT_BYTES) return [];
    const vr = this.#vr(element, keyword);
    if (BINARY_WORD_BYTES[vr] !== undefined && vr !== 'UN') return this.numbers(keyword).map(String);
    if (vr === 'SQ' || vr === 'OB') return [];
    const bytes = this.#value(element);
    const text = isText(vr) ? this.#characters().decode(bytes) : Buffer.from(bytes).toString('latin1');
    // Leading spaces are significant in the unsplit text VRs only (PS3.5 §6.2).
    const values = isUnsplit(vr)
      ? [withoutPadding(text, '\0 ')]
      : text.split('\\').map((value) => withoutPadding(value, '\0').trim());
    return values.some((value) => value !== '') ? values : [];
  }

  /** First of `numbers`. */
  number(keyword: string): number | undefined {
    return this.numbers(keyword)[0];
  }

  /** All values of a binary or decimal VR, finite; `[]` if one of them is no number. */
  numbers(keyword: string): number[] {
    const element = this.#element(keyword);
    if (element === undefined || element.length > MAX_SPLIT_BYTES) return [];
    const vr = this.#vr(element, keyword);
    if (BINARY_WORD_BYTES[vr] !== undefined) {
      return readNumbers(this.#value(element), vr, this.#littleEndian);
    }
    if (vr !== 'IS' && vr !== 'DS') return [];
    const texts = Buffer.from(this.#value(element)).toString('latin1').split('\\');
    const numbers = texts.map((text) => Number(withoutPadding(text, '\0').trim() || Number.NaN));
    return numbers.every(Number.isFinite) ? numbers : [];
  }

  /** Items of a sequence, in order. */
  items(keyword: string): Dataset[] {
    const items = this.#element(keyword)?.items ?? [];
    return items.flatMap((item) => (item.dataSet === undefined ? [] : new Dataset(item.dataSet, this)));
  }

  /** Value in little-endian byte order, without a copy where it stands so in the file; `undefined` if absent. */
  bytes(keyword: string): Uint8Array | undefined {
    const element = this.#element(keyword);
    if (element === undefined || element.items !== undefined || element.fragments !== undefined)
      return undefined;
    return toLittleEndian(this.#value(element), this.#vr(element, keyword), this.#littleEndian);
  }

  /** First code of a code sequence (PS3.3 §8). */
  code(keyword: string): Code | undefined {
    return this.codes(keyword)[0];
  }

  /** Every item of a code sequence that has a value; long and URN code values too. */
  codes(keyword: string): Code[] {
    return this.items(keyword).flatMap((item) => item.asCode() ?? []);
  }

  /** This item as a code, where it is one. */
  asCode(): Code | undefined {
    const value = this.string('CodeValue') ?? this.string('LongCodeValue') ?? this.string('URNCodeValue');
    if (value === undefined) return undefined;
    return {
      value,
      scheme: this.string('CodingSchemeDesignator') ?? '',
      meaning: this.string('CodeMeaning') ?? '',
    };
  }

  /**
   * The attribute for copying: bytes untouched (numbers of a big-endian file swapped), padded to even length,
   * under the dictionary's VR where the stream has UN or none. Sequences and encapsulated data: `undefined`.
   */
  raw(keyword: string): RawAttribute | undefined {
    const element = this.#element(keyword);
    const bytes = this.bytes(keyword);
    if (element === undefined || bytes === undefined) return undefined;
    const vr = this.#vr(element, keyword);
    if (vr === 'SQ') return undefined;
    return { tag: attributeOf(keyword).tag, vr, bytes: bytes.length % 2 === 0 ? bytes : padded(bytes, vr) };
  }

  /** PixelData (7FE0,0010) of the data set itself. */
  pixelData(): EncodedPixelData | undefined {
    const element = this.#element('PixelData');
    if (element === undefined) return undefined;
    if (element.fragments === undefined) {
      return { fragments: [this.bytes('PixelData')!], encapsulated: false, basicOffsetTable: [] };
    }
    const bytes = this.#source.byteArray;
    const fragments = element.fragments.map(({ position, length }) =>
      bytes.subarray(position, position + length),
    );
    return { fragments, encapsulated: true, basicOffsetTable: element.basicOffsetTable ?? [] };
  }

  #element(keyword: string): Element | undefined {
    return this.#source.elements[`x${attributeOf(keyword).tag.toLowerCase()}`];
  }

  #value(element: Element): Uint8Array {
    return this.#source.byteArray.subarray(element.dataOffset, element.dataOffset + element.length);
  }

  #vr(element: Element, keyword: string): string {
    if (element.items !== undefined) return 'SQ';
    const stated = element.vr;
    if (stated !== undefined && /^[A-Z]{2}$/.test(stated) && stated !== 'UN') return stated;
    const vr = attributeOf(keyword).vr;
    if (vr === 'xs') return this.#signed() ? 'SS' : 'US';
    if (vr === 'lt') return 'US';
    if (vr === 'ox') return 'OW';
    return vr;
  }

  /** PixelRepresentation (0028,0103), which decides between US and SS, may stand further out. */
  #signed(): boolean {
    const element = this.#source.elements.x00280103;
    if (element !== undefined) return readNumbers(this.#value(element), 'US', this.#littleEndian)[0] === 1;
    return this.#parent === undefined ? false : this.#parent.#signed();
  }

  get #littleEndian(): boolean {
    return this.#source.byteArrayParser !== dicomParser.bigEndianByteArrayParser;
  }

  #inherited(): CharacterSet {
    return this.#parent === undefined ? CharacterSet.default : this.#parent.#characters();
  }

  #characters(): CharacterSet {
    if (this.#characterSet === undefined) {
      const element = this.#source.elements.x00080005;
      this.#characterSet =
        element === undefined
          ? this.#inherited()
          : new CharacterSet(Buffer.from(this.#value(element)).toString('latin1').split('\\'));
    }
    return this.#characterSet;
  }
}

/** UIDs and bytes are padded with NUL, text with a space (PS3.5 §6.2). */
function padded(bytes: Uint8Array, vr: string): Uint8Array {
  const even = new Uint8Array(bytes.length + 1);
  even.set(bytes);
  if (vr !== 'UI' && vr !== 'OB' && vr !== 'UN') even[bytes.length] = 0x20;
  return even;
}
