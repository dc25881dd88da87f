/** One part of a multipart message: its header fields by lower-case name, and its content as a view. */
export interface Part {
  headers: ReadonlyMap<string, string>;
  bytes: Uint8Array;
}

/** The message is not multipart/related as RFC 2046 §5.1 has it: no boundary, no closing delimiter, no headers. */
export class MultipartError extends Error {}

const CR = 13;
const LF = 10;
const DASH = 45;
const MAX_HEADER_BYTES = 16 * 1024;

/** The `boundary` parameter of a Content-Type. */
export function boundaryOf(contentType: string): string | undefined {
  return parameter(contentType, 'boundary');
}

/** One parameter of a header field's value, unquoted (RFC 9110 §5.6.6). */
export function parameter(value: string, name: string): string | undefined {
  const pattern = /;\s*([^\s=;]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;]*))/g;
  for (const [, key, quoted, token] of value.matchAll(pattern)) {
    if (key?.toLowerCase() === name) return quoted === undefined ? token : quoted.replace(/\\(.)/g, '$1');
  }
  return undefined;
}

/**
 * The parts of a complete multipart body, as views on it: nothing is copied.
 *
 * A part's Content-Length is believed only where a delimiter stands behind so many bytes; otherwise the delimiter is
 * looked for.
 *
 * @throws MultipartError also when the closing delimiter is missing, since then the body was cut short
 */
export function readMultipart(body: Uint8Array, boundary: string): Part[] {
  if (boundary === '' || boundary.length > 200) throw new MultipartError('no usable boundary');
  const message = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const delimiter = Buffer.from(`--${boundary}`, 'latin1');
  const parts: Part[] = [];
  let at = firstDelimiter(message, delimiter);
  for (;;) {
    at += delimiter.length;
    if (message[at] === DASH && message[at + 1] === DASH) return parts;
    const { headers, end } = readHeaders(message, afterPadding(message, at));
    const close = endOfPart(message, delimiter, end, headers.get('content-length'));
    parts.push({ headers, bytes: body.subarray(end, close) });
    at = close + 2;
  }
}

/** Where the first delimiter stands; a preamble before it is allowed and ignored. */
function firstDelimiter(message: Buffer, delimiter: Buffer): number {
  for (let at = message.indexOf(delimiter); at !== -1; at = message.indexOf(delimiter, at + 1)) {
    const atLineStart =
      at === 0 || (message[at - 2] === CR && message[at - 1] === LF) || message[at - 1] === LF;
    if (atLineStart && endsDelimiter(message, at + delimiter.length)) return at;
  }
  throw new MultipartError('the boundary does not occur');
}

/** Whether a delimiter may end here, so that `--abc` is not found in `--abcd`. */
function endsDelimiter(message: Buffer, at: number): boolean {
  const next = message[at];
  if (next === DASH) return message[at + 1] === DASH;
  return next === CR || next === LF || next === 32 || next === 9;
}

function afterPadding(message: Buffer, from: number): number {
  let at = from;
  while (message[at] === 32 || message[at] === 9) at++;
  if (message[at] === CR) at++;
  if (message[at] !== LF) throw new MultipartError('the body ends in a delimiter');
  return at + 1;
}

function readHeaders(message: Buffer, from: number): { headers: Map<string, string>; end: number } {
  const headers = new Map<string, string>();
  // A part may have no header fields at all: then an empty line follows at once.
  if (message[from] === CR && message[from + 1] === LF) return { headers, end: from + 2 };
  const window = message.subarray(from, from + MAX_HEADER_BYTES);
  const blank = window.indexOf('\r\n\r\n', 0, 'latin1');
  if (blank === -1) throw new MultipartError('the header fields of a part do not end');
  for (const line of window.toString('latin1', 0, blank).split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return { headers, end: from + blank + 4 };
}

/** Position of the CRLF before the delimiter that ends the part. */
function endOfPart(message: Buffer, delimiter: Buffer, from: number, length: string | undefined): number {
  const isEnd = (at: number) =>
    message[at] === CR &&
    message[at + 1] === LF &&
    message.subarray(at + 2, at + 2 + delimiter.length).equals(delimiter) &&
    endsDelimiter(message, at + 2 + delimiter.length);
  if (length !== undefined && /^\d{1,15}$/.test(length) && isEnd(from + Number(length)))
    return from + Number(length);
  // An empty part may share its CRLF with the blank line that ends its header fields (RFC 2046 5.1.1).
  if (isEnd(from - 2)) return from - 2;
  const line = Buffer.concat([Buffer.from('\r\n'), delimiter]);
  for (let at = message.indexOf(line, from); at !== -1; at = message.indexOf(line, at + 1)) {
    if (isEnd(at)) return at;
  }
  throw new MultipartError('the closing delimiter is missing');
}

/**
 * The pieces of a multipart/related body of `application/dicom` parts: small framing buffers and the instances' own
 * bytes in turn, to be sent one after the other without being joined.
 */
export function multipartPieces(instances: readonly Uint8Array[], boundary: string): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (const [i, bytes] of instances.entries()) {
    pieces.push(
      Buffer.from(`${i === 0 ? '' : '\r\n'}--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`),
    );
    pieces.push(bytes);
  }
  pieces.push(Buffer.from(`\r\n--${boundary}--\r\n`));
  return pieces;
}
