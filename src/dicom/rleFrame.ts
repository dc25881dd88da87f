import { DicomReadError } from './errors.js';

const HEADER_BYTES = 64;

/**
 * A frame of RLE Lossless (PS3.5 annex G). The most widely read of DICOM's compressed transfer syntaxes, and quick.
 *
 * @param segments the planes in PackBits, each row packed by itself (G.3.1)
 * @returns of even length
 */
export function rleFrameOf(segments: readonly Uint8Array[]): Uint8Array {
  const even = (length: number) => length + (length % 2);
  const frame = new Uint8Array(segments.reduce((sum, segment) => sum + even(segment.length), HEADER_BYTES));
  const header = new DataView(frame.buffer, 0, HEADER_BYTES);
  header.setUint32(0, segments.length, true);
  let at = HEADER_BYTES;
  for (const [i, segment] of segments.entries()) {
    header.setUint32(4 + 4 * i, at, true);
    frame.set(segment, at);
    at += even(segment.length);
  }
  return frame;
}

/**
 * The planes of a frame, one after the other.
 *
 * @param samples in each plane
 * @throws DicomReadError `dicom-malformed`
 */
export function decodeRlePlanes(frame: Uint8Array, samples: number): Uint8Array[] {
  const malformed = () => new DicomReadError('dicom-malformed', 'RLE pixel data contradict themselves');
  if (frame.length < HEADER_BYTES) throw malformed();
  const header = new DataView(frame.buffer, frame.byteOffset, HEADER_BYTES);
  const planes = header.getUint32(0, true);
  if (planes < 1 || planes > 15) throw malformed();
  return Array.from({ length: planes }, (_, plane) => {
    const out = new Uint8Array(samples);
    let from = header.getUint32(4 + 4 * plane, true);
    for (let to = 0; to < samples; ) {
      const control = frame[from++];
      if (control === undefined) throw malformed();
      if (control < 128) {
        const literal = frame.subarray(from, from + control + 1);
        if (literal.length <= control || to + literal.length > samples) throw malformed();
        out.set(literal, to);
        from += literal.length;
        to += literal.length;
      } else if (control > 128) {
        const run = 257 - control;
        if (from >= frame.length || to + run > samples) throw malformed();
        out.fill(frame[from++]!, to, to + run);
        to += run;
      }
    }
    return out;
  });
}
