import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { ImageSize } from '../../dataset/index.js';
import { logSumExpLayer, SCORE_LAYER, type Symbolic, type TensorFlow } from '../../model/index.js';
import type { StoredTensor } from '../start/index.js';
import { EfficientNetLite, type KernelRates } from './efficientNetLite.js';

/** Its activations explain the answer: map and pooling come from it and from nothing else. */
export const LESION_TARGET_LAYER = 'features';
/** Logits that a malignant lesion lies at a place of 16 × 16 pixels. */
export const LESION_MAP_LAYER = 'map';
/** The map's log-sum-exp. */
export const LESION_POOLING_LAYER = 'highest';
export const LESION_STRIDE = 16;
export const LESION_MODEL = 'lesion-map';
/** What comes out of the block that ends the frozen part. */
export const FROZEN_OUTPUT_LAYER = 'block2_add';
/** Stem and blocks 0 to 2 keep ImageNet's filters. */
export const LAST_FROZEN_BLOCK = 2;

/** One sentence for the model card. */
export const LESION_DESCRIPTION =
  'EfficientNet-Lite0 begun from ImageNet (stem and first three blocks as they were, batch statistics folded in), ' +
  'its features of strides 16 and 32 joined to 96 channels, one logit for each place of 16 x 16 pixels, and a score ' +
  'from their log-sum-exp and nothing else.';

const CHANNELS = 96;
/** A lesion is rare: with this the map begins near the share of places that one takes. */
const FIRST_LOGIT = -2;

export interface LesionNetwork {
  model: LayersModel;
  /** Gives the backbone ImageNet's weights. */
  start(tensors: Map<string, StoredTensor>): KernelRates;
}

/**
 * EfficientNet-Lite0, its features of strides 16 and 32 joined (feature pyramid, Lin et al. 2017), and one logit for
 * each place: the map. The image's score is the map's log-sum-exp, times a factor and with an offset that are learnt.
 *
 * @param input rows and columns that 32 divides, three channels
 */
export function lesionMapNetwork(tf: TensorFlow, input: ImageSize): LesionNetwork {
  const image = imageOf(tf, input);
  const backbone = new EfficientNetLite(tf, image);
  const features = lesionFeatures(tf, backbone);
  const model = tf.model({ name: LESION_MODEL, inputs: image, outputs: lesionAnswer(tf, features) });
  giveFirstScore(tf, model);
  for (const name of EfficientNetLite.layersUpTo(LAST_FROZEN_BLOCK))
    for (const layer of model.layers) if (layer.name === name) layer.trainable = false;
  return { model, start: (tensors) => backbone.fill(model, tensors) };
}

/** What the network gets. */
export function imageOf(tf: TensorFlow, { rows, columns, channels }: ImageSize): Symbolic {
  return tf.input({ shape: [rows, columns, channels], name: 'image' });
}

/**
 * The backbone's last features of strides 16 and 32, joined at stride 16.
 *
 * @param suffix ends the layers' names, where a network has more than one of them
 */
export function lesionFeatures(tf: TensorFlow, backbone: EfficientNetLite, suffix = ''): Symbolic {
  const { layers } = tf;
  const lateral = (from: Symbolic, name: string) =>
    layers
      .conv2d({
        name: `${name}${suffix}`,
        filters: CHANNELS,
        kernelSize: 1,
        kernelInitializer: tf.initializers.heNormal({ seed: 1 }),
      })
      .apply(from) as Symbolic;
  const coarse = lateral(backbone.blocks[15]!, 'lateral32');
  const enlarged = layers.upSampling2d({ name: `enlarged${suffix}`, size: [2, 2] }).apply(coarse) as Symbolic;
  const fine = lateral(backbone.blocks[10]!, 'lateral16');
  const joined = layers.add({ name: `joined${suffix}` }).apply([fine, enlarged]);
  return layers
    .conv2d({
      name: `${LESION_TARGET_LAYER}${suffix}`,
      filters: CHANNELS,
      kernelSize: 3,
      padding: 'same',
      activation: 'relu',
      kernelInitializer: tf.initializers.heNormal({ seed: 2 }),
    })
    .apply(joined as Symbolic) as Symbolic;
}

/** From the features to the map, to the score, to the probability. */
export function lesionAnswer(tf: TensorFlow, features: Symbolic): Symbolic {
  const { layers } = tf;
  const map = layers
    .conv2d({
      name: LESION_MAP_LAYER,
      filters: 1,
      kernelSize: 1,
      kernelInitializer: tf.initializers.randomNormal({ stddev: 0.01, seed: 3 }),
      biasInitializer: tf.initializers.constant({ value: FIRST_LOGIT }),
    })
    .apply(features) as Symbolic;
  const highest = new (logSumExpLayer(tf))({ name: LESION_POOLING_LAYER }).apply(map) as Symbolic;
  // Nothing else has a say: the features' means, tried beside the map, learn the training images by heart.
  const score = layers.dense({ name: SCORE_LAYER, units: 1, kernelInitializer: 'ones' }).apply(highest);
  return layers.activation({ name: 'probability', activation: 'sigmoid' }).apply(score) as Symbolic;
}

/** At the beginning the score is what the map says, not more and not less. */
function giveFirstScore(tf: TensorFlow, model: LayersModel): void {
  const layer = model.getLayer(SCORE_LAYER);
  const [kernel] = layer.getWeights();
  const bias = tf.tensor1d([-FIRST_LOGIT]);
  layer.setWeights([kernel!, bias]);
  bias.dispose();
}
