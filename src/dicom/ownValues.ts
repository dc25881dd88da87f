import type { Attributes, AttributeValue } from './attributes.js';
import { attributeOf } from './dictionary.js';
import { DicomWriteError } from './errors.js';
import { isValidUid } from './uids.js';
import { BINARY_WORD_BYTES, isText, isUnsplit, writeNumbers } from './values.js';

/** Characters (all single-byte here) that one value may have (PS3.5 table 6.2-1). */
const MAX_LENGTH: Record<string, number> = {
  AE: 16,
  AS: 4,
  CS: 16,
  DA: 8,
  DS: 16,
  DT: 26,
  IS: 12,
  LO: 64,
  LT: 10240,
  PN: 64,
  SH: 16,
  ST: 1024,
  TM: 14,
  UI: 64,
};

const FORM: Record<string, RegExp> = {
  AS: /^\d{3}[DWMY]$/,
  CS: /^[A-Z0-9 _]*$/,
  DA: /^\d{8}$/,
  DS: /^[+-]?(\d+(\.\d*)?|\.\d+)(E[+-]?\d+)?$/i,
  DT: /^\d{4,14}(\.\d{1,6})?([+-]\d{4})?$/,
  IS: /^[+-]?\d+$/,
  TM: /^\d{2}(\d{2}(\d{2}(\.\d{1,6})?)?)?$/,
};

const RANGE: Record<string, [number, number]> = {
  US: [0, 0xffff],
  SS: [-0x8000, 0x7fff],
  UL: [0, 0xffffffff],
  SL: [-0x80000000, 0x7fffffff],
  IS: [-0x80000000, 0x7fffffff],
};

/** Text VRs that no character set touches. */
const IS_ASCII = new Set(['AE', 'AS', 'CS', 'DA', 'DS', 'DT', 'IS', 'TM', 'UI', 'UR']);

/** VRs with a 32-bit length (PS3.5 §7.1.2). */
export function isLongVr(vr: string): boolean {
  return ['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV'].includes(vr);
}

/** Strings and numbers of our own. */
export type PlainValue = Exclude<
  AttributeValue,
  readonly Attributes[] | Uint8Array | Uint16Array | undefined
>;

/**
 * Our own strings and numbers, checked, as bytes of even length.
 *
 * @throws DicomWriteError for what the VR does not allow, and for text outside printable ASCII
 */
export function encodeOwn(keyword: string, vr: string, value: PlainValue): Uint8Array {
  const values: readonly (string | number)[] =
    typeof value === 'object' ? value : value === '' ? [] : [value];
  const known = BINARY_WORD_BYTES[vr] !== undefined || isText(vr) || IS_ASCII.has(vr);
  if ((!known || vr.startsWith('O')) && values.length > 0) {
    throw new DicomWriteError(`${keyword} (${vr}) takes bytes only`);
  }
  if (vr === 'AT')
    return writeNumbers(
      values.flatMap((tag) => tagWords(keyword, tag)),
      vr,
    );
  if (BINARY_WORD_BYTES[vr] !== undefined) {
    return writeNumbers(
      values.map((number) => checkedNumber(keyword, vr, number)),
      vr,
    );
  }
  const text = values.map((one) => checkedText(keyword, vr, one)).join('\\');
  // UIDs are padded with NUL, all other text with a space (PS3.5 §6.2).
  return Buffer.from(text.length % 2 === 0 ? text : `${text}${vr === 'UI' ? '\0' : ' '}`, 'latin1');
}

/** Words are little endian on every machine that Node runs on, as in the file. */
export function isBytes(value: AttributeValue): value is Uint8Array | Uint16Array {
  return value instanceof Uint8Array || value instanceof Uint16Array;
}

/** VR of an attribute whose value is given as bytes. */
export function byteVr(keyword: string, siblings: Attributes): string {
  const vr = ownVr(keyword, undefined, siblings);
  if (!['OB', 'OW', 'UN'].includes(vr)) throw new DicomWriteError(`${keyword} (${vr}) takes no bytes`);
  return vr;
}

/**
 * VR of one of our own attributes.
 *
 * @param siblings the data set that it stands in: PixelRepresentation and BitsAllocated decide ambiguous VRs
 */
export function ownVr(keyword: string, value: AttributeValue, siblings: Attributes): string {
  const { vr } = attributeOf(keyword);
  if (vr === 'xs') {
    const negative = Array.isArray(value) && value.some((one) => typeof one === 'number' && one < 0);
    return siblings.PixelRepresentation === 1 || negative ? 'SS' : 'US';
  }
  // PS3.5 §8.2 and annex A.2: OW where a sample has more than 8 bits.
  if (vr === 'ox') return Number(siblings.BitsAllocated ?? 16) <= 8 ? 'OB' : 'OW';
  if (vr === 'lt') return Array.isArray(value) ? 'US' : 'OW';
  return vr;
}

function checkedNumber(keyword: string, vr: string, value: string | number): number {
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw refused(keyword, vr, 'takes finite numbers');
  if (!isInRange(vr, value))
    throw refused(keyword, vr, `takes whole numbers from ${RANGE[vr]![0]} to ${RANGE[vr]![1]}`);
  return value;
}

/** Whether a VR can hold a number (PS3.5 table 6.2-1). */
export function isInRange(vr: string, value: number): boolean {
  const range = RANGE[vr];
  return range === undefined || (Number.isInteger(value) && value >= range[0] && value <= range[1]);
}

function tagWords(keyword: string, value: string | number): [group: number, element: number] {
  if (typeof value !== 'string' || !/^[0-9A-F]{8}$/.test(value)) {
    throw refused(keyword, 'AT', 'takes tags of eight hexadecimal digits');
  }
  return [Number.parseInt(value.slice(0, 4), 16), Number.parseInt(value.slice(4), 16)];
}

function checkedText(keyword: string, vr: string, value: string | number): string {
  const text = typeof value === 'string' ? value : numberAsText(keyword, vr, value);
  if (!(isUnsplit(vr) ? /^[\x20-\x7e\r\n\t\f]*$/ : /^[\x20-\x5b\x5d-\x7e]*$/).test(text)) {
    throw refused(keyword, vr, 'takes printable ASCII only, and no backslash outside long texts');
  }
  if (text.length > (MAX_LENGTH[vr] ?? Number.POSITIVE_INFINITY)) {
    throw refused(keyword, vr, `takes up to ${MAX_LENGTH[vr]} characters`);
  }
  const formed = text === '' || (vr === 'UI' ? isValidUid(text) : (FORM[vr]?.test(text) ?? true));
  if (!formed) throw refused(keyword, vr, 'is not in the form of its VR');
  return text;
}

function numberAsText(keyword: string, vr: string, value: number): string {
  if (vr === 'DS') return decimalString(value);
  if (vr === 'IS') return String(checkedNumber(keyword, vr, value));
  throw refused(keyword, vr, 'takes strings');
}

/** The value itself may come from a patient's record: it is not repeated. */
function refused(keyword: string, vr: string, why: string): DicomWriteError {
  return new DicomWriteError(`${keyword} (${vr}) ${why}`);
}

/** The nearest decimal of at most 16 characters (DS, PS3.5 §6.2). */
export function decimalString(value: number): string {
  if (!Number.isFinite(value)) throw new DicomWriteError('A decimal string takes finite numbers');
  const exact = String(value);
  if (exact.length <= 16) return exact.toUpperCase();
  for (let digits = 16; digits > 9; digits--) {
    const rounded = Number(value.toPrecision(digits));
    // Small numbers lose digits to leading zeros, which an exponent saves.
    const text = [String(rounded), rounded.toExponential()].find(({ length }) => length <= 16);
    if (text !== undefined) return text.toUpperCase();
  }
  return value.toExponential(8).toUpperCase();
}
