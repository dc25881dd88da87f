import type { LesionBox } from '../../dataset/index.js';
import { alignToSource, type HeatMap } from '../../gradcam/index.js';
import type { BreastMask, InputGeometry } from '../../image/index.js';

/** A place of the map by its middle, in pixels of the file. */
export interface MapPlace {
  x: number;
  y: number;
  /** The map's value, 0 to 1. */
  value: number;
}

/** A heat map laid on its file. */
export interface MapPlaces {
  /** Row-major, in the file's orientation. */
  places: MapPlace[];
  rows: number;
  columns: number;
  /** Size of a place in pixels of the file. */
  width: number;
  height: number;
}

/** Where the places of a map lie on the file that the network's input was made from. */
export function placesOnFile(heatMap: HeatMap, geometry: InputGeometry): MapPlaces {
  const { map, xScale, xOffset, yScale, yOffset } = alignToSource(heatMap, geometry);
  const { rows, columns, values } = map;
  const places = Array.from(
    values,
    (value, at): MapPlace => ({
      x: ((at % columns) + 0.5 - xOffset) / xScale,
      y: (Math.floor(at / columns) + 0.5 - yOffset) / yScale,
      value,
    }),
  );
  return { places, rows, columns, width: 1 / Math.abs(xScale), height: 1 / Math.abs(yScale) };
}

/** The box widened by one place of the map on each side, since the map can tell no finer. */
export function holds(box: LesionBox, { x, y }: { x: number; y: number }, map: MapPlaces): boolean {
  return (
    x >= box.x - map.width &&
    x <= box.x + box.width + map.width &&
    y >= box.y - map.height &&
    y <= box.y + box.height + map.height
  );
}

/** The places whose middle lies on the breast: what chance draws from. All where none does. */
export function placesOnBreast({ places }: MapPlaces, mask: BreastMask): MapPlace[] {
  if (!mask.found) return places;
  const own = places.filter(({ x, y }) => {
    const [row, column] = [Math.floor(y / mask.block), Math.floor(x / mask.block)];
    return row >= 0 && column >= 0 && row < mask.rows && column < mask.columns
      ? mask.pixels[row * mask.columns + column] === 1
      : false;
  });
  return own.length === 0 ? places : own;
}

/** Places that are hotter than all around them, the hottest first. Of equal neighbours the first counts. */
export function localPeaks({ places, rows, columns }: MapPlaces): MapPlace[] {
  const peaks = places.filter(({ value }, at) => {
    if (!(value > 0)) return false;
    const [row, column] = [Math.floor(at / columns), at % columns];
    for (let r = Math.max(0, row - 1); r <= Math.min(rows - 1, row + 1); r++)
      for (let c = Math.max(0, column - 1); c <= Math.min(columns - 1, column + 1); c++) {
        const other = r * columns + c;
        const beside = places[other]!.value;
        if (beside > value || (beside === value && other < at)) return false;
      }
    return true;
  });
  return peaks.sort((a, b) => b.value - a.value);
}
