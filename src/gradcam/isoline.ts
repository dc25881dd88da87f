import type { Point } from '../dicom/index.js';

/** Samples of a surface at the crossings of `xs` and `ys`, row-major. */
export interface Lattice {
  xs: Float64Array;
  ys: Float64Array;
  values: Float32Array;
}

/**
 * The outer outline of the part of a surface that is at or above `level` and hangs together with the sample
 * `start` (marching squares with linear interpolation). At the lattice's border the outline runs along the
 * border.
 *
 * @returns closed outline without repeated points, clockwise as seen on a screen (y down), or undefined when
 *   no sample is below `level`.
 */
export function isoline(lattice: Lattice, start: number, level: number): Point[] | undefined {
  const part = connectedPart(lattice, start, level);
  if (part.size === lattice.values.length) return undefined;
  return longest(tracedLoops(lattice, part.inside, level));
}

/** Flood fill over the four neighbours. */
function connectedPart({ xs, values }: Lattice, start: number, level: number) {
  const columns = xs.length;
  const inside = new Uint8Array(values.length);
  const open = [start];
  let size = 0;
  inside[start] = 1;
  while (open.length > 0) {
    const at = open.pop()!;
    size++;
    const x = at % columns;
    for (const next of [x > 0 ? at - 1 : -1, x + 1 < columns ? at + 1 : -1, at - columns, at + columns]) {
      if (next >= 0 && next < values.length && !inside[next] && values[next]! >= level) {
        inside[next] = 1;
        open.push(next);
      }
    }
  }
  return { inside, size };
}

/**
 * Walks every square of four samples clockwise. Where the walk enters the part and where it leaves it again
 * are two crossings, joined by a piece of the outline; its end is the next square's beginning. Corners that
 * touch only diagonally stay apart, as they do in the flood fill. A ring of samples outside the part, at no
 * distance, closes outlines at the border.
 */
function tracedLoops(lattice: Lattice, inside: Uint8Array, level: number): Point[][] {
  const { xs, ys, values } = lattice;
  const isInside = (i: number, j: number) =>
    i >= 0 && j >= 0 && i < xs.length && j < ys.length && inside[j * xs.length + i] === 1;

  const crossings = new Map<number, Point>();
  const next = new Map<number, number>();
  const corner = (i: number, j: number) => ({ i, j, inside: isInside(i, j) });
  for (let j = -1; j < ys.length; j++) {
    for (let i = -1; i < xs.length; i++) {
      const square = [corner(i, j), corner(i + 1, j), corner(i + 1, j + 1), corner(i, j + 1)];
      const first = square.findIndex((at, k) => at.inside && !square[(k + 3) % 4]!.inside);
      if (first < 0) continue;
      let entered = -1;
      for (let k = first; k < first + 4; k++) {
        const before = square[(k + 3) % 4]!;
        const here = square[k % 4]!;
        const after = square[(k + 1) % 4]!;
        if (here.inside && !before.inside) entered = crossing(before, here);
        if (here.inside && !after.inside) next.set(entered, crossing(here, after));
      }
    }
  }

  function crossing(a: { i: number; j: number; inside: boolean }, b: typeof a): number {
    const horizontal = a.j === b.j;
    const i = Math.min(a.i, b.i) + 1;
    const j = Math.min(a.j, b.j) + 1;
    const id = 2 * (j * (xs.length + 2) + i) + (horizontal ? 0 : 1);
    if (!crossings.has(id)) {
      const [inner, outer] = a.inside ? [a, b] : [b, a];
      const onLattice = outer.i >= 0 && outer.j >= 0 && outer.i < xs.length && outer.j < ys.length;
      const high = values[inner.j * xs.length + inner.i]!;
      const t = onLattice ? (high - level) / (high - values[outer.j * xs.length + outer.i]!) : 0;
      const at = { x: xs[inner.i]!, y: ys[inner.j]! };
      if (onLattice) {
        at.x += t * (xs[outer.i]! - at.x);
        at.y += t * (ys[outer.j]! - at.y);
      }
      crossings.set(id, at);
    }
    return id;
  }

  const loops: Point[][] = [];
  for (const first of next.keys()) {
    const loop: Point[] = [];
    for (let id: number | undefined = first; id !== undefined; ) {
      const point = crossings.get(id)!;
      const last = loop.at(-1);
      if (last === undefined || last.x !== point.x || last.y !== point.y) loop.push(point);
      const following: number | undefined = next.get(id);
      next.delete(id);
      id = following;
    }
    const [head, tail] = [loop[0]!, loop.at(-1)!];
    if (loop.length > 1 && head.x === tail.x && head.y === tail.y) loop.pop();
    loops.push(loop.reverse());
  }
  return loops;
}

/** Holes are loops too, but each lies within the outer one. */
function longest(loops: Point[][]): Point[] | undefined {
  let best: Point[] | undefined;
  for (const loop of loops) {
    if (best === undefined || Math.abs(signedArea(loop)) > Math.abs(signedArea(best))) best = loop;
  }
  return best;
}

/** Area in square pixels, positive when the points run clockwise as seen on a screen (y down). */
function signedArea(points: readonly Point[]): number {
  let twice = 0;
  let from = points.at(-1)!;
  for (const to of points) {
    twice += from.x * to.y - to.x * from.y;
    from = to;
  }
  return twice / 2;
}

/**
 * Leaves out the points that matter least (Visvalingam and Whyatt 1993): always the one that spans the
 * smallest triangle with its neighbours, until at most `most` are left and every triangle is larger than
 * `tolerance` (square pixels).
 */
export function simplified(points: readonly Point[], most: number, tolerance: number): Point[] {
  const left = [...points];
  const areas = left.map((_, k) => triangle(left, k));
  while (left.length > 3) {
    let least = 0;
    for (let k = 1; k < areas.length; k++) if (areas[k]! < areas[least]!) least = k;
    if (left.length <= most && areas[least]! > tolerance) break;
    left.splice(least, 1);
    areas.splice(least, 1);
    for (const k of [(least + left.length - 1) % left.length, least % left.length])
      areas[k] = triangle(left, k);
  }
  return left;
}

function triangle(points: readonly Point[], k: number): number {
  const n = points.length;
  return Math.abs(signedArea([points[(k + n - 1) % n]!, points[k]!, points[(k + 1) % n]!]));
}
