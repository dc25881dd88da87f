import type { Point } from '../dicom/index.js';
import type { AttentionRegion } from '../findings/index.js';
import type { Box, InputGeometry } from '../image/index.js';
import { alignToSource, HeatField, type SourceAlignedMap } from './heatField.js';
import type { HeatMap } from './heatMap.js';
import { isoline, type Lattice, simplified } from './isoline.js';

/** The region ends where the heat has fallen to this fraction of the map's maximum. */
const REGION_FRACTION = 0.5;
/** A viewer draws an outline of so many points without strain. */
const MOST_POINTS = 60;

/**
 * Where the network looked, on the source image: the heat map's peak, and the outline of the surroundings
 * in which the heat stays at or above half of its maximum. It is drawn from a map of few cells and shows
 * attention; it is not the outline of a lesion.
 *
 * Points are in source pixels, 0\0 being the top-left corner of the top-left pixel and Columns\Rows the
 * bottom-right corner of the image (PS3.3 C.18.6); all lie within. The outline runs clockwise and has at most
 * 60 points.
 *
 * @returns undefined when there is nothing to point at: the map is flat, or is nowhere below half of its
 *   maximum.
 */
export function attentionRegion(heatMap: HeatMap, geometry: InputGeometry): AttentionRegion | undefined {
  if (!(heatMap.peak > 0)) return undefined;
  const aligned = alignToSource(heatMap, geometry);
  const lattice = sampled(aligned, geometry.crop);
  const peak = strongest(lattice, aligned.map);
  const outline = isoline(lattice, peak, REGION_FRACTION);
  if (outline === undefined) return undefined;

  const step = Math.abs((lattice.xs[1]! - lattice.xs[0]!) * (lattice.ys[1]! - lattice.ys[0]!));
  const within = ({ x, y }: Point): Point => ({
    x: rounded(Math.min(geometry.sourceColumns, Math.max(0, x))),
    y: rounded(Math.min(geometry.sourceRows, Math.max(0, y))),
  });
  return {
    peak: within({
      x: lattice.xs[peak % lattice.xs.length]!,
      y: lattice.ys[Math.floor(peak / lattice.xs.length)]!,
    }),
    outline: simplified(outline, MOST_POINTS, step / 10).map(within),
  };
}

/** The heat over the crop box from edge to edge, fine enough that the middle of every cell is a sample. */
function sampled({ map, xScale, xOffset, yScale, yOffset }: SourceAlignedMap, crop: Box): Lattice {
  const xs = fromEdgeToEdge(crop.left, crop.width, map.columns);
  const ys = fromEdgeToEdge(crop.top, crop.height, map.rows);
  const field = new HeatField(
    map,
    xs.map((x) => xScale * x + xOffset),
    ys.map((y) => yScale * y + yOffset),
  );
  const values = new Float32Array(xs.length * ys.length);
  for (let row = 0; row < ys.length; row++) {
    field.readRow(row, values.subarray(row * xs.length, (row + 1) * xs.length));
  }
  return { xs, ys, values };
}

/**
 * The sample of the greatest heat between the middles of the outermost cells: beyond them the heat is only
 * continued.
 */
function strongest({ xs, ys, values }: Lattice, cells: SourceAlignedMap['map']): number {
  const marginX = (xs.length - 1) / cells.columns / 2;
  const marginY = (ys.length - 1) / cells.rows / 2;
  let best = -1;
  for (let y = marginY; y < ys.length - marginY; y++) {
    for (let x = marginX; x < xs.length - marginX; x++) {
      const at = y * xs.length + x;
      if (best < 0 || values[at]! > values[best]!) best = at;
    }
  }
  return best;
}

function fromEdgeToEdge(start: number, length: number, cells: number): Float64Array {
  const perCell = cells <= 32 ? 8 : cells <= 64 ? 4 : 2;
  const pieces = cells * perCell;
  return Float64Array.from({ length: pieces + 1 }, (_, i) => start + (length * i) / pieces);
}

/** To a hundredth of a pixel: far below what the map can tell, and short in a report. */
function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
