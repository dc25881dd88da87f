import { broken } from './jpegHeader.js';

/**
 * Decodes an RLE frame (PS3.5 annex G): one segment per byte of a pixel, the most significant first.
 *
 * @throws ImageError `pixel-data-broken`
 */
export function decodeRle(
  bytes: Uint8Array,
  pixels: number,
  bitsAllocated: 8 | 16,
): Uint8Array | Uint16Array {
  const segments = bitsAllocated / 8;
  if (bytes.length < 64) throw broken('ends within its RLE header');
  const header = new DataView(bytes.buffer, bytes.byteOffset, 64);
  const count = header.getUint32(0, true);
  if (count !== segments) throw broken(`has ${count} RLE segments instead of ${segments}`);
  const offset = (segment: number) =>
    segment < segments ? header.getUint32(4 + 4 * segment, true) : bytes.length;
  const planes = Array.from({ length: segments }, (_, segment) => {
    const from = offset(segment);
    const to = offset(segment + 1);
    if (from < 64 || from > to || to > bytes.length) throw broken('has RLE segments outside of its data');
    return unpack(bytes.subarray(from, to), pixels);
  });
  if (planes.length === 1) return planes[0]!;
  const [high, low] = planes as [Uint8Array, Uint8Array];
  const words = new Uint16Array(pixels);
  for (let i = 0; i < pixels; i++) words[i] = (high[i]! << 8) | low[i]!;
  return words;
}

/** PackBits (PS3.5 G.3.2) to exactly `length` bytes; padding behind that is left alone. */
function unpack(packed: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length);
  let from = 0;
  let to = 0;
  while (to < length) {
    if (from >= packed.length) throw broken(`ends after ${to} of ${length} bytes of an RLE segment`);
    const control = packed[from++]!;
    if (control < 128) {
      const end = Math.min(from + control + 1, packed.length);
      out.set(packed.subarray(from, Math.min(end, from + length - to)), to);
      to += end - from;
      from = end;
    } else if (control > 128) {
      if (from >= packed.length) throw broken(`ends after ${to} of ${length} bytes of an RLE segment`);
      out.fill(packed[from++]!, to, Math.min(to + 257 - control, length));
      to += 257 - control;
    }
  }
  return out;
}
