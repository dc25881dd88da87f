import { MamoriError } from '../errors.js';

/**
 * Where a network's answer comes from, on the grid of its target layer.
 *
 * The grid covers the whole network input: cell (r, c) is the rectangle from c/columns to (c+1)/columns of
 * the input's width and from r/rows to (r+1)/rows of its height. `InputGeometry` leads from there to the
 * source.
 *
 * `values` says *where*, not *how much*: it is scaled by this map's own maximum, so the strongest cell of
 * every map that is not flat is 1, in a clearly negative image as in a clearly positive one. `peak` keeps
 * what the scaling took away, and nobody may draw a map without weighing it by the answer (see
 * `heatStrength`).
 */
export interface HeatMap {
  rows: number;
  columns: number;
  /** Row-major, 0 to 1. All 0 where nothing in the image raised the score. */
  values: Float32Array;
  /** The maximum before scaling, in units of the class score (logit) per cell; 0 for a flat map. */
  peak: number;
}

/** A network answered with something that no heat map can be made of. */
export class HeatMapError extends MamoriError<
  'heat-map-not-finite' | 'inference-shape' | 'integrated-grad-cam-steps'
> {}

/**
 * Keeps what speaks for the positive class (ReLU) and scales it to 0…1 by the maximum. There is no other
 * normalisation: a map that is zero everywhere stays zero everywhere.
 *
 * @param evidence rows × columns, signed: positive where the image raises the class score.
 * @throws HeatMapError `heat-map-not-finite` when a value is NaN or infinite.
 */
export function heatMapOf(evidence: Float32Array, rows: number, columns: number): HeatMap {
  let peak = 0;
  for (const value of evidence) {
    if (!Number.isFinite(value)) {
      throw new HeatMapError(
        'heat-map-not-finite',
        'The network returned activations or gradients that are not finite numbers.',
        { remedy: 'Check the bundle with another engine or device; half precision overflows first.' },
      );
    }
    if (value > peak) peak = value;
  }
  const values = new Float32Array(rows * columns);
  if (peak > 0) {
    for (let i = 0; i < values.length; i++) values[i] = Math.max(0, evidence[i]!) / peak;
  }
  return { rows, columns, values, peak };
}

/** A negative answer's heat map never shows more than this much of its colour. */
const NEGATIVE_AT_MOST = 0.6;

/**
 * How much of its colour a heat map may show, 0 to 1.
 *
 * Scaling by the map's own maximum makes a strong picture out of next to nothing. So a picture shows the map in
 * full only for a positive answer. Below the operating point its strength falls with the probability, from 0.6
 * on, so that a negative picture can be told from a positive one at a glance, and the map of an image that the
 * network finds clean fades away.
 *
 * @param probability calibrated, 0 to 1.
 * @param operatingPoint calibrated probability from which on an answer is positive, 0 to 1.
 */
export function heatStrength(probability: number, operatingPoint: number): number {
  if (probability >= operatingPoint) return 1;
  return Math.max(0, (NEGATIVE_AT_MOST * probability) / operatingPoint);
}
