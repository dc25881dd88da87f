import { ImageError } from '../errors.js';

/**
 * Stored words of an uncompressed frame (PS3.5 §8.1), without a copy where they stand aligned.
 *
 * A value that is too long is refused like one that is too short: it means that Rows or Columns is wrong, and the
 * picture would come out sheared. One byte of padding to even length is allowed.
 */
export function nativeWords(
  bytes: Uint8Array,
  pixels: number,
  bitsAllocated: 8 | 16,
): Uint8Array | Uint16Array {
  const expected = (pixels * bitsAllocated) / 8;
  if (bytes.length < expected || bytes.length > expected + (expected % 2)) {
    throw new ImageError(
      'pixel-data-broken',
      `Pixel Data has ${bytes.length} bytes instead of ${expected}.`,
      {
        remedy: 'Check the instance in the PACS: it is truncated, or its Rows and Columns are wrong.',
      },
    );
  }
  if (bitsAllocated === 8) return bytes.subarray(0, expected);
  return wordsOf(bytes.subarray(0, expected));
}

/** Little-endian 16-bit words over bytes: a view where they are aligned, a copy otherwise. */
export function wordsOf(bytes: Uint8Array): Uint16Array {
  const aligned = bytes.byteOffset % 2 === 0 ? bytes : bytes.slice();
  return new Uint16Array(aligned.buffer, aligned.byteOffset, aligned.length >> 1);
}
