import type { Implausibility, Sight } from './types.js';

/** Correlation of neighbouring blocks; real mammograms have 0.81 and more. */
const LEAST_CORRELATION = 0.65;
/** How far all edges agree in their direction, 0 to 1. */
const MOST_COHERENCE = 0.97;
/** Film has straight borders: edges count away from the image's own edge, and none counts for many. */
const BORDER = 0.1;
const STEEPEST = 0.05 * 65535;

/** Noise and stripes, in whatever direction they run. */
export function patternReason(sight: Sight): Implausibility | undefined {
  if (neighbourCorrelation(sight) < LEAST_CORRELATION)
    return { code: 'implausible-noise', reason: 'The image is noise: neighbouring pixels are unrelated.' };
  if (edgeCoherence(sight) > MOST_COHERENCE)
    return {
      code: 'implausible-stripes',
      reason: 'The image consists of stripes: all edges run the same way.',
    };
  return undefined;
}

/** The smaller of the correlations along rows and along columns. */
function neighbourCorrelation({ reduced: { means, rows, columns } }: Sight): number {
  const mean = means.reduce((sum, value) => sum + value, 0) / means.length;
  let [variance, across, down] = [0, 0, 0];
  for (let y = 0, at = 0; y < rows; y++)
    for (let x = 0; x < columns; x++, at++) {
      const value = means[at]! - mean;
      variance += value * value;
      if (x + 1 < columns) across += value * (means[at + 1]! - mean);
      if (y + 1 < rows) down += value * (means[at + columns]! - mean);
    }
  return Math.min(across, down) / variance;
}

/** Coherence of the structure tensor over the whole image (Bigun and Granlund, ICCV 1987). */
function edgeCoherence({ reduced: { means, rows, columns } }: Sight): number {
  let [xx, yy, xy] = [0, 0, 0];
  const [top, left] = [Math.round(rows * BORDER), Math.round(columns * BORDER)];
  for (let y = top; y < rows - top - 1; y++)
    for (let x = left; x < columns - left - 1; x++) {
      const at = y * columns + x;
      const [a, b, c, d] = [means[at]!, means[at + 1]!, means[at + columns]!, means[at + columns + 1]!];
      let [dx, dy] = [(b - a + d - c) / 2, (c - a + d - b) / 2];
      const steep = Math.hypot(dx, dy);
      if (steep > STEEPEST) [dx, dy] = [(dx / steep) * STEEPEST, (dy / steep) * STEEPEST];
      xx += dx * dx;
      yy += dy * dy;
      xy += dx * dy;
    }
  return xx + yy > 0 ? Math.hypot(xx - yy, 2 * xy) / (xx + yy) : 0;
}
