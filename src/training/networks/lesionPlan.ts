import type { PreparationStep } from '../../image/index.js';
import { LESION_RECIPE, type LesionRecipe } from './lesionRecipe.js';
import type { NetworkInput } from './paper.js';

const INPUT: NetworkInput = { rows: 512, columns: 320, channels: 3 };

/**
 * Three pictures of the breast for three channels: its whole range of grey values, CLAHE as in the paper, and the brighter half
 * of its pixels, in which dense tissue and masses differ. All at the network's size, so that they look alike from whatever
 * resolution; as film and digital machines squeeze a breast differently, its box is brought to one size and not its pixels.
 */
const PREPARATION: PreparationStep[] = [
  { step: 'crop-to-breast', margin: 0.02 },
  { step: 'orient-chest-wall-left' },
  { step: 'resize', rows: INPUT.rows, columns: INPUT.columns },
  { step: 'window', low: 1, high: 99.7, as: 'image' },
  { step: 'clahe', clipLimit: 3, tiles: [4, 6], as: 'channel', bits: 8 },
  { step: 'window', low: 50, high: 100, as: 'channel' },
  // As the pretrained filters know it: (value - 127) / 128 of 0 to 255.
  { step: 'normalise', mean: 127 / 255, deviation: 128 / 255 },
];

/** The same picture three times, as ImageNet's filters know a grey photograph. */
const GREY_PREPARATION: PreparationStep[] = [
  ...PREPARATION.slice(0, 4),
  // What is stretched from black to white already stays as it is.
  { step: 'window', low: 0, high: 100, as: 'channel' },
  { step: 'window', low: 0, high: 100, as: 'channel' },
  PREPARATION.at(-1)!,
];

/** How images become the network's input, and how it is fitted. */
export interface LesionPlan {
  /** Rows and columns that 32 divides, three channels. */
  input: NetworkInput;
  preparation: PreparationStep[];
  recipe: LesionRecipe;
}

/** What the three channels hold: three pictures of the breast, or one three times. */
export type LesionChannels = 'windows' | 'grey';

export const LESION_PLANS: Record<LesionChannels, LesionPlan> = {
  windows: { input: INPUT, preparation: PREPARATION, recipe: LESION_RECIPE },
  grey: { input: INPUT, preparation: GREY_PREPARATION, recipe: LESION_RECIPE },
};
