import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { auc, Random, type Scored } from '../../dataset/index.js';
import { placeSummary, type TensorFlow } from '../../model/index.js';
import { LESION_MAP_LAYER, LESION_STRIDE, LESION_TARGET_LAYER } from '../networks/index.js';
import { type LesionBatchOptions, lesionBatch, UNCHANGED } from './lesionBatch.js';
import type { LesionExample } from './lesionExamples.js';

/** One answer with its map. */
export interface LesionAnswer {
  example: LesionExample;
  /** Raw, 0 to 1. */
  probability: number;
  /** Logits, rows × columns of the map. */
  map: Float32Array;
  /** As `placeSummary` gives it. */
  features: Float32Array;
}

const BATCH = 16;

/** The network's raw answers about images as they are. */
export function answerLesions(
  tf: TensorFlow,
  model: LayersModel,
  examples: readonly LesionExample[],
  options: Omit<LesionBatchOptions, 'augmentation'>,
  progress: (done: number, of: number) => void = () => {},
): LesionAnswer[] {
  // Layers may have been applied again for learning; what they gave first is the model's own.
  const output = (name: string) => model.getLayer(name).getOutputAt(0) as LayersModel['inputs'][number];
  const whole = tf.model({
    inputs: model.inputs,
    outputs: [model.outputs[0]!, output(LESION_MAP_LAYER), output(LESION_TARGET_LAYER)],
  });
  const { rows, columns, channels } = options.input;
  const answers: LesionAnswer[] = [];
  for (let start = 0; start < examples.length; start += BATCH) {
    const chosen = examples.slice(start, start + BATCH);
    const { inputs } = lesionBatch(chosen, { ...options, augmentation: UNCHANGED }, new Random(1));
    tf.tidy(() => {
      const images = tf.tensor4d(inputs, [chosen.length, rows, columns, channels]);
      const [probability, map, features] = whole.apply(images) as [Tensor, Tensor, Tensor];
      const featureShape = features.shape.slice(1) as [number, number, number];
      const [probabilities, logits, activations] = [probability, map, features].map(
        (tensor) => tensor.dataSync() as Float32Array,
      ) as [Float32Array, Float32Array, Float32Array];
      const part = (values: Float32Array, index: number) => {
        const size = values.length / chosen.length;
        return values.slice(index * size, (index + 1) * size);
      };
      for (const [index, example] of chosen.entries())
        answers.push({
          example,
          probability: probabilities[index]!,
          map: part(logits, index),
          features: placeSummary({ activations: part(activations, index), featureShape }),
        });
    });
    progress(answers.length, examples.length);
  }
  return answers;
}

export function scoredOf({ example, probability }: Pick<LesionAnswer, 'example' | 'probability'>): Scored {
  return { probability, target: example.target, case: example.image.case };
}

/** The mean over the sets: between sets the label could be told from the kind of image. */
export function meanAuc(answers: LesionAnswer[]): number {
  const sets = [...new Set(answers.map(({ example }) => example.set))];
  const each = sets.map((set) => auc(answers.filter(({ example }) => example.set === set).map(scoredOf)));
  return each.reduce((sum, one) => sum + one, 0) / each.length;
}

/** Whether a map's highest place lies in a malignant box, and how likely a place at random is to. */
export interface PeakHit {
  hit: boolean;
  /** Share of the places that would count. */
  chance: number;
}

/**
 * Undefined where no malignant box is known. A place counts when its middle lies in a box that is widened by one place
 * on each side.
 *
 * @param columns of the network's input, pixels
 */
export function peakHit({ example, map }: LesionAnswer, columns: number): PeakHit | undefined {
  const boxes = example.boxes.filter(({ malignant }) => malignant);
  if (boxes.length === 0) return undefined;
  const across = columns / LESION_STRIDE;
  const counts = (place: number) => {
    const x = ((place % across) + 0.5) * LESION_STRIDE;
    const y = (Math.floor(place / across) + 0.5) * LESION_STRIDE;
    return boxes.some(
      ({ left, top, right, bottom }) =>
        x >= left - LESION_STRIDE &&
        x <= right + LESION_STRIDE &&
        y >= top - LESION_STRIDE &&
        y <= bottom + LESION_STRIDE,
    );
  };
  let peak = 0;
  let counted = 0;
  for (let place = 0; place < map.length; place++) {
    if (map[place]! > map[peak]!) peak = place;
    if (counts(place)) counted++;
  }
  return { hit: counts(peak), chance: counted / map.length };
}
