import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { ImageSize } from '../../dataset/index.js';
import type { PreparationStep } from '../../image/index.js';
import type { TensorFlow } from '../../model/index.js';
import { TrainingError } from '../errors.js';
import { PAPER_TARGET_LAYER, paperNetwork } from './paper.js';
import { PAPER_INPUT, PAPER_PREPARATION } from './paperPreparation.js';
import { PAPER_RECIPE, type Recipe } from './paperRecipe.js';

/** A network that is trained from scratch: its layers, how images are prepared for it, how it is fitted. */
export interface Architecture {
  name: string;
  /** One sentence for the model card. */
  description: string;
  input: ImageSize;
  preparation: PreparationStep[];
  targetLayer: string;
  recipe: Recipe;
  build(tf: TensorFlow, input: ImageSize): LayersModel;
}

const paper: Architecture = {
  name: 'paper',
  description:
    "The paper's kind of network: four convolutions, each followed by max pooling, then dropout, flatten and two " +
    'dense layers.',
  input: PAPER_INPUT,
  preparation: PAPER_PREPARATION,
  targetLayer: PAPER_TARGET_LAYER,
  recipe: PAPER_RECIPE,
  build: paperNetwork,
};

export const ARCHITECTURES: Record<string, Architecture> = { paper };

/** @throws TrainingError `network-unknown` */
export function architecture(name: string): Architecture {
  const found = Object.hasOwn(ARCHITECTURES, name) ? ARCHITECTURES[name] : undefined;
  if (found !== undefined) return found;
  throw new TrainingError('network-unknown', `there is no network named ${name}`, {
    remedy: `Choose one of: ${[...Object.keys(ARCHITECTURES), 'lesion-map'].join(', ')}.`,
  });
}
