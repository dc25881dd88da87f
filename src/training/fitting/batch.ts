import type { ImageSize, Random } from '../../dataset/index.js';
import type { Recipe } from '../networks/index.js';
import { augment } from './augmentation.js';
import type { Example } from './examples.js';

/** A recipe whose images are shown as they are, too. */
export type FitRecipe = Omit<Recipe, 'augmentation'> & {
  augmentation: Recipe['augmentation'] | 'none';
};

/** What one step learns from. */
export interface Batch {
  /** Images × rows × columns × channels. */
  inputs: Float32Array;
  /** What the score should say of each, 0 to 1. */
  targets: Float32Array;
}

/** Examples changed at random, as the recipe says. */
export function trainingBatch(
  examples: Example[],
  size: ImageSize,
  recipe: FitRecipe,
  random: Random,
): Batch {
  const length = size.rows * size.columns * size.channels;
  const inputs = new Float32Array(examples.length * length);
  const { augmentation } = recipe;
  for (const [index, { input }] of examples.entries()) {
    const shown = augmentation === 'none' ? input : augment(input, size, augmentation, random);
    inputs.set(shown, index * length);
  }
  const targets = Float32Array.from(examples, ({ target }) => target);
  return { inputs, targets };
}
