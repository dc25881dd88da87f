import { Kernel } from './kernels/index.js';
import resizeWasm from './kernels/resize.wasm.js';
import { type Plane, planeOf, readRow, wordsPerUnit } from './plane.js';
import type { DisplayImage, GreyImage } from './types.js';

interface ResizeFunctions {
  addRow(sums: number, pixels: number, width: number, weight: number): void;
  reduceRow(
    sums: number,
    edge: number,
    fraction: number,
    targets: number,
    scale: number,
    values: number,
  ): void;
  toBytes(values: number, count: number, out: number): void;
}

const kernel = new Kernel<ResizeFunctions>(resizeWasm, 8 * 2 ** 20);

/**
 * Area-averaging resize: every target pixel is the mean of the source area under it, pixels at its edges counted
 * by the exact fraction that is covered. Rows and columns scale independently; enlarging repeats pixels.
 *
 * Loops of our own and not `sharp`, whose kernels sample at a finite number of phases and round to the source's
 * depth between the two directions, and which would need a copy of the image in each direction.
 *
 * @param pixels row-major, `rows * columns` long
 * @returns row-major, `targetRows * targetColumns` long, in the units of the source
 */
export function resizeArea(
  pixels: Uint16Array,
  rows: number,
  columns: number,
  targetRows: number,
  targetColumns: number,
): Float32Array {
  return resizePlane(planeOf({ pixels, rows, columns }), targetRows, targetColumns);
}

/** The same of a plane, in 16-bit units whatever the plane's are. */
export function resizePlane(plane: Plane, targetRows: number, targetColumns: number): Float32Array {
  const { rows, columns } = plane;
  const out = new Float32Array(targetRows * targetColumns);
  const [down, across] = [edges(rows, targetRows), edges(columns, targetColumns)];
  const perPixel = wordsPerUnit(plane) / ((columns / targetColumns) * (rows / targetRows));
  eachTargetRow(plane, down, across, perPixel, (values, y) => out.set(values, y * targetColumns));
  return out;
}

/** The image at 8 bits, reduced so that its longer side has `longEdge` pixels; never enlarged. */
export function displayImage(image: GreyImage, longEdge: number): DisplayImage {
  const scale = Math.min(1, longEdge / Math.max(image.rows, image.columns));
  const rows = Math.max(1, Math.round(image.rows * scale));
  const columns = Math.max(1, Math.round(image.columns * scale));
  const pixels = new Uint8Array(rows * columns);
  const [down, across] = [edges(image.rows, rows), edges(image.columns, columns)];
  const perPixel = 1 / ((image.columns / columns) * (image.rows / rows) * 257);
  eachTargetRow(planeOf(image), down, across, perPixel, (_, y, bytes) => pixels.set(bytes(), y * columns));
  return { rows, columns, pixels };
}

/**
 * Means over blocks of whole pixels; those at the right and lower edge may be smaller.
 *
 * @returns row-major, ⌈rows / block⌉ × ⌈columns / block⌉
 */
export function blockMeans(pixels: Uint16Array, rows: number, columns: number, block: number): Float64Array {
  const blocks = (length: number): Edges => {
    const pixel = Int32Array.from({ length: Math.ceil(length / block) + 1 }, (_, i) =>
      Math.min(i * block, length),
    );
    return { pixel, fraction: new Float64Array(pixel.length) };
  };
  const across = blocks(columns);
  const down = blocks(rows);
  const targetColumns = across.pixel.length - 1;
  const means = new Float64Array((down.pixel.length - 1) * targetColumns);
  eachTargetRow(planeOf({ pixels, rows, columns }), down, across, 1, (sums, y) => {
    const height = down.pixel[y + 1]! - down.pixel[y]!;
    for (let x = 0; x < targetColumns; x++) {
      means[y * targetColumns + x] = sums[x]! / (height * (across.pixel[x + 1]! - across.pixel[x]!));
    }
  });
  return means;
}

/**
 * Rows first: the source rows under a target row are added up, whole ones and those at its edges by the fraction that
 * is covered. Across, a running sum tells the area up to each edge. `take` gets the same array again for every row, and
 * the same rounded to bytes where it asks for them.
 */
function eachTargetRow(
  plane: Plane,
  down: Edges,
  across: Edges,
  scale: number,
  take: (values: Float64Array, row: number, bytes: () => Uint8Array) => void,
): void {
  const { columns } = plane;
  const targetRows = down.pixel.length - 1;
  const targetColumns = across.pixel.length - 1;
  // The kernel adds eight pixels at a time; what stands behind the row's end is added up and never read.
  const width = (columns + 7) & ~7;
  const sumsAt = 1024;
  const fractionAt = sumsAt + width * 8;
  const valuesAt = fractionAt + (targetColumns + 1) * 8;
  // Rounded eight at a time.
  const bytesAt = valuesAt + ((targetColumns + 7) & ~7) * 8;
  const edgeAt = bytesAt + ((targetColumns + 7) & ~7);
  const lineAt = (edgeAt + (targetColumns + 1) * 4 + 15) & ~15;
  const { memory, functions } = kernel.instance(lineAt + width * 2);
  new Float64Array(memory.buffer, fractionAt, targetColumns + 1).set(across.fraction);
  new Int32Array(memory.buffer, edgeAt, targetColumns + 1).set(across.pixel);
  const sums = new Float64Array(memory.buffer, sumsAt, width);
  const values = new Float64Array(memory.buffer, valuesAt, targetColumns);
  const line = new Uint16Array(memory.buffer, lineAt, columns);
  const inBytes = new Uint8Array(memory.buffer, bytesAt, targetColumns);
  const bytes = () => {
    functions.toBytes(valuesAt, (targetColumns + 7) & ~7, bytesAt);
    return inBytes;
  };
  let inLine = -1;
  const add = (row: number, weight: number) => {
    // A row on the border of two target rows is still there from the one before.
    if (row !== inLine) readRow(plane, row, line);
    inLine = row;
    functions.addRow(sumsAt, lineAt, width, weight);
  };

  for (let y = 0; y < targetRows; y++) {
    const first = down.pixel[y]!;
    const last = down.pixel[y + 1]!;
    const start = down.fraction[y]!;
    const end = down.fraction[y + 1]!;
    sums.fill(0);
    add(first, first === last ? end - start : 1 - start);
    for (let row = first + 1; row < last; row++) add(row, 1);
    if (last > first && end > 0) add(last, end);
    functions.reduceRow(sumsAt, edgeAt, fractionAt, targetColumns, scale, valuesAt);
    take(values, y, bytes);
  }
}

/** Edges of target pixels on the source: the source pixel that an edge lies in, and how far into it (0 to 1). */
interface Edges {
  pixel: Int32Array;
  fraction: Float64Array;
}

function edges(length: number, target: number): Edges {
  const pixel = new Int32Array(target + 1);
  const fraction = new Float64Array(target + 1);
  for (let i = 0; i <= target; i++) {
    pixel[i] = Math.floor((i * length) / target);
    // In whole units of 1 / target, so that edges that fall together are exactly 0.
    fraction[i] = ((i * length) % target) / target;
  }
  return { pixel, fraction };
}
