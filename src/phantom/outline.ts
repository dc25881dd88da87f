import { between, type Uniform } from '../random.js';

/** A place in mm; x grows from the chest wall (0) to the nipple, y grows downwards from the upper edge. */
export interface Place {
  x: number;
  y: number;
}

/**
 * The breast's outline in the frame of a left breast as it hangs: chest wall on the left edge of the field.
 * Above is lateral in CC, and the axilla in MLO.
 */
export interface Outline {
  /** Dense open curve from above to below with the breast on its left-hand side (seen along the curve, y down). */
  curve: Place[];
  nipple: Place;
  /** Upper end of the pectoral muscle's edge on the field's upper border, and its end on the chest wall. */
  muscle: { top: number; bottom: number } | undefined;
}

/** What one patient's two breasts share, and what a projection adds. All in mm or without unit. */
export interface BreastShape {
  /** Chest wall to nipple. */
  depth: number;
  /** Half the breast's extent along the chest wall, CC. */
  halfHeight: number;
  /** 0: a half ellipse; 1: fuller towards the corners. */
  fullness: number;
  /** 0 to 1: how far the breast hangs in MLO. */
  sag: number;
  /** 0 to 1: how much of the field the pectoral muscle takes in MLO. */
  muscle: number;
}

export function breastShape(random: Uniform, field: { width: number; height: number }): BreastShape {
  return {
    depth: Math.min(between(random, 88, 112), field.width * between(random, 0.66, 0.76)),
    halfHeight: field.height * between(random, 0.38, 0.44),
    fullness: between(random, 0, 1),
    sag: between(random, 0.2, 0.9),
    muscle: between(random, 0.35, 0.9),
  };
}

/** The same breast's other side: alike within a few per cent. */
export function vary(shape: BreastShape, random: Uniform): BreastShape {
  const near = (value: number) => value * between(random, 0.97, 1.03);
  return {
    depth: near(shape.depth),
    halfHeight: near(shape.halfHeight),
    fullness: Math.min(1, near(shape.fullness)),
    sag: near(shape.sag),
    muscle: near(shape.muscle),
  };
}

export function craniocaudalOutline(shape: BreastShape, height: number, random: Uniform): Outline {
  const centre = height * between(random, 0.48, 0.52);
  // A parabola is slender towards the chest wall, an ellipse full.
  const root = 0.74 - 0.2 * shape.fullness;
  const lean = between(random, 0.94, 1.06);
  const points: Place[] = [];
  for (let i = -10; i <= 10; i++) {
    const along = Math.sin((i / 10) * (Math.PI / 2));
    const half = shape.halfHeight * (i < 0 ? lean : 2 - lean);
    points.push({
      x: shape.depth * (1 - Math.abs(along) ** 2.1) ** root,
      y: centre + half * along,
    });
  }
  const first = points[0]!;
  const last = points[points.length - 1]!;
  // Skin turns away from the breast where it meets the chest.
  points.unshift({ x: -30, y: first.y - 26 }, { x: -9, y: first.y - 9 });
  points.push({ x: -9, y: last.y + 9 }, { x: -30, y: last.y + 26 });
  return withNipple(smoothCurve(points), random, undefined);
}

export function mediolateralObliqueOutline(shape: BreastShape, height: number, random: Uniform): Outline {
  const depth = shape.depth * between(random, 0.99, 1.05);
  const hang = (shape.sag - 0.5) * 0.05;
  const axilla = between(random, 0.44, 0.56);
  const shapePoints: [number, number][] = [
    [axilla + 0.02, -0.12],
    [axilla, 0],
    [axilla + 0.015, 0.1],
    [axilla + 0.12, 0.21 + hang],
    [0.76, 0.34 + hang],
    [0.91, 0.46 + hang],
    [0.985, 0.56 + hang],
    [0.985, 0.64 + hang],
    [0.89, 0.73 + hang],
    [0.7, 0.81 + hang * 0.8],
    [0.48, 0.868 + hang * 0.6],
    [0.32, 0.91 + hang * 0.4],
    [0.25, 0.95],
    [0.25, 1.0],
    [0.28, 1.12],
  ];
  const points = shapePoints.map(([x, y]) => ({ x: depth * x, y: height * y }));
  const muscle = {
    top: depth * axilla * between(random, 0.74, 0.88),
    bottom: height * (0.38 + 0.28 * shape.muscle),
  };
  return withNipple(smoothCurve(points), random, muscle);
}

/** Catmull-Rom through the points, in steps of about half a millimetre. */
function smoothCurve(points: Place[]): Place[] {
  const curve: Place[] = [];
  for (let i = 0; i + 1 < points.length; i++) {
    const a = points[Math.max(0, i - 1)]!;
    const b = points[i]!;
    const c = points[i + 1]!;
    const d = points[Math.min(points.length - 1, i + 2)]!;
    const steps = Math.max(2, Math.ceil(Math.hypot(c.x - b.x, c.y - b.y) * 2));
    for (let step = 0; step < steps; step++) {
      const t = step / steps;
      const blend = (p: number, q: number, r: number, s: number) =>
        q + 0.5 * t * (r - p + t * (2 * p - 5 * q + 4 * r - s + t * (3 * (q - r) + s - p)));
      curve.push({ x: blend(a.x, b.x, c.x, d.x), y: blend(a.y, b.y, c.y, d.y) });
    }
  }
  curve.push(points[points.length - 1]!);
  return curve;
}

/** Pushes the outline out where it reaches furthest from the chest wall. */
function withNipple(curve: Place[], random: Uniform, muscle: Outline['muscle']): Outline {
  let apex = 0;
  for (let i = 1; i < curve.length; i++) if (curve[i]!.x > curve[apex]!.x) apex = i;
  const at = curve[apex]!;
  const height = between(random, 2.4, 4);
  const width = between(random, 4.2, 5.4);
  const nipple = { x: at.x + height * 0.4, y: at.y };
  const bumped = curve.map((point) => {
    const away = Math.abs(point.y - at.y) / width;
    return away > 3 ? point : { x: point.x + height * Math.exp(-(away ** 3)), y: point.y };
  });
  return { curve: bumped, nipple, muscle };
}

/**
 * Distance in mm to the outline on a grid of `columns` × `rows` points every `spacing` mm: positive inside.
 *
 * The nearest point of the curve spreads from grid point to grid point in two sweeps (Danielsson 1980), so the
 * cost does not grow with the curve's length.
 */
export function distanceToOutline(
  curve: Place[],
  rows: number,
  columns: number,
  spacing: number,
): Float32Array {
  const nearest = new Int32Array(rows * columns).fill(-1);
  const squared = new Float32Array(rows * columns).fill(Number.POSITIVE_INFINITY);
  const offer = (row: number, column: number, index: number) => {
    const point = curve[index]!;
    const dx = column * spacing - point.x;
    const dy = row * spacing - point.y;
    const distance = dx * dx + dy * dy;
    const cell = row * columns + column;
    if (distance < squared[cell]!) {
      squared[cell] = distance;
      nearest[cell] = index;
    }
  };
  const clamp = (value: number, last: number) => Math.max(0, Math.min(last, Math.round(value)));
  curve.forEach((point, index) => {
    offer(clamp(point.y / spacing, rows - 1), clamp(point.x / spacing, columns - 1), index);
  });
  const spread = (row: number, column: number, fromRow: number, fromColumn: number) => {
    if (fromRow < 0 || fromRow >= rows || fromColumn < 0 || fromColumn >= columns) return;
    const index = nearest[fromRow * columns + fromColumn]!;
    if (index >= 0) offer(row, column, index);
  };
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      spread(row, column, row - 1, column - 1);
      spread(row, column, row - 1, column);
      spread(row, column, row - 1, column + 1);
      spread(row, column, row, column - 1);
    }
    for (let column = columns - 2; column >= 0; column--) spread(row, column, row, column + 1);
  }
  for (let row = rows - 1; row >= 0; row--) {
    for (let column = columns - 1; column >= 0; column--) {
      spread(row, column, row + 1, column + 1);
      spread(row, column, row + 1, column);
      spread(row, column, row + 1, column - 1);
      spread(row, column, row, column + 1);
    }
    for (let column = 1; column < columns; column++) spread(row, column, row, column - 1);
  }
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const cell = row * columns + column;
      squared[cell] = signedDistance(curve, nearest[cell]!, column * spacing, row * spacing);
    }
  }
  return squared;
}

/** Distance to the curve near its point `index`; positive on the breast's side. */
function signedDistance(curve: Place[], index: number, x: number, y: number): number {
  const before = curve[Math.max(0, index - 1)]!;
  const after = curve[Math.min(curve.length - 1, index + 1)]!;
  const length = Math.hypot(after.x - before.x, after.y - before.y) || 1;
  const tx = (after.x - before.x) / length;
  const ty = (after.y - before.y) / length;
  const point = curve[index]!;
  const across = (y - point.y) * tx - (x - point.x) * ty;
  const along = (x - point.x) * tx + (y - point.y) * ty;
  // Within half a step of the point the perpendicular is exact; beyond it the point itself is nearest.
  const beyond = Math.max(0, Math.abs(along) - length / 2);
  return across < 0 ? -Math.hypot(across, beyond) : Math.hypot(across, beyond);
}
