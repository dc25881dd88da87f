import { randomUUID } from 'node:crypto';
import { type DicomJsonObject, toDicomJson, transferSyntax } from '../dicom/index.js';
import type { HeldInstance } from './archiveHoldings.js';

const { ExplicitVRLittleEndian } = transferSyntax;

/** One part of a multipart answer. */
export interface AnswerPart {
  contentType: string;
  bytes: Uint8Array;
}

/**
 * Whether an instance may go out as it is stored under an Accept header (PS3.18 §8.7.3): this archive does not
 * transcode, and says so.
 */
export function acceptsStored(accept: string, instance: HeldInstance): boolean {
  return accept.split(',').some((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const named = (name: string) =>
      parameters
        .find((p) => p.startsWith(`${name}=`))
        ?.slice(name.length + 1)
        .replaceAll('"', '');
    if (type === '*/*' || type === '') return true;
    const dicom =
      type === 'application/dicom' || (type === 'multipart/related' && named('type') === 'application/dicom');
    const wanted = named('transfer-syntax') ?? ExplicitVRLittleEndian;
    return dicom && (wanted === '*' || wanted === instance.transferSyntaxUID);
  });
}

/** Whether only the bare media type is asked for. */
export function wantsSinglePart(accept: string): boolean {
  return /^\s*application\/dicom\s*(;|,|$)/i.test(accept) && !/multipart/i.test(accept);
}

export function instancePart(instance: HeldInstance): AnswerPart {
  return {
    contentType: `application/dicom; transfer-syntax=${instance.transferSyntaxUID}`,
    bytes: instance.bytes,
  };
}

/** All attributes, with Pixel Data as a reference (PS3.18 §10.4.1.1.2, F.2.6). */
export function metadata(instance: HeldInstance, instanceUrl: string): DicomJsonObject {
  const json: Record<string, { vr: string; Value?: unknown[]; BulkDataURI?: string }> = toDicomJson(
    instance.dataset,
  );
  if (instance.dataset.has('PixelData'))
    json['7FE00010'] = { vr: 'OW', BulkDataURI: `${instanceUrl}/bulkdata/7FE00010` };
  json['00080005'] = { vr: 'CS', Value: ['ISO_IR 192'] };
  // Viewers take it from here, since file meta information is not part of the data set.
  json['00083002'] = { vr: 'UI', Value: [instance.transferSyntaxUID] };
  return json;
}

/**
 * The frames of an image, native ones in Explicit VR Little Endian, encapsulated ones as they are.
 *
 * Undefined where there are no pixels, or the fragments cannot be told apart by frame.
 */
export function frames(instance: HeldInstance): AnswerPart[] | undefined {
  const { dataset, transferSyntaxUID } = instance;
  const pixels = dataset.pixelData();
  if (pixels === undefined) return undefined;
  const number = Math.max(1, dataset.number('NumberOfFrames') ?? 1);
  const part = (bytes: Uint8Array, syntax: string): AnswerPart => ({
    contentType: `application/octet-stream; transfer-syntax=${syntax}`,
    bytes,
  });
  if (!pixels.encapsulated) {
    const all = pixels.fragments[0]!;
    const bits =
      (dataset.number('Rows') ?? 0) *
      (dataset.number('Columns') ?? 0) *
      (dataset.number('SamplesPerPixel') ?? 1);
    const size = (bits * (dataset.number('BitsAllocated') ?? 16)) / 8;
    return Array.from({ length: number }, (_, i) =>
      part(all.subarray(i * size, (i + 1) * size), ExplicitVRLittleEndian),
    );
  }
  if (number === 1) return [part(Buffer.concat(pixels.fragments), transferSyntaxUID)];
  if (pixels.fragments.length !== number) return undefined;
  return pixels.fragments.map((fragment) => part(fragment, transferSyntaxUID));
}

/** A multipart/related body (RFC 2387) in pieces, and its Content-Type. */
export function multipartAnswer(
  parts: readonly AnswerPart[],
  type: string,
): { contentType: string; pieces: Uint8Array[] } {
  const boundary = `mamori-${randomUUID()}`;
  const pieces = parts.flatMap(({ contentType, bytes }, i) => [
    Buffer.from(`${i === 0 ? '' : '\r\n'}--${boundary}\r\nContent-Type: ${contentType}\r\n`),
    Buffer.from(`Content-Length: ${bytes.length}\r\n\r\n`),
    bytes,
  ]);
  pieces.push(Buffer.from(`\r\n--${boundary}--\r\n`));
  return { contentType: `multipart/related; type="${type}"; boundary="${boundary}"`, pieces };
}
