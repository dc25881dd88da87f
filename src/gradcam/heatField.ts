import { fromSource, type InputGeometry } from '../image/index.js';
import type { HeatMap } from './heatMap.js';

/**
 * A heat map's few cells read as a smooth surface: Catmull-Rom bicubic through the cells' middles. It
 * passes through every cell's own value (a spline that smooths would lower a lone peak to less than half) and
 * shows none of the star pattern of bilinear interpolation. Beyond the middles of the outermost cells it is
 * level; between steep cells it may leave 0…1 by a little.
 *
 * Sampled on a grid of `xs` × `ys`, in cells: x = 0.5 is the middle of the first column.
 */
export class HeatField {
  readonly #map: HeatMap;
  readonly #ys: Taps;
  readonly #xs: Taps;
  /** The row's values at every column of cells. */
  readonly #column: Float32Array;

  constructor(map: HeatMap, xs: ArrayLike<number>, ys: ArrayLike<number>) {
    this.#map = map;
    this.#xs = taps(xs, map.columns);
    this.#ys = taps(ys, map.rows);
    this.#column = new Float32Array(map.columns);
  }

  /** Writes the values at `ys[row]` into `out`, one per element of `xs`. */
  readRow(row: number, out: Float32Array): void {
    const { columns, values } = this.#map;
    const column = this.#column;
    const { cells, weights } = this.#ys;
    column.fill(0);
    for (let tap = row * 4; tap < row * 4 + 4; tap++) {
      const start = cells[tap]! * columns;
      const weight = weights[tap]!;
      for (let c = 0; c < columns; c++) column[c]! += weight * values[start + c]!;
    }
    const xCells = this.#xs.cells;
    const xWeights = this.#xs.weights;
    for (let x = 0, tap = 0; x < out.length; x++, tap += 4) {
      out[x] =
        column[xCells[tap]!]! * xWeights[tap]! +
        column[xCells[tap + 1]!]! * xWeights[tap + 1]! +
        column[xCells[tap + 2]!]! * xWeights[tap + 2]! +
        column[xCells[tap + 3]!]! * xWeights[tap + 3]!;
    }
  }
}

/**
 * The same map in the orientation of the source image, with the straight lines that lead from source pixels
 * (PS3.3 C.18.6: 0 is the left or top edge of the first) to cells: column = xScale · x + xOffset, and
 * likewise for rows. Only the cells are turned; the crop is in scale and offset.
 */
export interface SourceAlignedMap {
  map: HeatMap;
  xScale: number;
  xOffset: number;
  yScale: number;
  yOffset: number;
}

export function alignToSource(map: HeatMap, geometry: InputGeometry): SourceAlignedMap {
  const origin = fromSource(geometry, { x: 0, y: 0 });
  const right = fromSource(geometry, { x: 1, y: 0 });
  const down = fromSource(geometry, { x: 0, y: 1 });
  const perX = map.columns / geometry.inputColumns;
  const perY = map.rows / geometry.inputRows;
  // A quarter turn exchanges the axes: then the source's x runs along the network's y.
  const upright = Math.abs(right.x - origin.x) > Math.abs(right.y - origin.y);
  return upright
    ? {
        map,
        xScale: (right.x - origin.x) * perX,
        xOffset: origin.x * perX,
        yScale: (down.y - origin.y) * perY,
        yOffset: origin.y * perY,
      }
    : {
        map: transposed(map),
        xScale: (right.y - origin.y) * perY,
        xOffset: origin.y * perY,
        yScale: (down.x - origin.x) * perX,
        yOffset: origin.x * perX,
      };
}

function transposed(map: HeatMap): HeatMap {
  const values = new Float32Array(map.values.length);
  for (let r = 0; r < map.rows; r++) {
    for (let c = 0; c < map.columns; c++) values[c * map.rows + r] = map.values[r * map.columns + c]!;
  }
  return { rows: map.columns, columns: map.rows, values, peak: map.peak };
}

interface Taps {
  /** Four cells per position, clamped to the grid. */
  cells: Int32Array;
  /** Their weights, which sum to 1. */
  weights: Float32Array;
}

function taps(positions: ArrayLike<number>, length: number): Taps {
  const cells = new Int32Array(positions.length * 4);
  const weights = new Float32Array(positions.length * 4);
  for (let i = 0; i < positions.length; i++) {
    const position = Math.min(length - 1, Math.max(0, positions[i]! - 0.5));
    const first = Math.floor(position);
    const t = position - first;
    for (let tap = 0; tap < 4; tap++) {
      cells[i * 4 + tap] = Math.min(length - 1, Math.max(0, first - 1 + tap));
    }
    weights[i * 4] = t * (-0.5 + t * (1 - 0.5 * t));
    weights[i * 4 + 1] = 1 + t * t * (-2.5 + 1.5 * t);
    weights[i * 4 + 2] = t * (0.5 + t * (2 - 1.5 * t));
    weights[i * 4 + 3] = t * t * (-0.5 + 0.5 * t);
  }
  return { cells, weights };
}
