import type { LesionBox } from '../../dataset/index.js';
import type { Point } from '../../dicom/index.js';

interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Shared area of an outline and a box over the area of both together (intersection over union), 0 to 1. */
export function overlapOf(outline: readonly Point[], box: LesionBox, image: Rectangle): number {
  const seen = clipped(outline, image);
  const shared = area(clipped(seen, box));
  const together = area(seen) + box.width * box.height - shared;
  return together > 0 ? shared / together : 0;
}

/** What of a polygon lies within a rectangle (Sutherland and Hodgman 1974); right in area for hollow outlines too. */
function clipped(polygon: readonly Point[], { x, y, width, height }: Rectangle): Point[] {
  const edges: ((point: Point) => number)[] = [
    (point) => point.x - x,
    (point) => x + width - point.x,
    (point) => point.y - y,
    (point) => y + height - point.y,
  ];
  let left = [...polygon];
  for (const inside of edges) {
    const kept: Point[] = [];
    for (const [index, to] of left.entries()) {
      const from = left.at(index - 1)!;
      const [a, b] = [inside(from), inside(to)];
      if (a >= 0 !== b >= 0) {
        const part = a / (a - b);
        kept.push({ x: from.x + part * (to.x - from.x), y: from.y + part * (to.y - from.y) });
      }
      if (b >= 0) kept.push(to);
    }
    left = kept;
  }
  return left;
}

function area(polygon: readonly Point[]): number {
  let twice = 0;
  for (const [index, to] of polygon.entries()) {
    const from = polygon.at(index - 1)!;
    twice += from.x * to.y - to.x * from.y;
  }
  return Math.abs(twice) / 2;
}
