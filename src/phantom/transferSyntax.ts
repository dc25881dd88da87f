import { deflateRawSync } from 'node:zlib';
import { transferSyntax } from '../dicom/index.js';
import { concatenate, type Element, type Encoding, encodeElements, splitPart10 } from './examDataset.js';

const META_TRANSFER_SYNTAX = 0x00020010;
const META_LENGTH = 0x00020000;

/** The transfer syntaxes that need no image codec. */
export const NATIVE_ENCODINGS: Record<string, Encoding & { deflated?: boolean }> = {
  [transferSyntax.ImplicitVRLittleEndian]: { implicit: true },
  [transferSyntax.ExplicitVRLittleEndian]: {},
  [transferSyntax.DeflatedExplicitVRLittleEndian]: { deflated: true },
  [transferSyntax.ExplicitVRBigEndian]: { bigEndian: true },
};

/**
 * The same instance (Explicit VR Little Endian, as `writePart10` makes it) in another native transfer syntax.
 *
 * @throws RangeError for a transfer syntax that needs an image codec
 */
export function reencode(bytes: Uint8Array, transferSyntaxUID: string): Uint8Array {
  const encoding = NATIVE_ENCODINGS[transferSyntaxUID];
  if (!encoding) throw new RangeError(`${transferSyntaxUID} is not a native transfer syntax`);
  if (transferSyntaxUID === transferSyntax.ExplicitVRLittleEndian) return bytes;
  const { meta, dataset } = splitPart10(bytes);
  return joinPart10(meta, dataset, transferSyntaxUID);
}

/** A Part 10 file with the transfer syntax named in its file meta information (PS3.10 §7.1). */
export function joinPart10(meta: Element[], dataset: Element[], transferSyntaxUID: string): Uint8Array {
  const encoding = NATIVE_ENCODINGS[transferSyntaxUID] ?? {};
  const rest = meta.filter(({ tag }) => tag !== META_TRANSFER_SYNTAX && tag !== META_LENGTH);
  const content = encodeElements([
    ...rest,
    { tag: META_TRANSFER_SYNTAX, vr: 'UI', value: Buffer.from(transferSyntaxUID, 'latin1') },
  ]);
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, content.length, true);
  const preamble = new Uint8Array(132);
  preamble.set(Buffer.from('DICM', 'latin1'), 128);
  let body = encodeElements(dataset, encoding);
  if (encoding.deflated) {
    const deflated = deflateRawSync(body);
    body = deflated.length % 2 ? concatenate([deflated, new Uint8Array(1)]) : deflated;
  }
  const lengthElement = encodeElements([{ tag: META_LENGTH, vr: 'UL', value: length }]);
  return concatenate([preamble, lengthElement, content, body]);
}
