import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { PreparationStep } from '../../image/index.js';
import type { TensorFlow } from '../../model/index.js';
import { ModelError } from '../../model/index.js';
import { type NetworkInput, PAPER_TARGET_LAYER, paperNetwork } from './paper.js';
import { PAPER_RECIPE, type Recipe } from './recipes.js';

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

export const ARCHITECTURES: Record<string, Architecture> = { paper };

/** @throws ModelError `network-unknown` */
export function architecture(name: string): Architecture {
  const found = Object.hasOwn(ARCHITECTURES, name) ? ARCHITECTURES[name] : undefined;
  if (found !== undefined) return found;
  throw new ModelError('network-unknown', `there is no network named ${name}`, {
    remedy: `Choose one of: ${[...Object.keys(ARCHITECTURES), 'lesion-map'].join(', ')}.`,
  });
}
