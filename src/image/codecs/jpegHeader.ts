import { ImageError } from '../errors.js';

/** One Huffman table as DHT gives it: codes per length 1…16, and their symbols in order (T.81 B.2.4.2). */
export interface HuffmanSpecification {
  counts: Uint8Array;
  symbols: Uint8Array;
}

/** The process that a start-of-frame marker names (T.81 table B.1; SOF55: T.87). */
export type JpegProcess = 'sequential' | 'lossless' | 'jpeg-ls' | 'other';

/** What stands before the entropy-coded data of a JPEG image with one component and one scan. */
export interface JpegHeader {
  process: JpegProcess;
  precision: number;
  rows: number;
  columns: number;
  components: number;
  /** Number of data units between restart markers; 0: none. */
  restartInterval: number;
  dcTable: HuffmanSpecification | undefined;
  acTable: HuffmanSpecification | undefined;
  /** 64 values in zigzag order. */
  quantisation: Uint16Array | undefined;
  /** Ss of the scan: the predictor in lossless coding. */
  selection: number;
  /** Al of the scan: the point transform in lossless coding. */
  pointTransform: number;
  /** Where the entropy-coded data starts. */
  dataStart: number;
}

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const DHT = 0xc4;
const JPG = 0xc8;
const DAC = 0xcc;
const DQT = 0xdb;
const DRI = 0xdd;
const SOF55 = 0xf7;

/**
 * Reads a JPEG or JPEG-LS header up to its first scan.
 *
 * @throws ImageError `pixel-data-broken` where it is none, or contradicts itself
 */
export function readJpegHeader(bytes: Uint8Array): JpegHeader {
  if (bytes[0] !== 0xff || bytes[1] !== SOI) throw broken('does not start with SOI');
  const header: JpegHeader = {
    process: 'other',
    precision: 0,
    rows: 0,
    columns: 0,
    components: 0,
    restartInterval: 0,
    dcTable: undefined,
    acTable: undefined,
    quantisation: undefined,
    selection: 0,
    pointTransform: 0,
    dataStart: 0,
  };
  const huffman = new Map<number, HuffmanSpecification>();
  const quantisation = new Map<number, Uint16Array>();
  let quantisationSelector = 0;
  let position = 2;
  while (true) {
    while (bytes[position] === 0xff && bytes[position + 1] === 0xff) position++;
    if (position + 4 > bytes.length || bytes[position] !== 0xff) throw broken('has no scan');
    const marker = bytes[position + 1]!;
    if (marker === EOI || marker === 0) throw broken('has no scan');
    const length = (bytes[position + 2]! << 8) | bytes[position + 3]!;
    const segment = bytes.subarray(position + 4, position + 2 + length);
    position += 2 + length;
    if (length < 2 || position > bytes.length) throw broken('ends within its header');

    if (isStartOfFrame(marker)) {
      if (segment.length < 9) throw broken('has a frame header that is too short');
      header.process = processOf(marker);
      header.precision = segment[0]!;
      header.rows = (segment[1]! << 8) | segment[2]!;
      header.columns = (segment[3]! << 8) | segment[4]!;
      header.components = segment[5]!;
      quantisationSelector = segment[8]!;
    } else if (marker === DHT) readHuffman(segment, huffman);
    else if (marker === DQT) readQuantisation(segment, quantisation);
    else if (marker === DRI) header.restartInterval = ((segment[0] ?? 0) << 8) | (segment[1] ?? 0);
    else if (marker === SOS) {
      if (header.precision === 0) throw broken('has a scan before its frame');
      if (segment.length < 4 + 2 * segment[0]!) throw broken('has a scan header that is too short');
      const selectors = segment[2]!;
      header.dcTable = huffman.get(selectors >> 4);
      header.acTable = huffman.get(16 + (selectors & 15));
      header.quantisation = quantisation.get(quantisationSelector);
      const tail = segment.subarray(1 + 2 * segment[0]!);
      header.selection = tail[0]!;
      header.pointTransform = tail[2]! & 15;
      header.dataStart = position;
      return header;
    }
  }
}

function isStartOfFrame(marker: number): boolean {
  if (marker === SOF55) return true;
  return marker >= 0xc0 && marker <= 0xcf && marker !== DHT && marker !== JPG && marker !== DAC;
}

function processOf(marker: number): JpegProcess {
  if (marker === 0xc0 || marker === 0xc1) return 'sequential';
  if (marker === 0xc3) return 'lossless';
  if (marker === SOF55) return 'jpeg-ls';
  return 'other';
}

function readHuffman(segment: Uint8Array, tables: Map<number, HuffmanSpecification>): void {
  let at = 0;
  while (at + 17 <= segment.length) {
    const counts = segment.subarray(at + 1, at + 17);
    const total = counts.reduce((sum, count) => sum + count, 0);
    const symbols = segment.subarray(at + 17, at + 17 + total);
    if (symbols.length !== total) throw broken('has a Huffman table that is too short');
    tables.set(segment[at]! & 0x1f, { counts, symbols });
    at += 17 + total;
  }
}

function readQuantisation(segment: Uint8Array, tables: Map<number, Uint16Array>): void {
  let at = 0;
  while (at < segment.length) {
    const wide = segment[at]! >> 4 !== 0;
    const size = wide ? 128 : 64;
    if (at + 1 + size > segment.length) throw broken('has a quantisation table that is too short');
    const values = new Uint16Array(64);
    for (let k = 0; k < 64; k++) {
      const from = at + 1 + (wide ? 2 * k : k);
      values[k] = wide ? (segment[from]! << 8) | segment[from + 1]! : segment[from]!;
    }
    tables.set(segment[at]! & 15, values);
    at += 1 + size;
  }
}

/** Whether the stream ends with this marker, and at most padding behind it. EOI of JPEG, EOC of JPEG 2000. */
export function endsWithMarker(stream: DataView, marker: number): boolean {
  let end = stream.byteLength;
  while (end > 2 && stream.getUint8(end - 1) === 0) end--;
  return end >= 2 && stream.getUint16(end - 2) === marker;
}

export function broken(what: string, cause?: unknown): ImageError {
  return new ImageError('pixel-data-broken', `The compressed image ${what}.`, {
    remedy: 'Check the instance in the PACS; retrieving it again, or uncompressed, may help.',
    cause,
  });
}
