import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { ImageSize } from '../../dataset/index.js';
import { SCORE_LAYER, type TensorFlow } from '../../model/index.js';
import { EfficientNetLite } from './efficientNetLite.js';
import {
  imageOf,
  LAST_FROZEN_BLOCK,
  LESION_MAP_LAYER,
  LESION_MODEL,
  LESION_POOLING_LAYER,
  LESION_TARGET_LAYER,
  lesionAnswer,
  lesionFeatures,
} from './lesionMap.js';

/** One sentence for the model card. */
export function jointDescription(networks: number): string {
  if (networks === 1) return '';
  return (
    ` ${networks} such networks, fitted one after the other with seeds of their own, share the part that keeps ` +
    "ImageNet's filters; the map of logits is the mean of theirs."
  );
}

/**
 * Several networks of `lesionMapNetwork` as one. The part that none of them changed is there once; their features stand
 * side by side, and the map is the mean of their maps. So it is one network with one target layer, and whatever
 * explains a single one explains it.
 *
 * @param members fitted from the same pretrained weights, for the same input
 */
export function jointLesionMap(
  tf: TensorFlow,
  input: ImageSize,
  members: readonly LayersModel[],
): LayersModel {
  const image = imageOf(tf, input);
  const shared = new EfficientNetLite(tf, image, { last: LAST_FROZEN_BLOCK });
  const each = members.map((_, index) => {
    const suffix = suffixOf(index);
    return lesionFeatures(tf, new EfficientNetLite(tf, image, { behind: shared, suffix }), suffix);
  });
  const features = tf.layers.concatenate({ name: LESION_TARGET_LAYER }).apply(each);
  const outputs = lesionAnswer(tf, features as typeof image);
  const model = tf.model({ name: LESION_MODEL, inputs: image, outputs });
  const known = new Set(model.layers.map(({ name }) => name));
  for (const [index, member] of members.entries())
    for (const { name } of member.layers) {
      const own = `${name}${suffixOf(index)}`;
      if (known.has(own)) model.getLayer(own).setWeights(member.getLayer(name).getWeights());
    }
  for (const name of EfficientNetLite.layersUpTo(LAST_FROZEN_BLOCK))
    if (known.has(name)) model.getLayer(name).setWeights(members[0]!.getLayer(name).getWeights());
  for (const name of [LESION_MAP_LAYER, LESION_POOLING_LAYER, SCORE_LAYER]) {
    const means = tf.tidy(() => meansOf(tf, name, members));
    model.getLayer(name).setWeights(means);
    tf.dispose(means);
  }
  return model;
}

const suffixOf = (index: number) => `_${index + 1}`;

/** The mean of the maps is a kernel over all features side by side, each member's divided by their number. */
function meansOf(tf: TensorFlow, layer: string, members: readonly LayersModel[]): Tensor[] {
  const each = members.map((member) => member.getLayer(layer).getWeights());
  return each[0]!.map((_, at) => {
    const own = each.map((weights) => weights[at]!);
    if (layer === LESION_MAP_LAYER && own[0]!.rank === 4) return tf.div(tf.concat(own, 2), members.length);
    return tf.div(tf.addN(own), members.length);
  });
}
