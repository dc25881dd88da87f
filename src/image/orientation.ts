import type { Box, Orientation } from './types.js';

export type Side = 'left' | 'right' | 'top' | 'bottom';

/** Which pixels of an image are breast, and the rectangle around them. */
interface Covered {
  rows: number;
  columns: number;
  /** 1: breast, 0: not; row-major. */
  pixels: Uint8Array;
  bounds: Box;
}

/** The eight orientations of a rectangle. */
export const ORIENTATIONS: readonly Orientation[] = [false, true].flatMap((flip) =>
  ([0, 1, 2, 3] as const).map((quarterTurns) => ({ flip, quarterTurns })),
);

/** First `first`, then `second`, as one orientation. */
export function composeOrientations(first: Orientation, second: Orientation): Orientation {
  const turns = second.flip
    ? second.quarterTurns - first.quarterTurns
    : second.quarterTurns + first.quarterTurns;
  return {
    flip: first.flip !== second.flip,
    quarterTurns: (((turns % 4) + 4) % 4) satisfies number as Orientation['quarterTurns'],
  };
}

/**
 * The side of the image on which the chest wall lies, from the breast's shape alone: the breast is cut off there, so
 * that along this side of its bounding box nearly everything is breast, and towards the nipple hardly anything.
 *
 * Laterality and PatientOrientation are not asked: files from film scans lack them, and wrong ones exist.
 */
export function chestWallSide(mask: Covered): Side {
  const { rows, columns, pixels, bounds } = mask;
  const depth = {
    x: Math.max(1, Math.round(bounds.width / 10)),
    y: Math.max(1, Math.round(bounds.height / 10)),
  };
  const right = bounds.left + bounds.width;
  const bottom = bounds.top + bounds.height;
  const covered: Record<Side, number> = { left: 0, right: 0, top: 0, bottom: 0 };
  for (let y = bounds.top; y < bottom; y++) {
    for (let x = bounds.left; x < right; x++) {
      if (y >= rows || x >= columns || pixels[y * columns + x] === 0) continue;
      if (x < bounds.left + depth.x) covered.left++;
      if (x >= right - depth.x) covered.right++;
      if (y < bounds.top + depth.y) covered.top++;
      if (y >= bottom - depth.y) covered.bottom++;
    }
  }
  const share: Array<[Side, number]> = [
    ['left', covered.left / (depth.x * bounds.height)],
    ['right', covered.right / (depth.x * bounds.height)],
    ['top', covered.top / (depth.y * bounds.width)],
    ['bottom', covered.bottom / (depth.y * bounds.width)],
  ];
  return share.reduce((best, one) => (one[1] > best[1] ? one : best))[0];
}

/**
 * What brings the chest wall from `side` to the left. From the right it is a flip and not half a turn: head stays
 * up, and the right breast looks like a left one.
 */
export function orientationToLeft(side: Side): Orientation {
  switch (side) {
    case 'left':
      return { flip: false, quarterTurns: 0 };
    case 'right':
      return { flip: true, quarterTurns: 0 };
    case 'top':
      return { flip: false, quarterTurns: 3 };
    case 'bottom':
      return { flip: false, quarterTurns: 1 };
  }
}

/** What brings the brighter half above, by the sums of the rows; the row in the middle counts for neither. */
export function orientationToHeavierAbove(rowSums: Float64Array): Orientation {
  const half = rowSums.length >> 1;
  const sum = (rows: Float64Array) => rows.reduce((total, row) => total + row, 0);
  if (sum(rowSums.subarray(rowSums.length - half)) <= sum(rowSums.subarray(0, half)))
    return { flip: false, quarterTurns: 0 };
  // Up-down: left and right exchanged, then half a turn.
  return { flip: true, quarterTurns: 2 };
}

/** Row-major pixels after flipping left to right, if asked for, and turning clockwise. */
export function oriented(
  pixels: Uint16Array,
  rows: number,
  columns: number,
  orientation: Orientation,
): { pixels: Uint16Array; rows: number; columns: number } {
  const { flip, quarterTurns } = orientation;
  if (!flip && quarterTurns === 0) return { pixels, rows, columns };
  const turned = quarterTurns % 2 === 1;
  const [outRows, outColumns] = turned ? [columns, rows] : [rows, columns];
  // Where source pixel (0, 0) goes, and how far the target moves with each step along a source row and column.
  let origin = 0;
  let alongRow = 0;
  let alongColumn = 0;
  switch (quarterTurns) {
    case 0:
      [origin, alongRow, alongColumn] = [0, 1, outColumns];
      break;
    case 1:
      [origin, alongRow, alongColumn] = [outColumns - 1, outColumns, -1];
      break;
    case 2:
      [origin, alongRow, alongColumn] = [outRows * outColumns - 1, -1, -outColumns];
      break;
    case 3:
      [origin, alongRow, alongColumn] = [(outRows - 1) * outColumns, -outColumns, 1];
      break;
  }
  if (flip) {
    origin += (columns - 1) * alongRow;
    alongRow = -alongRow;
  }
  const out = new Uint16Array(pixels.length);
  // In squares, because with a quarter turn one side of the copy always walks across the cache lines.
  const square = turned ? 32 : columns;
  for (let left = 0; left < columns; left += square) {
    const right = Math.min(left + square, columns);
    for (let y = 0; y < rows; y++) {
      const from = y * columns;
      let to = origin + y * alongColumn + left * alongRow;
      for (let x = left; x < right; x++) {
        out[to] = pixels[from + x]!;
        to += alongRow;
      }
    }
  }
  return { pixels: out, rows: outRows, columns: outColumns };
}
