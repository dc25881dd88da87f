import type { ImageSize } from '../../dataset/index.js';
import type { PreparationStep } from '../../image/index.js';
import {
  LESION_PREPARATIONS,
  LESION_SIZE,
  type LesionChannels,
  type LesionSize,
} from './lesionPreparation.js';
import { LESION_RECIPE, type LesionRecipe } from './lesionRecipe.js';

/** How images become the network's input, and how it is fitted. */
export interface LesionPlan {
  /** Rows and columns that 32 divides, three channels. */
  input: ImageSize;
  preparation: PreparationStep[];
  recipe: LesionRecipe;
}

/** What a training may choose of the plan. */
export interface LesionInput {
  /** `windows` where left out. */
  channels?: LesionChannels | undefined;
  /** 512 rows and 320 columns where left out. */
  size?: LesionSize | undefined;
}

export function lesionPlan({ channels = 'windows', size = LESION_SIZE }: LesionInput = {}): LesionPlan {
  return {
    input: { ...size, channels: 3 },
    preparation: LESION_PREPARATIONS[channels](size),
    recipe: LESION_RECIPE,
  };
}
