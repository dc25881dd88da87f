import { Kernel } from '../kernels/index.js';
import jpegWasm from '../kernels/jpeg.wasm.js';
import { broken, type HuffmanSpecification, type JpegHeader } from './jpegHeader.js';

interface JpegFunctions {
  start(data: number, length: number): void;
  losslessRows(
    out: number,
    rows: number,
    columns: number,
    table: number,
    predictor: number,
    origin: number,
    first: boolean,
    afterRestart: boolean,
  ): number;
  startDct(restartInterval: number): void;
  dctBlockRow(
    out: number,
    stride: number,
    blocks: number,
    dcTable: number,
    acTable: number,
    quantisation: number,
    zigzag: number,
    scratch: number,
    precision: number,
  ): number;
}

const kernel = new Kernel<JpegFunctions>(jpegWasm, 32 * 2 ** 20);

/** Bits that the first look at a Huffman code takes in; the kernel's layout of tables rests on it. */
const SHORT_BITS = 13;
const SHORT_BYTES = 4 << SHORT_BITS;
const TABLE_BYTES = SHORT_BYTES + 2 * 65536;
const TABLE_AT = 1024;
const AC_TABLE_AT = TABLE_AT + TABLE_BYTES;
const QUANTISATION_AT = AC_TABLE_AT + TABLE_BYTES;
const ZIGZAG_AT = QUANTISATION_AT + 256;
const SCRATCH_AT = ZIGZAG_AT + 64;
const DATA_AT = SCRATCH_AT + 256;
const BAND_BYTES = 2 ** 19;

/**
 * Decodes lossless JPEG (T.81 annex H, every predictor), one component of 2 to 16 bits.
 *
 * @returns rows × columns samples, row-major
 * @throws ImageError `pixel-data-broken`
 */
export function decodeLosslessJpeg(
  bytes: Uint8Array,
  header: JpegHeader,
  allocate: (words: number) => Uint16Array,
): Uint16Array {
  const { rows, columns, precision, pointTransform, selection: predictor, restartInterval } = header;
  if (!header.dcTable) throw broken('names a Huffman table that it does not have');
  if (precision < 2 || precision > 16) throw broken(`says that it has ${precision} bits per sample`);
  if (predictor < 1 || predictor > 7) throw broken(`names predictor ${predictor}, which there is not`);
  if (restartInterval % columns !== 0) throw broken('restarts within a row');

  const band = bandOf(bytes, header, 2 * columns, 1);
  const { functions, samples } = band;
  fillTable(band.memory, TABLE_AT, header.dcTable, true);
  const origin = 1 << Math.max(0, precision - pointTransform - 1);
  const restartRows = restartInterval / columns;
  const out = allocate(rows * columns);
  for (let y = 0; y < rows; ) {
    // The row above the band stays in front of it, for the predictors.
    const restarts = restartRows > 0 && y > 0 && y % restartRows === 0;
    const left = restartRows > 0 ? restartRows - (y % restartRows) : rows;
    const height = Math.min(band.rows - 1, rows - y, left);
    const first = y === 0 || restarts;
    const at = band.at + 2 * columns;
    if (!functions.losslessRows(at, height, columns, TABLE_AT, predictor, origin, first, restarts)) {
      throw broken(`is damaged or ends near row ${y} of ${rows}`);
    }
    out.set(samples.subarray(columns, (height + 1) * columns), y * columns);
    samples.copyWithin(0, height * columns, (height + 1) * columns);
    y += height;
  }
  if (pointTransform > 0) for (let i = 0; i < out.length; i++) out[i] = out[i]! << pointTransform;
  return out;
}

/**
 * Decodes baseline and extended sequential JPEG (T.81 annex F, Huffman), one component of 8 or 12 bits.
 *
 * @returns rows × columns samples, row-major
 * @throws ImageError `pixel-data-broken`
 */
export function decodeSequentialJpeg(
  bytes: Uint8Array,
  header: JpegHeader,
  allocate: (words: number) => Uint16Array,
): Uint16Array {
  const { rows, columns, precision } = header;
  if (!header.dcTable || !header.acTable) throw broken('names a Huffman table that it does not have');
  if (!header.quantisation) throw broken('names a quantisation table that it does not have');
  if (precision !== 8 && precision !== 12) throw broken(`says that it has ${precision} bits per sample`);

  const blocks = Math.ceil(columns / 8);
  const width = blocks * 8;
  const band = bandOf(bytes, header, 2 * width, 8);
  fillTable(band.memory, TABLE_AT, header.dcTable, false);
  fillTable(band.memory, AC_TABLE_AT, header.acTable, false);
  const zigzag = zigzagOrder();
  new Uint8Array(band.memory.buffer, ZIGZAG_AT, 64).set(zigzag);
  const quantisation = new Int32Array(band.memory.buffer, QUANTISATION_AT, 64);
  for (let k = 0; k < 64; k++) quantisation[zigzag[k]!] = header.quantisation[k]!;

  band.functions.startDct(header.restartInterval);
  const out = allocate(rows * columns);
  for (let top = 0; top < rows; top += 8) {
    const good = band.functions.dctBlockRow(
      band.at,
      2 * width,
      blocks,
      TABLE_AT,
      AC_TABLE_AT,
      QUANTISATION_AT,
      ZIGZAG_AT,
      SCRATCH_AT,
      precision,
    );
    if (!good) throw broken(`is damaged or ends near row ${top} of ${rows}`);
    const height = Math.min(8, rows - top);
    for (let y = 0; y < height; y++) {
      out.set(band.samples.subarray(y * width, y * width + columns), (top + y) * columns);
    }
  }
  return out;
}

/** The kernel with the entropy-coded data in its memory, and a band of rows behind that for what it decodes. */
function bandOf(bytes: Uint8Array, header: JpegHeader, rowBytes: number, atLeast: number) {
  const data = bytes.subarray(header.dataStart);
  const at = (DATA_AT + data.length + 31) & ~15;
  const rows = atLeast + Math.max(1, Math.floor(BAND_BYTES / rowBytes));
  const { memory, functions } = kernel.instance(at + rows * rowBytes);
  new Uint8Array(memory.buffer, DATA_AT, data.length).set(data);
  functions.start(DATA_AT, data.length);
  return { memory, functions, at, rows, samples: new Uint16Array(memory.buffer, at, (rows * rowBytes) / 2) };
}

/**
 * Writes a Huffman table in the kernel's two forms: by the next 13 bits, with the difference that follows where it
 * fits in too, and by the next 16 bits (kernels/jpeg.as says how the entries look).
 */
function fillTable(
  memory: WebAssembly.Memory,
  at: number,
  table: HuffmanSpecification,
  differences: boolean,
): void {
  const short = new Int32Array(memory.buffer, at, 1 << SHORT_BITS);
  const long = new Uint16Array(memory.buffer, at + SHORT_BYTES, 65536);
  short.fill(0);
  long.fill(0);
  let code = 0;
  let index = 0;
  for (let length = 1; length <= 16; length++) {
    for (let n = table.counts[length - 1]!; n > 0; n--) {
      const symbol = table.symbols[index++]!;
      if (code + 1 > 1 << length) throw broken('has a Huffman table with too many codes');
      if (differences && symbol > 16) throw broken('has a Huffman table for differences beyond 16 bits');
      const span = 1 << (16 - length);
      long.fill((symbol << 8) | length, code * span, (code + 1) * span);
      if (differences && length <= SHORT_BITS) shortEntries(short, code, length, symbol);
      code++;
    }
    code *= 2;
  }
}

function shortEntries(short: Int32Array, code: number, length: number, category: number): void {
  const rest = SHORT_BITS - length;
  const from = code << rest;
  if (category > rest || category > 15) {
    short.fill((category << 8) | length, from, from + (1 << rest));
    return;
  }
  for (let bits = 0; bits < 1 << rest; bits++) {
    const value = bits >> (rest - category);
    const negative = category > 0 && value < 1 << (category - 1);
    const difference = negative ? value - (1 << category) + 1 : value;
    short[from + bits] = (difference << 16) | 0x8000 | (length + category);
  }
}

/** Natural position of each coefficient in zigzag order (T.81 figure A.6). */
function zigzagOrder(): Uint8Array {
  const order = new Uint8Array(64);
  let index = 0;
  for (let diagonal = 0; diagonal < 15; diagonal++) {
    const cells: number[] = [];
    for (let row = Math.max(0, diagonal - 7); row <= Math.min(7, diagonal); row++)
      cells.push(row * 8 + diagonal - row);
    if (diagonal % 2 === 0) cells.reverse();
    for (const cell of cells) order[index++] = cell;
  }
  return order;
}
