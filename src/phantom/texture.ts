import type { Uniform } from '../random.js';
import { inverseFourier } from './fourier.js';

/** A periodic square of texture, row-major, sampled every `spacing` mm. */
export interface Tile {
  side: number;
  spacing: number;
  values: Float32Array;
}

/** Below this frequency (cycles per mm) the spectrum is flat, so that the variance stays finite. */
const CORNER = 1 / 90;

/**
 * Two independent tiles of Gaussian texture with the power spectrum 1/f³ of breast tissue
 * (Burgess, Med. Phys. 28 (2001) 419: exponents between 2.5 and 3.5), scaled so that the whole spectrum
 * from 0 to infinity would have variance 1. Only the part named by `band` is drawn, so that tiles of
 * neighbouring bands add up to one field.
 *
 * @param band weight of a frequency (cycles per mm), 0 to 1, in power
 */
export function powerLawTiles(
  random: Uniform,
  side: number,
  spacing: number,
  band: (frequency: number) => number,
): [Tile, Tile] {
  const re = new Float32Array(side * side);
  const im = new Float32Array(side * side);
  const step = 1 / (side * spacing);
  // Each mode's power is the spectral density times the area that the mode stands for.
  const scale = (CORNER / (2 * Math.PI)) * step * step * 2;
  // Modes of one distance from the origin share their amplitude: u² + v² is the index.
  const amplitudes = new Float32Array(side * side * 0.5 + 1).fill(-1);
  const amplitudeAt = (index: number): number => {
    const square = index * step * step;
    const sum = square + CORNER * CORNER;
    return Math.sqrt((scale * Math.max(0, band(Math.sqrt(square)))) / (sum * Math.sqrt(sum)));
  };
  for (let v = 0; v < side; v++) {
    const fv = v <= side / 2 ? v : v - side;
    for (let u = 0; u < side; u++) {
      const fu = u <= side / 2 ? u : u - side;
      const index = fu * fu + fv * fv;
      const phase = (random() * 4096) | 0;
      if (index === 0) continue;
      let amplitude = amplitudes[index]!;
      if (amplitude < 0) {
        amplitude = amplitudeAt(index);
        amplitudes[index] = amplitude;
      }
      re[v * side + u] = amplitude * COSINE[phase]!;
      im[v * side + u] = amplitude * COSINE[phase + 1024]!;
    }
  }
  inverseFourier(re, im, side);
  return [
    { side, spacing, values: re },
    { side, spacing, values: im },
  ];
}

/** The same tile with variance 1 of its own. */
export function unitVariance(tile: Tile): Tile {
  let sum = 0;
  for (const value of tile.values) sum += value * value;
  const gain = Math.sqrt(tile.values.length / sum);
  for (let i = 0; i < tile.values.length; i++) tile.values[i] = tile.values[i]! * gain;
  return tile;
}

/** Cosine of 5/4 turns in steps of 1/4096 turn; a quarter turn ahead it is minus the sine. */
const COSINE = Float32Array.from({ length: 5120 }, (_, i) => Math.cos((2 * Math.PI * i) / 4096));

/** Bilinear sample at x, y in mm; the tile repeats. */
export function sampleTile(tile: Tile, x: number, y: number): number {
  const { side, spacing, values } = tile;
  const gx = x / spacing;
  const gy = y / spacing;
  const x0 = Math.floor(gx);
  const y0 = Math.floor(gy);
  const fx = gx - x0;
  const fy = gy - y0;
  const mask = side - 1;
  const left = x0 & mask;
  const right = (x0 + 1) & mask;
  const top = (y0 & mask) * side;
  const bottom = ((y0 + 1) & mask) * side;
  const upper = values[top + left]! * (1 - fx) + values[top + right]! * fx;
  const lower = values[bottom + left]! * (1 - fx) + values[bottom + right]! * fx;
  return upper * (1 - fy) + lower * fy;
}
