import { chestWallSide } from '../orientation.js';
import type { BreastMask } from '../types.js';
import type { Sight } from './types.js';

/** Correlation of the image with its mirror image, chest wall for nipple; a digital one had 0.35, a film 0.67. */
const MOST_SYMMETRY = 0.75;
/**
 * An image that is turned by a quarter has the breast's own axis upright, and mirrors itself as a chest does. But a
 * breast is at least as bright inside as at its rim, where a chest with its lungs is darker (0.92 and less); and it
 * reaches the image's edge (0.018 of the image's height away at the most), where an ultrasound's fan ends before.
 */
const LEAST_CORE = 1;
const MOST_APART = 0.05;
/** Rim and core, of the distance of the innermost block from the outline. */
const RIM = 0.25;
const CORE = 0.5;

/** Whether the image mirrors itself as a picture of the chest does and one of a breast does not. */
export function isSymmetrical(sight: Sight): boolean {
  const { acrossColumns, acrossRows } = mirrorCorrelations(sight);
  const side = chestWallSide(sight.mask);
  if (side === 'left' || side === 'right') return acrossColumns > MOST_SYMMETRY;
  if (acrossRows > MOST_SYMMETRY) return true;
  const { rows, bounds } = sight.mask;
  const apart = side === 'top' ? bounds.top : rows - bounds.top - bounds.height;
  return acrossColumns > MOST_SYMMETRY && (apart > MOST_APART * rows || coreOfRim(sight) < LEAST_CORE);
}

/** With the image whose left and right, and with the one whose top and bottom are exchanged; between -1 and 1. */
function mirrorCorrelations({ reduced: { means, rows, columns } }: Sight): {
  acrossColumns: number;
  acrossRows: number;
} {
  const mean = means.reduce((sum, value) => sum + value, 0) / means.length;
  let [variance, left, top] = [0, 0, 0];
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      const value = means[y * columns + x]! - mean;
      variance += value * value;
      left += value * (means[y * columns + columns - 1 - x]! - mean);
      top += value * (means[(rows - 1 - y) * columns + x]! - mean);
    }
  return { acrossColumns: left / variance, acrossRows: top / variance };
}

/** Mean brightness of the breast's core, of that of its rim. */
function coreOfRim({ reduced: { means }, mask }: Sight): number {
  const distances = fromOutline(mask);
  const innermost = distances.reduce((most, distance) => Math.max(most, distance), 0);
  const mean = (isPart: (distance: number) => boolean) => {
    let [sum, count] = [0, 0];
    for (let at = 0; at < distances.length; at++) {
      if (distances[at] === 0 || !isPart(distances[at]! / innermost)) continue;
      sum += means[at]!;
      count++;
    }
    return sum / Math.max(1, count);
  };
  return (
    mean((share) => share > CORE) /
    Math.max(
      1,
      mean((share) => share <= RIM),
    )
  );
}

/** Steps from each block of the breast to the nearest that is none; the image's edge is no outline. */
function fromOutline({ pixels, rows, columns }: BreastMask): Uint16Array {
  const distances = Uint16Array.from(pixels, (pixel) => (pixel === 0 ? 0 : rows + columns));
  const near = (at: number, neighbour: number, inside: boolean) => {
    if (inside) distances[at] = Math.min(distances[at]!, distances[neighbour]! + 1);
  };
  for (let at = 0; at < distances.length; at++) {
    near(at, at - 1, at % columns > 0);
    near(at, at - columns, at >= columns);
  }
  for (let at = distances.length - 1; at >= 0; at--) {
    near(at, at + 1, at % columns < columns - 1);
    near(at, at + columns, at < distances.length - columns);
  }
  return distances;
}
