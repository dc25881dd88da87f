import type { DisplayImage, GreyImage } from './types.js';

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
  pixels: Uint16Array | Float32Array,
  rows: number,
  columns: number,
  targetRows: number,
  targetColumns: number,
): Float32Array {
  const out = new Float32Array(targetRows * targetColumns);
  eachTargetRow(pixels, rows, columns, targetRows, targetColumns, (values, y) =>
    out.set(values, y * targetColumns),
  );
  return out;
}

/** The image at 8 bits, reduced so that its longer side has `longEdge` pixels; never enlarged. */
export function displayImage(image: GreyImage, longEdge: number): DisplayImage {
  const scale = Math.min(1, longEdge / Math.max(image.rows, image.columns));
  const rows = Math.max(1, Math.round(image.rows * scale));
  const columns = Math.max(1, Math.round(image.columns * scale));
  const pixels = new Uint8Array(rows * columns);
  eachTargetRow(image.pixels, image.rows, image.columns, rows, columns, (values, y) => {
    const at = y * columns;
    for (let x = 0; x < columns; x++) pixels[at + x] = Math.min(255, values[x]! / 257 + 0.5);
  });
  return { rows, columns, pixels };
}

/**
 * Rows first: the source rows under a target row are added up, whole ones and those at its edges by the fraction that is
 * covered. Across, a running sum tells the area up to each edge. `take` gets the same array again for every row.
 */
function eachTargetRow(
  pixels: Uint16Array | Float32Array,
  rows: number,
  columns: number,
  targetRows: number,
  targetColumns: number,
  take: (values: Float64Array, row: number) => void,
): void {
  const across = edges(columns, targetColumns);
  const down = edges(rows, targetRows);
  const perPixel = 1 / ((columns / targetColumns) * (rows / targetRows));
  const sums = new Float64Array(columns);
  const values = new Float64Array(targetColumns);
  for (let y = 0; y < targetRows; y++) {
    const first = down.pixel[y]!;
    const last = down.pixel[y + 1]!;
    const start = down.fraction[y]!;
    const end = down.fraction[y + 1]!;
    sums.fill(0);
    addRow(sums, pixels, first * columns, first === last ? end - start : 1 - start);
    for (let row = first + 1; row < last; row++) addRow(sums, pixels, row * columns, 1);
    if (last > first && end > 0) addRow(sums, pixels, last * columns, end);
    reduceRow(sums, across, perPixel, values);
    take(values, y);
  }
}

function addRow(sums: Float64Array, pixels: Uint16Array | Float32Array, at: number, weight: number): void {
  for (let x = 0; x < sums.length; x++) sums[x] = sums[x]! + weight * pixels[at + x]!;
}

function reduceRow(sums: Float64Array, across: Edges, scale: number, values: Float64Array): void {
  const { pixel, fraction } = across;
  let x = 0;
  let whole = 0;
  let before = 0;
  for (let target = 0; target < values.length; target++) {
    const edge = pixel[target + 1]!;
    while (x < edge) whole += sums[x++]!;
    const part = fraction[target + 1]!;
    const area = part > 0 ? whole + part * sums[x]! : whole;
    values[target] = (area - before) * scale;
    before = area;
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
