import { pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

/** The body grew past what the caller is ready to hold. */
export class BodyTooLarge extends Error {}

/** The body is compressed in a way that cannot be undone here. */
export class BodyEncodingUnknown extends Error {}

/**
 * The whole body, decompressed, in memory of its own (no Buffer pool, so that it can be handed to another thread), or
 * in what `allocate` gives: at least as many bytes as asked for.
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
  allocate: (bytes: number) => ArrayBuffer = (bytes) => new ArrayBuffer(bytes),
): Promise<Uint8Array> {
  // A body that is given up must not bring the process down with a late error event.
  stream.on('error', () => {});
  try {
    const encoding = headers.contentEncoding?.trim().toLowerCase() ?? 'identity';
    const plain = encoding === '' || encoding === 'identity';
    const announced = plain ? announcedLength(headers.contentLength) : undefined;
    if (announced !== undefined && announced > maxBytes) throw new BodyTooLarge();
    const source = plain ? stream : decompressed(stream, encoding);
    return announced === undefined
      ? await gathered(source, maxBytes, allocate)
      : await filled(source, announced, allocate);
  } finally {
    stream.destroy();
  }
}

function announcedLength(value: string | undefined): number | undefined {
  return value !== undefined && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}

async function filled(
  source: Readable,
  length: number,
  allocate: (bytes: number) => ArrayBuffer,
): Promise<Uint8Array> {
  const body = new Uint8Array(allocate(length));
  let at = 0;
  for await (const chunk of source as AsyncIterable<Uint8Array>) {
    if (at + chunk.length > length) throw new BodyTooLarge();
    body.set(chunk, at);
    at += chunk.length;
  }
  return body.subarray(0, at);
}

async function gathered(
  source: Readable,
  maxBytes: number,
  allocate: (bytes: number) => ArrayBuffer,
): Promise<Uint8Array> {
  let body = new Uint8Array(0);
  let at = 0;
  for await (const chunk of source as AsyncIterable<Uint8Array>) {
    const end = at + chunk.length;
    if (end > maxBytes) throw new BodyTooLarge();
    if (end > body.length) {
      const larger = new Uint8Array(allocate(Math.max(end, 2 * body.length)));
      larger.set(body.subarray(0, at));
      body = larger;
    }
    body.set(chunk, at);
    at = end;
  }
  return body.subarray(0, at);
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
