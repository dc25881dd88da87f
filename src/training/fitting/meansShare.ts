import type { LayersModel } from '@tensorflow/tfjs-layers';
import { logit, SCORE_LAYER, sigmoid, type TensorFlow } from '../../model/index.js';
import { type LesionAnswer, meanAuc } from './lesionAnswers.js';

/** How much of the means' weights may be kept, from all to none. */
const SHARES = [0, 0.25, 0.5, 0.75, 1];

/** What was chosen, and the answers that the network then gives. */
export interface MeansChoice {
  share: number;
  /** On the validation images, mean over the sets. */
  auc: number;
  answers: LesionAnswer[];
}

/**
 * Chooses on the validation images how much the means of the features keep to say beside the map. They see the whole breast,
 * and learn the training images by heart before the map does; where that shows, the map alone answers better. Equal ones: the
 * smaller share.
 */
export function chooseMeansShare(model: LayersModel, validation: LesionAnswer[]): MeansChoice {
  // The first weight is the map's, the others the means' in the order of their channels.
  const [, ...weights] = model.getLayer(SCORE_LAYER).getWeights()[0]!.dataSync();
  const choices = SHARES.map((share): MeansChoice => {
    const answers = validation.map((answer) => {
      const said = weights.reduce((sum, weight, channel) => sum + weight * answer.features[channel]!, 0);
      return { ...answer, probability: sigmoid(logit(answer.probability) - (1 - share) * said) };
    });
    return { share, auc: meanAuc(answers), answers };
  });
  return choices.reduce((best, one) => (one.auc > best.auc ? one : best));
}

/** Gives the means this share of their weights. */
export function keepMeansShare(tf: TensorFlow, model: LayersModel, share: number): void {
  const layer = model.getLayer(SCORE_LAYER);
  const [kernel, bias] = layer.getWeights();
  const values = kernel!.dataSync().map((weight, index) => (index === 0 ? weight : weight * share));
  const given = [tf.tensor(values, kernel!.shape), bias!];
  layer.setWeights(given);
  given[0]!.dispose();
}
