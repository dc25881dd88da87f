import type { Tensor } from '@tensorflow/tfjs-core';
import { TrainingError } from '../errors.js';
import type { OnnxGraph } from './onnxGraph.js';

/**
 * A value on its way through the graph. Pictures (three dimensions) lie channels first inside the graph, as ONNX
 * wants them; `shape` is always tfjs's own, [rows, columns, channels] or [units], without the batch.
 */
export interface Value {
  name: string;
  shape: number[];
}

/** What the export asks of a tfjs layer. */
export interface ExportedLayer {
  name: string;
  getClassName(): string;
  getConfig(): Record<string, unknown>;
  getWeights(): Tensor[];
}

export interface LayerOutput {
  value: Value;
  /**
   * Writes the backward pass: from the name of the score's gradient with respect to this output to those with
   * respect to each input. Undefined for layers that cannot stand behind the target layer.
   */
  backward: ((upstream: string) => string[]) | undefined;
}

export type LayerExport = (
  graph: OnnxGraph,
  layer: ExportedLayer,
  inputs: Value[],
  outputShape: number[],
) => LayerOutput;

export function unsupported(layer: ExportedLayer, what: string): TrainingError {
  return new TrainingError(
    'export-unsupported-layer',
    `layer ${layer.name} (${layer.getClassName()}) ${what}`,
    {
      remedy: 'Use the layers that docs/model-bundle.md lists, or export to ONNX with another tool.',
    },
  );
}

export function weightValues(tensor: Tensor): Float32Array {
  return Float32Array.from(tensor.dataSync());
}

/** Writes an activation function behind a layer; `backward` goes from its output's gradient to its input's. */
export function activation(
  graph: OnnxGraph,
  layer: ExportedLayer,
  kind: unknown,
  input: string,
): { name: string; backward: (upstream: string) => string } {
  const label = `${layer.name}_${kind}`;
  if (kind === undefined || kind === 'linear') return { name: input, backward: (upstream) => upstream };
  if (kind === 'relu') {
    const name = graph.node('Relu', [input], {}, label);
    const backward = (upstream: string) => {
      const zero = graph.constant(`${label}_zero`, [1], Float32Array.of(0));
      const open = graph.node('Greater', [name, zero], {}, `${label}_open`);
      return graph.node('Where', [open, upstream, zero], {}, `${label}_grad`);
    };
    return { name, backward };
  }
  if (kind === 'relu6') {
    const zero = graph.constant(`${label}_zero`, [], Float32Array.of(0));
    const six = graph.constant(`${label}_six`, [], Float32Array.of(6));
    const name = graph.node('Clip', [input, zero, six], {}, label);
    const backward = (upstream: string) => {
      const above = graph.node('Greater', [name, zero]);
      const below = graph.node('Less', [name, six]);
      const open = graph.node('And', [above, below], {}, `${label}_open`);
      return graph.node('Where', [open, upstream, zero], {}, `${label}_grad`);
    };
    return { name, backward };
  }
  if (kind === 'sigmoid') {
    const name = graph.node('Sigmoid', [input], {}, label);
    const backward = (upstream: string) => {
      const one = graph.constant(`${label}_one`, [1], Float32Array.of(1));
      const rest = graph.node('Sub', [one, name]);
      const slope = graph.node('Mul', [name, rest]);
      return graph.node('Mul', [upstream, slope], {}, `${label}_grad`);
    };
    return { name, backward };
  }
  throw unsupported(layer, `has the activation ${kind}, which the export does not know`);
}
