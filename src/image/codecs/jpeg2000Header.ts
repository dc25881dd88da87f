import { broken, endsWithMarker } from './jpegHeader.js';

/** What the SIZ marker segment of a JPEG 2000 codestream says (ITU-T T.800 A.5.1). */
export interface Jpeg2000Header {
  rows: number;
  columns: number;
  components: number;
  precision: number;
  /** The bare codestream, without the file format's boxes that some writers leave around it. */
  codestream: Uint8Array;
}

const SOC_SIZ = [0xff, 0x4f, 0xff, 0x51];
const SOT = 0xff90;
const EOC = 0xffd9;

/**
 * Reads a codestream's size, and walks its tile-parts to see that none is cut off: the decoders fill in what is
 * missing, and a network would judge a picture that is partly made up.
 *
 * @throws ImageError `pixel-data-broken`
 */
export function readJpeg2000Header(bytes: Uint8Array): Jpeg2000Header {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 4096)).indexOf(
    Buffer.from(SOC_SIZ),
  );
  if (start < 0 || start + 45 > bytes.length) throw broken('is no JPEG 2000 codestream');
  const codestream = bytes.subarray(start);
  const view = new DataView(codestream.buffer, codestream.byteOffset, codestream.length);
  // Subsampled grey, or tiles without end: no encoder makes them, and decoders have been seen to go astray on them.
  const tiles = (axis: number) =>
    Math.ceil((view.getUint32(8 + axis) - view.getUint32(32 + axis)) / view.getUint32(24 + axis));
  if (view.getUint8(43) !== 1 || view.getUint8(44) !== 1 || !(tiles(0) * tiles(4) <= 65535)) {
    throw broken('has an impossible size in its header');
  }
  checkTileParts(view, tiles(0) * tiles(4));
  return {
    columns: view.getUint32(8) - view.getUint32(16),
    rows: view.getUint32(12) - view.getUint32(20),
    components: view.getUint16(40),
    precision: (view.getUint8(42) & 0x7f) + 1,
    codestream,
  };
}

/** A stream may end between two tile-parts as well: each tile's headers say how many it has (ITU-T T.800 A.4.2). */
function checkTileParts(view: DataView, tiles: number): void {
  let at = 2;
  const marker = () => (at + 4 <= view.byteLength ? view.getUint16(at) : 0);
  while (marker() !== SOT) {
    if (marker() === 0) throw broken('ends within its main header');
    at += 2 + view.getUint16(at + 2);
  }
  const ended = endsWithMarker(view, EOC);
  const parts = new Map<number, { seen: number; told: number }>();
  while (marker() === SOT) {
    if (at + 12 > view.byteLength) throw broken('ends within a tile-part header');
    const tile = view.getUint16(at + 4);
    const { seen, told } = parts.get(tile) ?? { seen: 0, told: 0 };
    parts.set(tile, { seen: seen + 1, told: Math.max(told, view.getUint8(at + 11)) });
    const length = view.getUint32(at + 6);
    // Psot 0: this last tile-part reaches to the end of the codestream.
    if (length === 0 && !ended) throw broken('ends within its last tile-part');
    if (length === 0) break;
    if (length < 14 || at + length > view.byteLength) throw broken('ends within a tile-part');
    at += length;
  }
  const short = [...parts.values()].some(({ seen, told }) => (told === 0 ? !ended : seen < told));
  if (short || parts.size < tiles) throw broken('lacks tile-parts');
}
