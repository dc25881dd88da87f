import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { PreparationStep } from '../../image/index.js';
import type { TensorFlow } from '../../model/index.js';
import { ModelError } from '../../model/index.js';
import { MASS_TARGET_LAYER, massNetwork } from './mass.js';
import { type NetworkInput, PAPER_TARGET_LAYER, paperNetwork } from './paper.js';
import { MASS_RECIPE, PAPER_RECIPE, type Recipe } from './recipes.js';

/** A network that `mamori train --arch` knows: its layers, and how images are prepared for it. */
export interface Architecture {
  name: string;
  /** One sentence for the model card. */
  description: string;
  input: NetworkInput;
  preparation: PreparationStep[];
  targetLayer: string;
  recipe: Recipe;
  build(tf: TensorFlow, input: NetworkInput): LayersModel;
}

const INPUT: NetworkInput = { rows: 128, columns: 128, channels: 2 };

/** The mammogram and, as a second channel, the same after CLAHE: the paper trains with and without it. */
const PREPARATION: PreparationStep[] = [
  { step: 'crop-to-breast', margin: 0.02 },
  { step: 'orient-chest-wall-left' },
  // Clip limit and tiles come closest to the CLAHE of the data set's own treated images.
  { step: 'clahe', clipLimit: 4, tiles: [8, 8], as: 'channel', bits: 8 },
  { step: 'resize', rows: INPUT.rows, columns: INPUT.columns },
  { step: 'normalise', mean: 0.3, deviation: 0.25 },
];

const MASS_INPUT: NetworkInput = { rows: 160, columns: 160, channels: 2 };

const MASS_PREPARATION: PreparationStep[] = [
  { step: 'crop-to-breast', margin: 0.02 },
  // Whatever way a file is turned or flipped, the network sees one and the same image.
  { step: 'orient-canonical' },
  { step: 'clahe', clipLimit: 4, tiles: [8, 8], as: 'channel', bits: 8 },
  { step: 'resize', rows: MASS_INPUT.rows, columns: MASS_INPUT.columns },
  // Grey values stay from 0 to 1: beyond the picture the wavelets then see what lies beyond the breast, black.
  { step: 'normalise', mean: 0, deviation: 1 },
];

const paper: Architecture = {
  name: 'paper',
  description:
    "The paper's kind of network: four convolutions, each followed by max pooling, then dropout, flatten and two dense layers.",
  input: INPUT,
  preparation: PREPARATION,
  targetLayer: PAPER_TARGET_LAYER,
  recipe: PAPER_RECIPE,
  build: paperNetwork,
};

const mass: Architecture = {
  name: 'mass',
  description:
    'Given wavelets of first and second order over four octaves, two learnt convolutions on them, their averages over four quarters and highest values, dropout and one dense unit.',
  input: MASS_INPUT,
  preparation: MASS_PREPARATION,
  targetLayer: MASS_TARGET_LAYER,
  recipe: MASS_RECIPE,
  build: massNetwork,
};

export const ARCHITECTURES: Record<string, Architecture> = { paper, mass };

/** @throws ModelError `network-unknown` */
export function architecture(name: string): Architecture {
  const found = Object.hasOwn(ARCHITECTURES, name) ? ARCHITECTURES[name] : undefined;
  if (found !== undefined) return found;
  throw new ModelError('network-unknown', `there is no network named ${name}`, {
    remedy: `Choose one of: ${Object.keys(ARCHITECTURES).join(', ')}.`,
  });
}
