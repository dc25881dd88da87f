import type { Anatomy } from './anatomy.js';
import type { Patch } from './lesion.js';
import type { Tile } from './texture.js';

/** Pixels of the whole field in display order of the projection, each an index into a tone table. */
export interface Exposure {
  rows: number;
  columns: number;
  /**
   * Row-major. 0 is air; 1 to 65535 is attenuation in steps of {@link ATTENUATION_STEP}, or — for presentation —
   * brightness from black to white.
   */
  values: Uint16Array;
}

/** Size of one step of attenuation (natural logarithm of the loss of intensity). */
export const ATTENUATION_STEP = 6 / 65535;

/** Attenuation per mm at about 20 keV (ICRU 44 tissue compositions): fat, and what gland, skin and muscle add. */
const FAT = 0.045;
const GLAND_MORE = 0.036;

const STEPS_PER_MM = 64;

export interface ExposureOptions {
  rows: number;
  columns: number;
  /** mm per pixel. */
  spacing: number;
  /** Compressed breast thickness, mm. */
  thickness: number;
  anatomy: Anatomy;
  /** Two tiles of fine texture, one value per pixel. */
  grain: [Tile, Tile];
  /** Where this view starts in the tiles. */
  grainOffset: number;
  /** One period of quantum noise, side a power of two, unit variance. */
  noise: Tile;
  lesion: Patch | undefined;
  /** Chest wall on the right edge. */
  mirrored: boolean;
  intent: 'presentation' | 'processing';
}

/** Takes the exposure: interpolates the anatomy, adds what is finer than its grid, and projects the thickness. */
export function expose(options: ExposureOptions): Exposure {
  const { rows, columns, spacing, anatomy, lesion, mirrored } = options;
  const presentation = options.intent === 'presentation';
  const profile = edgeProfile(options.thickness);
  const [grainA, grainB] = options.grain;
  const noise = options.noise;
  const lookup = gridLookup(columns, spacing, anatomy);
  const fields = [
    anatomy.distance,
    anatomy.dense,
    anatomy.grain,
    anatomy.first,
    anatomy.second,
    anatomy.ducts,
    anatomy.ligaments,
    anatomy.strands,
  ];
  const lines = fields.map(() => new Float32Array(anatomy.columns));
  const [distance, dense, grain, first, second, ducts, ligaments, strands] = lines as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const values = new Uint16Array(rows * columns);
  const mask = grainA.side - 1;
  const noiseMask = noise.side - 1;
  const lastStep = profile.base.length - 1;
  const attenuationScale = 1 / ATTENUATION_STEP;
  for (let row = 0; row < rows; row++) {
    interpolateLines(fields, lines, anatomy, ((row + 0.5) * spacing) / anatomy.spacing);
    const grainRow = ((row + options.grainOffset) & mask) * grainA.side;
    const noiseRow = ((row * 37 + (row >> 5) * 101) & noiseMask) * noise.side;
    const noiseShift = (row * 59) & noiseMask;
    const lesionRow = lesion && row >= lesion.top && row < lesion.top + lesion.height ? lesion : undefined;
    const lesionStart = lesionRow ? (row - lesionRow.top) * lesionRow.width - lesionRow.left : 0;
    for (let column = 0; column < columns; column++) {
      const i = lookup.index[column]!;
      const w = lookup.weight[column]!;
      const d = distance[i]! + (distance[i + 1]! - distance[i]!) * w;
      if (d <= 0) continue;
      const step = Math.min(lastStep, (d * STEPS_PER_MM) | 0);
      const at = grainRow + ((column + options.grainOffset) & mask);
      const texture =
        (first[i]! + (first[i + 1]! - first[i]!) * w) * grainA.values[at]! +
        (second[i]! + (second[i + 1]! - second[i]!) * w) * grainB.values[at]!;
      const duct = (ducts[i]! + (ducts[i + 1]! - ducts[i]!) * w + texture * 0.22) * 3.6;
      const ligament = (ligaments[i]! + (ligaments[i + 1]! - ligaments[i]!) * w + texture * 0.22) * 3.6;
      const nearDuct = 1 / (1 + duct * duct);
      const nearLigament = 1 / (1 + ligament * ligament);
      const strand = nearDuct * nearDuct + nearLigament * nearLigament;
      let tissue =
        dense[i]! +
        (dense[i + 1]! - dense[i]!) * w +
        (grain[i]! + (grain[i + 1]! - grain[i]!) * w) * texture +
        (strands[i]! + (strands[i + 1]! - strands[i]!) * w) * strand;
      if (lesionRow && column >= lesionRow.left && column < lesionRow.left + lesionRow.width) {
        tissue += lesionRow.values[lesionStart + column]!;
      }
      const quantum = noise.values[noiseRow + ((column + noiseShift) & noiseMask)]!;
      const more = profile.thickness[step]! * tissue + profile.skin[step]!;
      const value = presentation
        ? (profile.base[step]! + brightness(more) + 0.0035 * quantum) * 65535
        : (profile.attenuation[step]! + GLAND_MORE * options.thickness * more + 0.006 * quantum) *
          attenuationScale;
      values[row * columns + (mirrored ? columns - 1 - column : column)] = Math.max(
        1,
        Math.min(65535, value),
      );
    }
  }
  return { rows, columns, values };
}

/** Brightness above that of fat: nearly proportional, with a shoulder before white. */
function brightness(dense: number): number {
  return dense < 0 ? 0.7 * dense : (0.84 * dense) / (1 + 0.32 * dense * dense);
}

/**
 * What depends on the distance to the outline only, in steps of 1/64 mm: the relative thickness falling off over
 * the rounded edge, skin seen on edge, and the brightness of fat after the peripheral equalisation that
 * images for presentation have had.
 */
function edgeProfile(thickness: number) {
  const round = thickness * 0.42;
  const skin = 1.4;
  const steps = Math.ceil(round * 1.2 * STEPS_PER_MM);
  const relative = new Float32Array(steps);
  const base = new Float32Array(steps);
  const skinMore = new Float32Array(steps);
  const attenuation = new Float32Array(steps);
  for (let step = 0; step < steps; step++) {
    const d = (step + 0.5) / STEPS_PER_MM;
    const chord = (radius: number, depth: number) =>
      depth <= 0 ? 0 : depth >= radius ? 1 : Math.sqrt(1 - (1 - depth / radius) ** 2);
    relative[step] = chord(round, d);
    const path = thickness * (chord(round, d) - chord(round - skin, d - skin) * (1 - (2 * skin) / thickness));
    skinMore[step] = (path / thickness) * 0.8;
    base[step] = 0.115 * (1 - Math.exp(-d / 0.9)) + 0.05 * relative[step]!;
    attenuation[step] = FAT * thickness * relative[step]!;
  }
  return { thickness: relative, base, skin: skinMore, attenuation };
}

/** For every pixel column, the grid column to its left and the weight of the one to its right. */
function gridLookup(columns: number, spacing: number, anatomy: Anatomy) {
  const index = new Uint16Array(columns);
  const weight = new Float32Array(columns);
  for (let column = 0; column < columns; column++) {
    const at = Math.min(anatomy.columns - 1.001, ((column + 0.5) * spacing) / anatomy.spacing);
    index[column] = Math.floor(at);
    weight[column] = at - Math.floor(at);
  }
  return { index, weight };
}

function interpolateLines(fields: Float32Array[], lines: Float32Array[], anatomy: Anatomy, at: number): void {
  const clamped = Math.min(anatomy.rows - 1.001, at);
  const row = Math.floor(clamped);
  const weight = clamped - row;
  const start = row * anatomy.columns;
  for (let f = 0; f < fields.length; f++) {
    const field = fields[f]!;
    const line = lines[f]!;
    for (let i = 0; i < anatomy.columns; i++) {
      const upper = field[start + i]!;
      line[i] = upper + (field[start + anatomy.columns + i]! - upper) * weight;
    }
  }
}
