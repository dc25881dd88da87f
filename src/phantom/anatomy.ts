import { between, type Uniform } from '../random.js';
import { distanceToOutline, type Outline } from './outline.js';
import { sampleTile, type Tile } from './texture.js';

/** How much of the breast is fibroglandular, after the four categories of breast composition (a fatty to d dense). */
export type Composition = 'a' | 'b' | 'c' | 'd';

/**
 * What the breast is made of on a coarse grid, frame of {@link Outline}. All fields are row-major,
 * `rows` × `columns`, sampled every `spacing` mm; full-resolution pixels interpolate between them.
 */
export interface Anatomy {
  rows: number;
  columns: number;
  spacing: number;
  /** Distance to the skin's surface in mm, positive inside. */
  distance: Float32Array;
  /** Fraction of the thickness that attenuates as glandular tissue does (muscle: up to about 1.1). */
  dense: Float32Array;
  /** Strength of the fine texture, in the unit of `dense`. */
  grain: Float32Array;
  /** Weights of the two tiles of fine texture: they change from place to place, so that no tile is seen to repeat. */
  first: Float32Array;
  second: Float32Array;
  /** Strands run where these cross zero; full resolution draws them thin. */
  ducts: Float32Array;
  ligaments: Float32Array;
  /** Strength of both kinds of strand, in the unit of `dense`. */
  strands: Float32Array;
}

interface Amounts {
  /** Glandular region's size relative to the breast. */
  size: number;
  /** Shifts fat lobules (negative) against parenchyma (positive). */
  bias: number;
  /** Dense fraction of the parenchyma at its most. */
  most: number;
  /** Dense fraction inside the lobules between. */
  least: number;
}

const AMOUNTS: Record<Composition, Amounts> = {
  a: { size: 0.8, bias: -1.15, most: 0.3, least: 0.03 },
  b: { size: 0.9, bias: -0.55, most: 0.42, least: 0.06 },
  c: { size: 1.06, bias: 0.1, most: 0.5, least: 0.13 },
  d: { size: 1.24, bias: 0.75, most: 0.55, least: 0.25 },
};

export interface AnatomyOptions {
  outline: Outline;
  composition: Composition;
  rows: number;
  columns: number;
  spacing: number;
  /** Two independent tiles that this projection of this breast shares with the other breast's, and one of its own. */
  shared: [Tile, Tile];
  own: Tile;
  /** Two tiles of one scale (about 9 mm) and unit variance: strands run along their zeros. */
  web: [Tile, Tile];
  random: Uniform;
}

export function buildAnatomy(options: AnatomyOptions): Anatomy {
  const { outline, rows, columns, spacing, random } = options;
  const size = rows * columns;
  const field = () => new Float32Array(size);
  const anatomy: Anatomy = {
    rows,
    columns,
    spacing,
    distance: distanceToOutline(outline.curve, rows, columns, spacing),
    dense: field(),
    grain: field(),
    first: field(),
    second: field(),
    ducts: field(),
    ligaments: field(),
    strands: field(),
  };
  const tissue = tissueAt(options, random);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const cell = row * columns + column;
      // A margin outside keeps interpolation across the skin free of empty cells.
      if (anatomy.distance[cell]! < -2.5 * spacing) continue;
      tissue(anatomy, cell, column * spacing, row * spacing);
    }
  }
  drawVessels(anatomy, outline, random);
  return anatomy;
}

function tissueAt(options: AnatomyOptions, random: Uniform) {
  const { outline, composition, rows, spacing, shared, own, web } = options;
  const { nipple, muscle } = outline;
  const amounts = AMOUNTS[composition];
  const height = rows * spacing;
  const depth = nipple.x;
  const [one, two] = shared;
  const [webOne, webTwo] = web;
  // Parenchyma lies behind the nipple and reaches into the upper outer quadrant.
  const centre = {
    x: depth * between(random, 0.55, 0.6),
    y: nipple.y - height * between(random, 0.03, 0.07),
  };
  const across = depth * 0.36 * amounts.size;
  const along = height * 0.22 * amounts.size;
  const tilt = muscle ? between(random, 0.3, 0.5) : between(random, -0.1, 0.15);
  const cosTilt = Math.cos(tilt);
  const sinTilt = Math.sin(tilt);
  const offset = { x: between(random, 0, 200), y: between(random, 0, 200) };
  const wall = muscle ? muscleEdge(muscle) : undefined;

  return (anatomy: Anatomy, cell: number, x: number, y: number): void => {
    const distance = Math.max(0, anatomy.distance[cell]!);
    const a = 0.84 * sampleTile(one, x, y) + 0.54 * sampleTile(own, x, y);
    const b = 0.84 * sampleTile(two, x, y) + 0.54 * sampleTile(own, y + 61, x + 37);
    // Polar frame around a point before the nipple: what is stretched along its rays converges there.
    const px = nipple.x + 24 - x;
    const py = y - nipple.y;
    const ray = Math.hypot(px, py);
    const angle = Math.atan2(py, px);
    const fromNipple = Math.hypot(nipple.x - x, py);
    const radial = sampleTile(two, ray * 0.32 + offset.x, angle * 70 + offset.y);

    const dx = x - centre.x;
    const dy = y - centre.y;
    const u = (dx * cosTilt + dy * sinTilt) / across;
    const v = (dy * cosTilt - dx * sinTilt) / along;
    const body = Math.hypot(u, v) - 0.27 * a - 0.06 * radial;
    // The subareolar cone ties the parenchyma to the nipple.
    const cone = Math.hypot((fromNipple - depth * 0.26) / (depth * 0.24), angle / 0.36) - 0.25 * b;
    const region = Math.max(smooth(1.35, 0.6, body), 0.55 * smooth(1.25, 0.4, cone));
    // Fat lies under the skin, scalloped by the ligaments, and before the muscle.
    const scallop = Math.abs(sampleTile(webOne, angle * 80 + 17, distance * 0.7)) * 3.5;
    const areola = fromNipple < 14 ? (14 - fromNipple) * 0.4 : 0;
    const subcutaneous = smooth(2.5 + scallop, 11 + scallop + 3 * a, distance + areola);
    const retromammary = smooth(2, 22, x + 7 * b);
    const gland = region * subcutaneous * (muscle ? 1 : 0.3 + 0.7 * retromammary);

    const strand = sampleTile(webTwo, ray * 0.35 + offset.x, angle * 80 + 2 * b + offset.y);
    const lobules = 0.66 * a + 0.55 * b + 0.2 * radial + 0.12 * strand + amounts.bias;
    const filled = 1 / (1 + Math.exp(-2.3 * lobules));
    const detail = 0.3 * b + 0.16 * radial + 0.1 * strand;
    let dense = gland * (amounts.least + (amounts.most - amounts.least) * filled) * (1 + detail);
    dense += 0.06 + 0.035 * a + 0.03 * radial + 0.014 * strand;
    dense += 0.2 * Math.exp(-((fromNipple / 6) ** 2));

    const lit = smooth(-0.7, 1.2, 0.8 * b + 0.4 * a + 0.3 * strand);
    let strands = lit * (0.09 + 0.12 * gland);
    let grain = 0.048 + 0.27 * gland * (0.35 + 0.65 * filled);

    if (wall) {
      const into = wall(x, y);
      if (into > -2) {
        const ragged = into + 0.5 * b + 0.25 * strand;
        const share = smooth(-1, 2.2, ragged) * (0.6 + 0.4 * smooth(0, 30, into));
        const fibres = sampleTile(one, (x + y * 0.45) * 1.6, (y - x * 0.3) * 0.3);
        const bulk = 0.52 + 0.16 * smooth(0, 55, into) + 0.06 * fibres + 0.05 * a + 0.03 * strand;
        dense = dense * (1 - share) + (bulk + 0.3 * dense) * share;
        strands *= 1 - 0.55 * share;
        grain *= 1 - 0.2 * share;
      }
    }
    anatomy.dense[cell] = Math.max(0.005, dense);
    anatomy.strands[cell] = strands * smooth(0.5, 3, distance);
    anatomy.grain[cell] = grain;
    const turn = 2.2 * b;
    anatomy.first[cell] = Math.cos(turn);
    anatomy.second[cell] = Math.sin(turn);
    const bend = sampleTile(webOne, x * 0.22, y * 0.22);
    anatomy.ducts[cell] = sampleTile(webOne, ray * 0.4 + offset.y, angle * 95 + 1.5 * bend + offset.x);
    anatomy.ligaments[cell] = sampleTile(
      webTwo,
      (x + 0.4 * y) * 0.85 + 2 * bend,
      (y - 0.4 * x) * 0.55 + 2 * bend,
    );
  };
}

/** Signed distance in mm to the muscle's slightly convex edge: positive inside the muscle. */
function muscleEdge(muscle: { top: number; bottom: number }): (x: number, y: number) => number {
  const length = Math.hypot(muscle.top, muscle.bottom);
  return (x, y) => {
    const along = Math.max(-0.1, Math.min(1, y / muscle.bottom));
    const bulge = 0.045 * length * Math.sin(Math.PI * Math.max(0, along));
    return (muscle.top * muscle.bottom - x * muscle.bottom - y * muscle.top) / length + bulge;
  };
}

/** A few superficial veins: winding bands that run from behind the areola to the periphery under the skin. */
function drawVessels(anatomy: Anatomy, outline: Outline, random: Uniform): void {
  const { rows, columns, spacing, dense, distance } = anatomy;
  const count = 2 + Math.floor(random() * 3);
  for (let vessel = 0; vessel < count; vessel++) {
    let x = outline.nipple.x - between(random, 12, 26);
    let y = outline.nipple.y + between(random, -30, 20);
    let heading = Math.PI + between(random, -0.2, 0.9) * (random() < 0.65 ? 1 : -0.8);
    let bend = 0;
    const length = between(random, 60, 120);
    const width = between(random, 0.8, 1.25);
    const strength = between(random, 0.07, 0.12);
    for (let gone = 0; gone < length; gone += spacing) {
      bend = 0.92 * bend + between(random, -0.035, 0.035);
      heading += bend * spacing * 0.5;
      x += Math.cos(heading) * spacing;
      y += Math.sin(heading) * spacing;
      const fade = Math.min(1, gone / 12) * Math.min(1, (length - gone) / 25);
      const reach = Math.ceil((width * 2.2) / spacing);
      const row0 = Math.round(y / spacing);
      const column0 = Math.round(x / spacing);
      for (let row = Math.max(0, row0 - reach); row <= Math.min(rows - 1, row0 + reach); row++) {
        for (
          let column = Math.max(0, column0 - reach);
          column <= Math.min(columns - 1, column0 + reach);
          column++
        ) {
          const cell = row * columns + column;
          if (distance[cell]! < 2) continue;
          const away = ((row * spacing - y) ** 2 + (column * spacing - x) ** 2) / (width * width);
          // Steps overlap along the way, so each adds only its share.
          dense[cell] = dense[cell]! + strength * fade * Math.exp(-away) * (spacing / (width * 1.77));
        }
      }
    }
  }
}

/** 0 below `from`, 1 above `to`, smooth between; the other way round when `from` > `to`. */
function smooth(from: number, to: number, value: number): number {
  const t = Math.max(0, Math.min(1, (value - from) / (to - from)));
  return t * t * (3 - 2 * t);
}
