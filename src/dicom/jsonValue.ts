import { offsetMinutes } from './dateTime.js';
import type { DicomJson } from './dicomJson.js';
import { attributeOf } from './dictionary.js';
import { decimalString, isInRange } from './ownValues.js';
import { BINARY_WORD_BYTES, writeNumbers } from './values.js';

/* Values of an archive's description (DICOM JSON, PS3.18 Annex F) as a file has them, text in UTF-8. */

/** The value as a file has it; empty where there is none, or none that its VR can hold. */
export function valueFromJson(json: DicomJson, keyword: string): Uint8Array {
  const { vr } = attributeOf(keyword);
  if (BINARY_WORD_BYTES[vr] !== undefined) {
    const numbers = json.numbers(keyword);
    return numbers.every((number) => isInRange(vr, number)) ? writeNumbers(numbers, vr) : new Uint8Array(0);
  }
  if (keyword === 'TimezoneOffsetFromUTC' && offsetMinutes(json.string(keyword) ?? '') === undefined)
    return new Uint8Array(0);
  // JSON numbers can have more digits than a decimal string has room for.
  const texts = vr === 'DS' ? json.numbers(keyword).map(decimalString) : json.strings(keyword);
  return Buffer.from(texts.join('\\'), 'utf8');
}

/** Padded as PS3.5 §6.2 has it: UIDs with a NUL, text with a space. */
export function evenLength(bytes: Uint8Array, vr: string): Uint8Array {
  const even = new Uint8Array(bytes.length + (bytes.length % 2)).fill(vr === 'UI' ? 0 : 0x20);
  even.set(bytes);
  return even;
}
