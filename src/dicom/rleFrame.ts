import { DicomReadError } from './errors.js';

const HEADER_BYTES = 64;
/** A literal run of PackBits holds 128 bytes at most, and has one byte of its own. */
const LONGEST_RUN = 128;

/** Samples of 8 bits, colour by colour. */
export interface ColourPlanes {
  rows: number;
  columns: number;
  planes: number;
  /** Puts one row of one plane into `line`, `columns` long. */
  readRow(plane: number, row: number, line: Uint8Array): void;
}

/**
 * RLE Lossless (PS3.5 annex G): a segment per plane, each row packed by itself. The most widely read of DICOM's
 * compressed transfer syntaxes, and quick: black and plain grey in the planes of colour cost next to nothing.
 *
 * @returns one frame, of even length
 */
export function encodeRle({ rows, columns, planes, readRow }: ColourPlanes): Uint8Array {
  const worstRow = columns + Math.ceil(columns / LONGEST_RUN);
  const out = new Uint8Array(HEADER_BYTES + planes * (rows * worstRow + 1));
  const header = new DataView(out.buffer, 0, HEADER_BYTES);
  header.setUint32(0, planes, true);
  const line = new Uint8Array(columns);
  let end = HEADER_BYTES;
  for (let plane = 0; plane < planes; plane++) {
    header.setUint32(4 + 4 * plane, end, true);
    for (let row = 0; row < rows; row++) {
      readRow(plane, row, line);
      end = packRow(line, out, end);
    }
    end += end % 2;
  }
  return out.slice(0, end);
}

/** PackBits (PS3.5 G.3.1). @returns where the packed row ends */
function packRow(line: Uint8Array, out: Uint8Array, at: number): number {
  const { length } = line;
  let end = at;
  let from = 0;
  while (from < length) {
    const value = line[from]!;
    const limit = Math.min(length, from + LONGEST_RUN);
    let to = from + 1;
    while (to < limit && line[to] === value) to++;
    if (to - from > 1) {
      out[end++] = 257 - (to - from);
      out[end++] = value;
    } else {
      // Two alike within a literal run are not worth the end of it.
      while (to < limit && !(line[to] === line[to + 1] && line[to] === line[to + 2])) to++;
      out[end++] = to - from - 1;
      for (let i = from; i < to; i++) out[end++] = line[i]!;
    }
    from = to;
  }
  return end;
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
