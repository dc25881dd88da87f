import { encodeNative } from './elementEncoder.js';
import { readPart10 } from './part10Reader.js';
import { decodeRlePlanes } from './rleFrame.js';
import { transferSyntax } from './uids.js';

/** Element header, empty Basic Offset Table and item header before the one fragment of a frame (PS3.5 §A.4). */
const BEFORE_FRAGMENT = 12 + 8 + 8;

/** Whether a file that Mamori has written holds compressed pixels. */
export function isCompressed(file: Uint8Array): boolean {
  return metaOf(file).includes(`${transferSyntax.RLELossless}\0`);
}

/**
 * The same instance in Explicit VR Little Endian, for archives that take no compressed pixels: everything but the
 * pixels' encoding stays as it is, byte for byte, the names too.
 *
 * @param file as `secondaryCapture` writes it: samples of 8 bits, one fragment, nothing behind the pixels
 * @returns the file itself where it is not compressed
 * @throws DicomReadError
 */
export function nativeCopy(file: Uint8Array): Uint8Array {
  if (!isCompressed(file)) return file;
  const { dataset } = readPart10(file);
  const fragment = dataset.pixelData()!.fragments[0]!;
  const samples = dataset.number('Rows')! * dataset.number('Columns')!;
  const planes = decodeRlePlanes(fragment, samples);
  const pixels = new Uint8Array(samples * planes.length);
  for (const [plane, values] of planes.entries())
    for (let i = 0; i < samples; i++) pixels[i * planes.length + plane] = values[i]!;

  const head = file.slice(0, fragment.byteOffset - file.byteOffset - BEFORE_FRAGMENT);
  // The two UIDs are of one length.
  const at = metaOf(head).indexOf(`${transferSyntax.RLELossless}\0`);
  head.set(Buffer.from(transferSyntax.ExplicitVRLittleEndian), at);
  return new Uint8Array(Buffer.concat([head, ...encodeNative(pixels).parts]));
}

/** The beginning of a file, where its transfer syntax stands. */
function metaOf(file: Uint8Array): Buffer {
  return Buffer.from(file.buffer, file.byteOffset, Math.min(file.length, 1024));
}
