import { type Engine, logit } from '../model/index.js';
import { type HeatMap, heatMapOf } from './heatMap.js';

/** Cells along the input's longer side: fine enough to tell places apart, few enough to wait for. */
const LONG_SIDE = 10;
/** Inputs in one run of the network. */
const BATCH = 8;

/**
 * Where the answer comes from, without gradients (Zeiler and Fergus, "Visualizing and Understanding Convolutional
 * Networks", ECCV 2014): windows of two by two cells, each in turn replaced by its own mean, so that what was in it is
 * gone and its brightness stays. How far the score (logit) falls is the evidence of the window; a cell has the mean of
 * its windows. The network runs once for each window, about a hundred times an image.
 *
 * @param image rows × columns × channels, as the bundle's preparation makes it
 * @param rawProbability the network's answer about the whole image
 * @throws HeatMapError `heat-map-not-finite`
 */
export async function occlusionMap(
  engine: Pick<Engine, 'infer'>,
  image: { input: Float32Array; rows: number; columns: number; channels: number },
  rawProbability: number,
): Promise<HeatMap> {
  const longest = Math.max(image.rows, image.columns);
  const [rows, columns] = [image.rows, image.columns].map((size) =>
    Math.max(2, Math.round((LONG_SIDE * size) / longest)),
  ) as [number, number];
  const windows = Array.from({ length: (rows + 1) * (columns + 1) }, (_, index) => ({
    top: Math.floor(index / (columns + 1)) - 1,
    left: (index % (columns + 1)) - 1,
  }));
  const evidence = new Float32Array(rows * columns);
  const times = new Uint8Array(rows * columns);
  const score = logit(rawProbability);
  for (let from = 0; from < windows.length; from += BATCH) {
    const batch = windows.slice(from, from + BATCH);
    const answers = await engine.infer(batch.map((window) => covered(image, window, rows, columns)));
    for (const [index, { top, left }] of batch.entries()) {
      const fall = score - logit(answers[index]!.rawProbability);
      for (let y = Math.max(0, top); y <= Math.min(rows - 1, top + 1); y++)
        for (let x = Math.max(0, left); x <= Math.min(columns - 1, left + 1); x++) {
          evidence[y * columns + x]! += fall;
          times[y * columns + x]!++;
        }
    }
  }
  return heatMapOf(
    evidence.map((sum, cell) => sum / times[cell]!),
    rows,
    columns,
  );
}

/** A copy whose window of two by two cells of the grid, as far as it lies in the image, is its own mean. */
function covered(
  {
    input,
    rows,
    columns,
    channels,
  }: { input: Float32Array; rows: number; columns: number; channels: number },
  { top, left }: { top: number; left: number },
  gridRows: number,
  gridColumns: number,
): Float32Array {
  const edge = (cell: number, cells: number, size: number) =>
    Math.round((Math.min(cells, Math.max(0, cell)) * size) / cells);
  const [y0, y1] = [edge(top, gridRows, rows), edge(top + 2, gridRows, rows)];
  const [x0, x1] = [edge(left, gridColumns, columns), edge(left + 2, gridColumns, columns)];
  const copy = input.slice();
  for (let channel = 0; channel < channels; channel++) {
    let sum = 0;
    for (let y = y0; y < y1; y++)
      for (let x = x0; x < x1; x++) sum += input[(y * columns + x) * channels + channel]!;
    const mean = sum / ((y1 - y0) * (x1 - x0));
    for (let y = y0; y < y1; y++)
      for (let x = x0; x < x1; x++) copy[(y * columns + x) * channels + channel] = mean;
  }
  return copy;
}
