import type { ImageSize } from '../../dataset/index.js';
import type { PreparationStep } from '../../image/index.js';
import { LESION_INPUT, LESION_PREPARATIONS, type LesionChannels } from './lesionPreparation.js';
import { LESION_RECIPE, type LesionRecipe } from './lesionRecipe.js';

/** How images become the network's input, and how it is fitted. */
export interface LesionPlan {
  /** Rows and columns that 32 divides, three channels. */
  input: ImageSize;
  preparation: PreparationStep[];
  recipe: LesionRecipe;
}

const planWith = (channels: LesionChannels): LesionPlan => ({
  input: LESION_INPUT,
  preparation: LESION_PREPARATIONS[channels],
  recipe: LESION_RECIPE,
});

export const LESION_PLANS: Record<LesionChannels, LesionPlan> = {
  windows: planWith('windows'),
  grey: planWith('grey'),
};
