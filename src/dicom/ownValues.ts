import type { DcmjsElement } from 'dcmjs';
import type { Attributes, AttributeValue } from './attributes.js';
import { attributeOf } from './dictionary.js';
import { DicomWriteError } from './errors.js';
import { isValidUid } from './uids.js';
import { isUnsplit } from './values.js';

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
  DS: /^[+-]?(\d+\.?\d*|\.\d+)(E[+-]?\d+)?$/i,
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

/** VRs with a 32-bit length (PS3.5 §7.1.2). */
export function isLongVr(vr: string): boolean {
  return ['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV'].includes(vr);
}

/**
 * One of our own values, checked, as dcmjs takes it. Binary values come out as one ArrayBuffer of even length.
 *
 * @param siblings the data set that it stands in: PixelRepresentation and BitsAllocated decide ambiguous VRs
 */
export function encodeValue(
  keyword: string,
  value: Exclude<AttributeValue, readonly Attributes[]>,
  siblings: Attributes,
): DcmjsElement {
  if (isBytes(value)) return { vr: byteVr(keyword, siblings), Value: [evenBuffer(value)] };
  const vr = ownVr(keyword, value, siblings);
  const values = (Array.isArray(value) ? value : [value]).filter(
    (one) => !(one === '' && !Array.isArray(value)),
  );
  if (vr === 'OB' || vr === 'OW' || vr === 'UN') {
    if (values.length > 0) throw new DicomWriteError(`${keyword} (${vr}) takes bytes only`);
    return { vr, Value: [new ArrayBuffer(0)] };
  }
  return { vr, Value: values.map((one) => checked(keyword, vr, one)) };
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

function ownVr(keyword: string, value: AttributeValue, siblings: Attributes): string {
  const { vr } = attributeOf(keyword);
  if (vr === 'xs') return siblings.PixelRepresentation === 1 ? 'SS' : 'US';
  // PS3.5 §8.2 and annex A.2: OW where a sample has more than 8 bits.
  if (vr === 'ox') return Number(siblings.BitsAllocated ?? 16) <= 8 ? 'OB' : 'OW';
  if (vr === 'lt') return Array.isArray(value) ? 'US' : 'OW';
  return vr;
}

function checked(keyword: string, vr: string, value: string | number): string | number {
  const refuse = (why: string): never => {
    // The value itself may come from a patient's record: it is not repeated.
    throw new DicomWriteError(`${keyword} (${vr}) ${why}`);
  };
  if (vr === 'FL' || vr === 'FD')
    return typeof value === 'number' && Number.isFinite(value) ? value : refuse('takes finite numbers');
  const range = RANGE[vr];
  if (range !== undefined && (vr !== 'IS' || typeof value === 'number')) {
    const fits = Number.isInteger(value) && (value as number) >= range[0] && (value as number) <= range[1];
    if (!fits) refuse(`takes whole numbers from ${range[0]} to ${range[1]}`);
    return vr === 'IS' ? String(value) : value;
  }
  if (vr === 'AT') {
    return /^[0-9A-F]{8}$/.test(String(value)) ? Number.parseInt(String(value), 16) : refuse('takes a tag');
  }
  if (typeof value === 'number' && vr !== 'DS') refuse('takes strings');
  const text = typeof value === 'number' ? decimalString(value) : value;
  if (!(isUnsplit(vr) ? /^[\x20-\x7e\r\n\t\f]*$/ : /^[\x20-\x5b\x5d-\x7e]*$/).test(text)) {
    refuse('takes printable ASCII only, and no backslash outside long texts');
  }
  if (text.length > (MAX_LENGTH[vr] ?? Number.POSITIVE_INFINITY))
    refuse(`takes up to ${MAX_LENGTH[vr]} characters`);
  if (text !== '' && FORM[vr]?.test(text) === false) refuse('is not in the form of its VR');
  if (text !== '' && vr === 'UI' && !isValidUid(text)) refuse('is no valid UID');
  return text;
}

/** The nearest decimal of at most 16 characters (DS, PS3.5 §6.2). */
export function decimalString(value: number): string {
  if (!Number.isFinite(value)) throw new DicomWriteError('A decimal string takes finite numbers');
  const exact = String(value);
  if (exact.length <= 16) return exact.toUpperCase();
  for (let digits = 16; digits > 1; digits--) {
    const rounded = String(Number(value.toPrecision(digits)));
    if (rounded.length <= 16) return rounded.toUpperCase();
  }
  return value.toExponential(8).toUpperCase();
}

function evenBuffer(value: Uint8Array | Uint16Array): ArrayBuffer {
  const even = new Uint8Array(value.byteLength + (value.byteLength % 2));
  even.set(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  return even.buffer;
}
