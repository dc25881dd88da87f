import type { NodeProto } from '../../../model/index.js';
import type { OnnxGraph } from '../../export/index.js';
import { ImportError } from '../errors.js';
import type { GivenConstant } from '../givenConstant.js';

/** What a rule works with. */
export interface BackwardContext {
  /** Takes the nodes of the backward pass. */
  graph: OnnxGraph;
  opset: number;
  /** A value's dimensions for one image, as a run has shown them. */
  shape(value: string): number[];
  constant(value: string): GivenConstant | undefined;
  /** Whether the value depends on the target layer, so that its gradient is wanted. */
  wanted(value: string): boolean;
}

/**
 * The backward pass of one operator: from the gradient with respect to its first output to those with respect to its
 * inputs, in their order; undefined for inputs that take none.
 *
 * @throws ImportError `import-no-gradients`
 */
export type BackwardRule = (node: NodeProto, upstream: string, at: BackwardContext) => (string | undefined)[];

export function noGradients(node: NodeProto, why: string): ImportError {
  const name = node.name || node.output[0];
  return new ImportError('import-no-gradients', `the node ${name} (${node.opType}) ${why}`, {
    remedy:
      'Name a target layer behind it with --target-layer, or take --explanation occlusion, which needs no gradients.',
  });
}

/** A single number as a constant of the graph. */
export function scalar(graph: OnnxGraph, value: number): string {
  return graph.constant('backward_number', [], Float32Array.of(value));
}

/** Sums over axes; where they stand changed with version 13 of the operators. */
export function reduceSum(
  { graph, opset }: BackwardContext,
  value: string,
  axes: number[],
  keep: boolean,
): string {
  const keepdims = keep ? 1 : 0;
  if (opset < 13) return graph.node('ReduceSum', [value], { axes, keepdims }, 'backward_sum');
  return graph.node(
    'ReduceSum',
    [value, graph.integers('backward_axes', axes)],
    { keepdims },
    'backward_sum',
  );
}

/** A gradient of the shape of `like`, from one that was made wider by broadcasting. */
export function summedTo(at: BackwardContext, gradient: string, output: string, like: string): string {
  const wide = at.shape(output);
  const narrow = at.shape(like);
  const ahead = wide.length - narrow.length;
  const axes = wide.flatMap((size, axis) =>
    axis >= ahead && narrow[axis - ahead] === 1 && size > 1 ? [axis] : [],
  );
  const summed = axes.length === 0 ? gradient : reduceSum(at, gradient, axes, true);
  if (ahead === 0) return summed;
  return reduceSum(
    at,
    summed,
    Array.from({ length: ahead }, (_, axis) => axis),
    false,
  );
}

/** A gradient in the shape of another value with as many numbers. */
export function shapedLike({ graph }: BackwardContext, gradient: string, like: string): string {
  return graph.node('Reshape', [gradient, graph.node('Shape', [like])], {}, 'backward_reshape');
}

/** A gradient spread over the shape of a value that was reduced to it along axes. */
export function spreadOver(at: BackwardContext, gradient: string, like: string): string {
  return at.graph.node('Expand', [gradient, at.graph.node('Shape', [like])], {}, 'backward_expand');
}
