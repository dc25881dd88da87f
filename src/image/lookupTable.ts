import type { Dataset } from '../dicom/index.js';
import { ImageError } from './errors.js';

/** A Modality or VOI lookup table (PS3.3 C.11.1.1, C.11.2.1.1): output by input, clamped at both ends. */
export interface LookupTable {
  /** Input value that the first entry is for. */
  firstMapped: number;
  entries: Uint16Array;
  /** Highest value that the entries can have: 2^bits − 1. */
  maximum: number;
}

/**
 * Reads an item of ModalityLUTSequence (0028,3000) or VOILUTSequence (0028,3010).
 *
 * @param signedInput whether the values that go in can be negative, which decides how the descriptor's second
 *   value is meant
 * @throws ImageError `presentation-broken`
 */
export function readLookupTable(item: Dataset, signedInput: boolean): LookupTable {
  const [count, first, bits] = item.numbers('LUTDescriptor');
  const data = item.bytes('LUTData');
  if (count === undefined || first === undefined || bits === undefined || !data) {
    throw brokenTable('lacks its descriptor or data');
  }
  // 0 stands for 65536 (C.11.1.1.1). The descriptor's VR is often the wrong one of US and SS.
  const length = count & 0xffff || 65536;
  const firstMapped = signedInput ? (first << 16) >> 16 : first & 0xffff;
  const entries = entriesOf(data, length);
  if (!entries) throw brokenTable(`has ${data.length} bytes for ${length} entries`);
  if (!(bits >= 1 && bits <= 16)) throw brokenTable(`has entries of ${bits} bits`);
  // Some writers state too few bits; cutting the entries off would lose the brightest tissue.
  const highest = entries.reduce((max, entry) => Math.max(max, entry), 0);
  const needed = Math.max(bits, Math.ceil(Math.log2(highest + 1)));
  return { firstMapped, entries, maximum: 2 ** needed - 1 };
}

/** Words, or bytes one by one where the data is half as long (LUT entries of 8 bits, packed). */
function entriesOf(data: Uint8Array, length: number): Uint16Array | undefined {
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  if (data.length >= 2 * length) return Uint16Array.from({ length }, (_, i) => view.getUint16(2 * i, true));
  if (data.length === length + (length % 2)) return Uint16Array.from(data.subarray(0, length));
  return undefined;
}

/** Values below the first entry get the first, values beyond the last get the last (C.11.2.1.1). */
export function lookUp(table: LookupTable, value: number): number {
  const index = Math.min(table.entries.length - 1, Math.max(0, Math.round(value) - table.firstMapped));
  return table.entries[index]!;
}

function brokenTable(what: string): ImageError {
  return new ImageError('presentation-broken', `A lookup table of the image ${what}.`, {
    remedy:
      'Check the instance with the maker of the mammography unit: viewers cannot show it properly either.',
  });
}
