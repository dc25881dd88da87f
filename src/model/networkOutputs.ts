import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { ModelError } from './errors.js';
import type { TensorFlow } from './tensorflowRuntime.js';

type Layer = LayersModel['layers'][number];
type SymbolicTensor = LayersModel['inputs'][number];

/** Every network ends in a dense layer of this name, whose only output is the positive class's score. */
export const SCORE_LAYER = 'score';

/** The network cut in two at its target layer: input → activations, activations → score (the logit). */
export interface CutNetwork {
  features: LayersModel;
  head: LayersModel;
}

/**
 * Cuts a network at its target layer, so that the score can be differentiated with respect to the activations.
 *
 * @throws ModelError `export-no-target-layer`
 */
export function cutAt(tf: TensorFlow, model: LayersModel, targetLayer: string): CutNetwork {
  const target = findLayer(model, targetLayer);
  const score = findLayer(model, SCORE_LAYER);
  const activations = target.output as SymbolicTensor;
  const entry = tf.input({ shape: activations.shape.slice(1) });
  const reached = new Map<string, SymbolicTensor>([[target.name, entry]]);
  return {
    features: tf.model({ inputs: model.inputs, outputs: activations }),
    head: tf.model({ inputs: entry, outputs: follow(score, reached) }),
  };
}

/** The layer's output when the target layer's is replaced; layers keep their weights. */
function follow(layer: Layer, reached: Map<string, SymbolicTensor>): SymbolicTensor {
  const known = reached.get(layer.name);
  if (known !== undefined) return known;
  const before = sources(layer).map((source) => follow(source, reached));
  if (before.length === 0)
    throw new ModelError(
      'export-no-target-layer',
      `there is a way from the input to the score around the target layer`,
      {
        remedy: 'Name a layer that every path goes through, such as the last convolution.',
      },
    );
  const output = layer.apply(before.length === 1 ? before[0]! : before) as SymbolicTensor;
  reached.set(layer.name, output);
  return output;
}

function sources(layer: Layer): Layer[] {
  const input = layer.input as SymbolicTensor | SymbolicTensor[];
  if (layer.getClassName() === 'InputLayer') return [];
  return (Array.isArray(input) ? input : [input]).map((tensor) => tensor.sourceLayer as Layer);
}

function findLayer(model: LayersModel, name: string): Layer {
  const layer = model.layers.find((candidate) => candidate.name === name);
  if (layer !== undefined) return layer;
  throw new ModelError('export-no-target-layer', `the network has no layer named ${name}`, {
    remedy: `Its layers are ${model.layers.map((candidate) => candidate.name).join(', ')}.`,
  });
}

export interface NetworkOutputs {
  /** batch × 1, 0 to 1. */
  probability: Tensor;
  /** batch × rows × columns × channels. */
  activations: Tensor4D;
  /** Of the score with respect to the activations, same shape. */
  gradients: Tensor4D;
}

/** The three outputs of a bundle's network, the gradient by automatic differentiation. Call it inside `tf.tidy`. */
export function networkOutputs(
  tf: TensorFlow,
  { features, head }: CutNetwork,
  inputs: Tensor4D,
): NetworkOutputs {
  const activations = features.apply(inputs, { training: false }) as Tensor4D;
  // Views do not mix inside the network, so the gradient of the sum is each view's own gradient.
  const each = tf.ones([activations.shape[0], 1]);
  const score = (given: Tensor) => head.apply(given, { training: false }) as Tensor;
  const { value, grad } = tf.valueAndGrad(score)(activations, each);
  return { probability: tf.sigmoid(value), activations, gradients: grad as Tensor4D };
}
