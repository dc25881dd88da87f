import { type Dataset, intentOfClass, isInverted } from '../dicom/index.js';
import { breastMask } from './breast.js';
import type { StoredPixels } from './codecs/index.js';
import { readAttenuation, readModality } from './modality.js';
import type { GreyImage } from './types.js';
import { readVoi, windowed } from './voi.js';
import { lookUpWords } from './wordTable.js';

/** Shares of the breast's pixels left black and white where the image does not say how it is to be shown. */
const DARKEST = 0.005;
const BRIGHTEST = 0.998;

/**
 * The image as a radiologist sees it (PS3.4 N.2): stored values → modality → VOI → presentation, as one table over all
 * stored words and one pass over the pixels.
 *
 * - MONOCHROME1, or Presentation LUT Shape INVERSE, inverts after the VOI; both together, as the mammography IOD
 *   asks for (PS3.3 C.8.11.3.1.2), mean one inversion.
 * - Pixels of Pixel Padding Value, up to Pixel Padding Range Limit (C.7.5.1.1.2), are black.
 * - Without a VOI, and For Processing (see `readAttenuation`), a window is laid around the values in the breast.
 *
 * @param options.overwrite the stored words are not needed any more: where they are of 16 bits the image takes
 *   their place, which saves as much memory as the image has
 * @throws ImageError `presentation-broken`
 */
export function presentationImage(
  dataset: Dataset,
  stored: StoredPixels,
  options: { overwrite?: boolean } = {},
): GreyImage {
  const values = storedValues(stored);
  const padding = paddingOf(dataset, values);
  const { rows, columns } = stored;
  const grey = (brightness: Float64Array, overwrite: boolean): GreyImage => {
    const table = new Uint16Array(brightness.length);
    for (let code = 0; code < table.length; code++) {
      if (!padding[code]) table[code] = Math.round(65535 * Math.min(1, Math.max(0, brightness[code]!)));
    }
    return { rows, columns, pixels: mapped(stored, table, overwrite) };
  };
  const overwrite = options.overwrite ?? false;

  const raw = intentOfClass(dataset.string('SOPClassUID') ?? '') === 'processing';
  const modality = readModality(dataset, stored.signed);
  const meant = values.map(modality);
  const voi = raw ? undefined : readVoi(dataset, stored.signed || meant.some((value) => value < 0));
  const inverted = isInverted(dataset);
  if (voi) {
    const shown = meant.map((value) => (inverted ? 1 - voi(value) : voi(value)));
    return grey(shown, overwrite);
  }

  const growing = raw
    ? meant.map(readAttenuation(dataset))
    : meant.map((value) => (inverted ? -value : value));
  return grey(percentileWindow(growing, stored, padding, grey), overwrite);
}

/** Numeric value of every code: a code is the `bitsStored` bits of a word, without what else the word holds. */
function storedValues({ bitsStored, signed }: StoredPixels): Float64Array {
  const half = 2 ** (bitsStored - 1);
  return new Float64Array(2 ** bitsStored).map((_, code) =>
    signed && code >= half ? code - 2 * half : code,
  );
}

/** The code of a word. */
function codeOf(stored: StoredPixels): (word: number) => number {
  const { bitsStored, shift, signed, overshoots } = stored;
  const mask = 2 ** bitsStored - 1;
  if (!overshoots) return (word) => (word >> shift) & mask;
  const high = signed ? mask >> 1 : mask;
  const low = signed ? -high - 1 : 0;
  // Codecs give signed samples as two's complement of the whole word.
  const wordBits = stored.words instanceof Uint8Array ? 24 : 16;
  return (word) => {
    const value = (signed ? (word << wordBits) >> wordBits : word) >> shift;
    return Math.min(high, Math.max(low, value)) & mask;
  };
}

/** One pass: every word by way of its code. */
function mapped(stored: StoredPixels, byCode: Uint16Array, overwrite: boolean): Uint16Array {
  const { words } = stored;
  const code = codeOf(stored);
  const byWord = new Uint16Array(words instanceof Uint8Array ? 256 : 65536);
  for (let word = 0; word < byWord.length; word++) byWord[word] = byCode[code(word)]!;
  if (words instanceof Uint8Array) return throughBytes(words, byWord);
  const out = overwrite ? words : new Uint16Array(words.length);
  lookUpWords(words, byWord, out);
  return out;
}

function throughBytes(words: Uint8Array, table: Uint16Array): Uint16Array {
  const out = new Uint16Array(words.length);
  for (let i = 0; i < words.length; i++) out[i] = table[words[i]!]!;
  return out;
}

/** 1 for every code that is padding. */
function paddingOf(dataset: Dataset, values: Float64Array): Uint8Array {
  const value = dataset.number('PixelPaddingValue');
  if (value === undefined) return new Uint8Array(values.length);
  const limit = dataset.number('PixelPaddingRangeLimit') ?? value;
  const [low, high] = [Math.min(value, limit), Math.max(value, limit)];
  const padding = new Uint8Array(values.length);
  for (let code = 0; code < values.length; code++) {
    const value = values[code]!;
    if (value >= low && value <= high) padding[code] = 1;
  }
  return padding;
}

/**
 * A window around the values inside the breast. The breast is found on the image shown over its whole range.
 *
 * @param values what each code means, growing with density
 * @returns brightness of each code
 */
function percentileWindow(
  values: Float64Array,
  stored: StoredPixels,
  padding: Uint8Array,
  grey: (brightness: Float64Array, overwrite: boolean) => GreyImage,
): Float64Array {
  const occurring = countCodes(stored).map((count, code) => (padding[code] ? 0 : count));
  const whole = range(values, occurring, 0, 1);
  const mask = breastMask(grey(values.map(windowed('LINEAR_EXACT', whole.center, whole.width)), false));
  const inside = countCodes(stored, (x, y) => {
    return mask.pixels[Math.floor(y / mask.block) * mask.columns + Math.floor(x / mask.block)] === 1;
  }).map((count, code) => (padding[code] ? 0 : count));
  const shown = range(values, inside, DARKEST, BRIGHTEST);
  return values.map(windowed('LINEAR_EXACT', shown.center, shown.width));
}

function countCodes(stored: StoredPixels, wanted?: (x: number, y: number) => boolean): Float64Array {
  const { words, rows, columns, bitsStored } = stored;
  const byWord = new Float64Array(65536);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      if (wanted && !wanted(x, y)) continue;
      const word = words[y * columns + x]!;
      byWord[word] = byWord[word]! + 1;
    }
  }
  const counts = new Float64Array(2 ** bitsStored);
  const code = codeOf(stored);
  byWord.forEach((count, word) => {
    if (count > 0) counts[code(word)] = counts[code(word)]! + count;
  });
  return counts;
}

/** The window between two percentiles of the values, weighted by how often their codes occur. */
function range(
  values: Float64Array,
  counts: Float64Array,
  from: number,
  to: number,
): { center: number; width: number } {
  const codes = Array.from(values.keys())
    .filter((code) => counts[code]! > 0)
    .sort((a, b) => values[a]! - values[b]!);
  const total = codes.reduce((sum, code) => sum + counts[code]!, 0);
  const at = (share: number) => {
    let sum = 0;
    for (const code of codes) {
      sum += counts[code]!;
      if (sum >= share * total) return values[code]!;
    }
    return values[codes.at(-1) ?? 0]!;
  };
  const [low, high] = [at(from), at(to)];
  // All of one value: nothing to tell apart, shown black.
  return high > low ? { center: (low + high) / 2, width: high - low } : { center: high + 1, width: 1 };
}
