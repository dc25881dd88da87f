import { Kernel } from './kernels/index.js';
import packbitsWasm from './kernels/packbits.wasm.js';

interface PackBitsFunctions {
  packRows(from: number, rows: number, columns: number, planes: number, out: number): number;
}

const kernel = new Kernel<PackBitsFunctions>(packbitsWasm, 2 ** 20);

const BAND_AT = 1024;
/** Samples that go through the kernel's memory at a time: they stay in the cache. */
const BAND_BYTES = 2 ** 17;
const LONGEST_RUN = 128;

/** Samples of 8 bits, those of a pixel side by side. */
export interface InterleavedSamples {
  rows: number;
  columns: number;
  /** Samples of a pixel. */
  planes: number;
  /** `rows * columns * planes` long. */
  samples: Uint8Array;
}

/**
 * Each plane in PackBits, row by row, as RLE Lossless has its segments (PS3.5 G.3.1 and G.4). Black and plain grey in
 * the planes of colour cost next to nothing.
 */
export function packPlanes({ rows, columns, planes, samples }: InterleavedSamples): Uint8Array[] {
  const rowBytes = columns * planes;
  const bandRows = Math.max(1, Math.min(rows, Math.floor(BAND_BYTES / rowBytes)));
  const outAt = BAND_AT + bandRows * rowBytes;
  const worst = bandRows * (columns + Math.ceil(columns / LONGEST_RUN));
  const { memory, functions } = kernel.instance(outAt + worst);
  const bytes = new Uint8Array(memory.buffer);
  const packed = Array.from({ length: planes }, (): Uint8Array[] => []);
  for (let row = 0; row < rows; row += bandRows) {
    const count = Math.min(bandRows, rows - row);
    bytes.set(samples.subarray(row * rowBytes, (row + count) * rowBytes), BAND_AT);
    for (const [plane, parts] of packed.entries())
      parts.push(bytes.slice(outAt, functions.packRows(BAND_AT + plane, count, columns, planes, outAt)));
  }
  return packed.map(joined);
}

function joined(parts: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
