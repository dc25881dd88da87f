import type { Point } from '../dicom/index.js';

/** How much of each pixel a shape covers: row-major, 0 to 255. */
export interface CoverageMask {
  rows: number;
  columns: number;
  coverage: Uint8Array;
}

/** A closed outline in pixels; the last point joins the first. */
export type Subpath = Point[];

/**
 * Scan conversion with exact area coverage: every edge adds the signed area between itself and the right
 * border of each row that it crosses, and a running sum along the row turns these into coverage. Holes run
 * the other way round than outlines, as in fonts; anything beyond the raster is cut off.
 */
export function rasterise(subpaths: Subpath[], columns: number, rows: number): CoverageMask {
  const area = new Float32Array(rows * (columns + 2));
  for (const points of subpaths) {
    let from = points.at(-1);
    for (const to of points) {
      addEdge(area, from!, to, columns, rows);
      from = to;
    }
  }
  const coverage = new Uint8Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let column = 0; column < columns; column++) {
      sum += area[row * (columns + 2) + column]!;
      coverage[row * columns + column] = Math.round(255 * Math.min(1, Math.abs(sum)));
    }
  }
  return { rows, columns, coverage };
}

function addEdge(area: Float32Array, from: Point, to: Point, columns: number, rows: number): void {
  if (from.y === to.y) return;
  const direction = from.y < to.y ? 1 : -1;
  const [top, bottom] = direction === 1 ? [from, to] : [to, from];
  const slope = (bottom.x - top.x) / (bottom.y - top.y);
  const lastRow = Math.min(rows, Math.ceil(bottom.y));
  for (let row = Math.max(0, Math.floor(top.y)); row < lastRow; row++) {
    const y0 = Math.max(row, top.y);
    const y1 = Math.min(row + 1, bottom.y);
    const clamp = (x: number) => Math.min(columns, Math.max(0, x));
    const x0 = clamp(top.x + slope * (y0 - top.y));
    const x1 = clamp(top.x + slope * (y1 - top.y));
    addSpan(area, row * (columns + 2), Math.min(x0, x1), Math.max(x0, x1), direction * (y1 - y0));
  }
}

/** One row's share of an edge: `height` (signed) of it, running from x = `left` to x = `right`. */
function addSpan(area: Float32Array, start: number, left: number, right: number, height: number): void {
  const first = Math.floor(left);
  const last = Math.floor(right);
  if (first === last) {
    const uncovered = (left + right) / 2 - first;
    area[start + first]! += height * (1 - uncovered);
    area[start + first + 1]! += height * uncovered;
    return;
  }
  const perPixel = height / (right - left);
  // Coverage up to and including each pixel, of which the running sum needs the differences.
  let before = 0;
  for (let column = first; column <= last; column++) {
    const enter = Math.max(left, column);
    const leave = Math.min(right, column + 1);
    const passed = perPixel * (enter - left);
    const inside = perPixel * (leave - enter);
    const covered = passed + inside * (column + 1 - (enter + leave) / 2);
    area[start + column]! += covered - before;
    before = covered;
  }
  area[start + last + 1]! += height - before;
}
