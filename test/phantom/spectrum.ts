import { inverseFourier } from '../../src/phantom/fourier.js';

interface Picture {
  values: Uint16Array;
  rows: number;
  columns: number;
  /** mm per pixel. */
  spacing: number;
}

const SIDE = 256;

/**
 * Exponent of the radially averaged power spectrum within the breast, fitted in log-log from 0.1 to 1 cycles
 * per mm: mean over Hann-windowed squares of 256 pixels that lie wholly in the breast.
 */
export function spectralSlope(picture: Picture, laterality: 'L' | 'R', from = 0.1, to = 1): number {
  const power = new Float64Array(SIDE / 2);
  const counts = new Float64Array(SIDE / 2);
  for (const top of [0.35, 0.42, 0.5, 0.55]) {
    const left = laterality === 'L' ? 60 : picture.columns - 60 - SIDE;
    addSpectrum(picture, Math.round(top * picture.rows), left, power, counts);
  }
  const step = 1 / (SIDE * picture.spacing);
  const points: [number, number][] = [];
  for (let k = 1; k < SIDE / 2; k++) {
    const frequency = k * step;
    if (frequency < from || frequency > to) continue;
    points.push([Math.log(frequency), Math.log(power[k]! / counts[k]!)]);
  }
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / points.length;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / points.length;
  const covariance = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  return covariance / points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
}

function addSpectrum(
  picture: Picture,
  top: number,
  left: number,
  power: Float64Array,
  counts: Float64Array,
): void {
  const re = new Float32Array(SIDE * SIDE);
  const im = new Float32Array(SIDE * SIDE);
  let sum = 0;
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const value = picture.values[(top + y) * picture.columns + left + x]!;
      if (value === 0) throw new RangeError('the square leaves the breast');
      re[y * SIDE + x] = value;
      sum += value;
    }
  }
  const hann = (i: number) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / SIDE);
  for (let i = 0; i < re.length; i++) {
    re[i] = (re[i]! - sum / re.length) * hann(i % SIDE) * hann(Math.floor(i / SIDE));
  }
  inverseFourier(re, im, SIDE);
  for (let v = 0; v < SIDE; v++) {
    for (let u = 0; u < SIDE; u++) {
      const k = Math.round(Math.hypot(u < SIDE / 2 ? u : u - SIDE, v < SIDE / 2 ? v : v - SIDE));
      if (k >= SIDE / 2) continue;
      power[k]! += re[v * SIDE + u]! ** 2 + im[v * SIDE + u]! ** 2;
      counts[k]! += 1;
    }
  }
}
