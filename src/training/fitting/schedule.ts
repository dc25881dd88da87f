import type { Recipe } from '../networks/index.js';

/** The first steps take this fraction at least: a rate of nothing teaches nothing. */
const FIRST = 0.05;

/**
 * The learning rate: up in a straight line over the warm-up, then down along half a cosine to the recipe's lowest.
 *
 * @param progress in epochs, from 0
 */
export function learningRateAt(
  progress: number,
  epochs: number,
  { learningRate, warmUp, lowestRate }: Pick<Recipe, 'learningRate' | 'warmUp' | 'lowestRate'>,
): number {
  if (progress < warmUp) return learningRate * Math.max(FIRST, progress / warmUp);
  const fallen = Math.min(1, (progress - warmUp) / Math.max(1, epochs - warmUp));
  return learningRate * (lowestRate + ((1 - lowestRate) * (1 + Math.cos(Math.PI * fallen))) / 2);
}
