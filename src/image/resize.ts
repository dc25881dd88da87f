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
    for (let x = 0; x < columns; x++) pixels[at + x] = values[x]! / 257 + 0.5;
  });
  return { rows, columns, pixels };
}

/** One pass over the source; the array handed to `take` is used again for the next row. */
function eachTargetRow(
  pixels: Uint16Array | Float32Array,
  rows: number,
  columns: number,
  targetRows: number,
  targetColumns: number,
  take: (values: Float64Array, row: number) => void,
): void {
  const across = coverage(columns, targetColumns);
  const down = coverage(rows, targetRows);
  const perPixel = 1 / ((columns / targetColumns) * (rows / targetRows));
  const line = new Float64Array(targetColumns);
  const sum = new Float64Array(targetColumns);
  let lineOf = -1;
  for (let y = 0; y < targetRows; y++) {
    sum.fill(0);
    for (let from = down.first[y]!; from <= down.last[y]!; from++) {
      // A source row on the border of two target rows is still there from the one before.
      if (from !== lineOf) reduceRow(pixels, from * columns, across, line);
      lineOf = from;
      let weight = 1;
      if (from === down.first[y]) weight = down.firstWeight[y]!;
      else if (from === down.last[y]) weight = down.lastWeight[y]!;
      for (let x = 0; x < targetColumns; x++) sum[x] = sum[x]! + weight * line[x]!;
    }
    for (let x = 0; x < targetColumns; x++) sum[x] = sum[x]! * perPixel;
    take(sum, y);
  }
}

function reduceRow(
  pixels: Uint16Array | Float32Array,
  at: number,
  across: Coverage,
  line: Float64Array,
): void {
  const { first, last, firstWeight, lastWeight } = across;
  for (let x = 0; x < line.length; x++) {
    const from = at + first[x]!;
    const to = at + last[x]!;
    let sum = pixels[from]! * firstWeight[x]!;
    for (let i = from + 1; i < to; i++) sum += pixels[i]!;
    if (to > from) sum += pixels[to]! * lastWeight[x]!;
    line[x] = sum;
  }
}

/** First and last source pixel under each target pixel, and how much of these two is covered (0 to 1). */
interface Coverage {
  first: Int32Array;
  last: Int32Array;
  firstWeight: Float64Array;
  lastWeight: Float64Array;
}

function coverage(length: number, target: number): Coverage {
  const result: Coverage = {
    first: new Int32Array(target),
    last: new Int32Array(target),
    firstWeight: new Float64Array(target),
    lastWeight: new Float64Array(target),
  };
  for (let i = 0; i < target; i++) {
    // Edges in whole units of 1 / target, so that they are exact.
    const start = i * length;
    const end = (i + 1) * length;
    const first = Math.floor(start / target);
    const last = Math.ceil(end / target) - 1;
    result.first[i] = first;
    result.last[i] = last;
    result.firstWeight[i] = (Math.min(end, (first + 1) * target) - start) / target;
    result.lastWeight[i] = (end - last * target) / target;
  }
  return result;
}
