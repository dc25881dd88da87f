import { pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

/** The body grew past what the caller is ready to hold. */
export class BodyTooLarge extends Error {}

/** The body is compressed in a way that cannot be undone here. */
export class BodyEncodingUnknown extends Error {}

/**
 * The whole body, decompressed, in memory of its own (no Buffer pool, so that it can be handed to another thread).
 *
 * Where the length is announced, each byte is copied once. Reading stops as soon as `maxBytes` is passed, also when it
 * is the decompressed body that grows so large.
 *
 * @throws BodyTooLarge, BodyEncodingUnknown, or whatever the stream fails with
 */
export async function readBody(
  stream: Readable,
  headers: { contentLength: string | undefined; contentEncoding: string | undefined },
  maxBytes: number,
): Promise<Uint8Array> {
  // A body that is given up must not bring the process down with a late error event.
  stream.on('error', () => {});
  try {
    const encoding = headers.contentEncoding?.trim().toLowerCase() ?? 'identity';
    const plain = encoding === '' || encoding === 'identity';
    const announced = plain ? announcedLength(headers.contentLength) : undefined;
    if (announced !== undefined && announced > maxBytes) throw new BodyTooLarge();
    const source = plain ? stream : decompressed(stream, encoding);
    return announced === undefined ? await gathered(source, maxBytes) : await filled(source, announced);
  } finally {
    stream.destroy();
  }
}

function announcedLength(value: string | undefined): number | undefined {
  return value !== undefined && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}

async function filled(source: Readable, length: number): Promise<Uint8Array> {
  const body = Buffer.allocUnsafeSlow(length);
  let at = 0;
  for await (const chunk of source as AsyncIterable<Uint8Array>) {
    if (at + chunk.length > length) throw new BodyTooLarge();
    body.set(chunk, at);
    at += chunk.length;
  }
  return new Uint8Array(body.buffer, body.byteOffset, at);
}

async function gathered(source: Readable, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of source as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > maxBytes) throw new BodyTooLarge();
    chunks.push(chunk);
  }
  const body = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.length;
  }
  return body;
}

function decompressed(stream: Readable, encoding: string): Readable {
  const decoder =
    encoding === 'gzip' || encoding === 'x-gzip'
      ? createGunzip()
      : encoding === 'deflate'
        ? createInflate()
        : encoding === 'br'
          ? createBrotliDecompress()
          : undefined;
  if (decoder === undefined) throw new BodyEncodingUnknown();
  // Errors of either side end the decoder, whose reader sees them.
  return pipeline(stream, decoder, () => {});
}
