import type { NodeProto } from '../../../model/index.js';
import { floatOf, integerOf, integersOf, wordOf } from '../givenNetwork.js';
import {
  type BackwardContext,
  type BackwardRule,
  noGradients,
  reduceSum,
  scalar,
  shapedLike,
  spreadOver,
} from './rule.js';

const reshaped: BackwardRule = (node, upstream, at) => [shapedLike(at, upstream, node.input[0]!)];

const transpose: BackwardRule = (node, upstream, at) => {
  const rank = at.shape(node.input[0]!).length;
  const perm = integersOf(node, 'perm') ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
  const back = perm.map((_, axis) => perm.indexOf(axis));
  return [at.graph.node('Transpose', [upstream], { perm: back }, 'backward_transpose')];
};

const concat: BackwardRule = (node, upstream, at) => {
  const rank = at.shape(node.output[0]!).length;
  const axis = counted(integerOf(node, 'axis', 0), rank);
  if (axis === 0) throw noGradients(node, 'joins images');
  const axes = at.graph.integers('backward_axis', [axis]);
  let end = 0;
  return node.input.map((input) => {
    const from = end;
    end += at.shape(input)[axis]!;
    const [start, stop] = [from, end].map((place) => at.graph.integers('backward_part', [place]));
    return at.graph.node('Slice', [upstream, start!, stop!, axes], {}, 'backward_slice');
  });
};

/** What was put around it takes no gradient: the part between goes back. */
const pad: BackwardRule = (node, upstream, at) => {
  const [input, border] = node.input;
  const shape = at.shape(input!);
  const pads = border ? at.constant(border)?.values : integersOf(node, 'pads');
  const mode = wordOf(node, 'mode') || 'constant';
  if (pads?.length !== 2 * shape.length || mode !== 'constant' || node.input[3])
    throw noGradients(node, 'pads in a way that the file does not show');
  if (pads[0] !== 0 || pads.some((size) => size < 0)) throw noGradients(node, 'cuts, or adds images');
  if (pads.every((size) => size === 0)) return [upstream];
  const axes = shape.map((_, axis) => axis).slice(1);
  const [starts, ends] = [axes.map((axis) => pads[axis]!), axes.map((axis) => pads[axis]! + shape[axis]!)];
  const bounds = [starts, ends, axes].map((numbers) => at.graph.integers('backward_pad', numbers));
  return [at.graph.node('Slice', [upstream, ...bounds], {}, 'backward_unpadded')];
};

const gemm: BackwardRule = (node, upstream, at) => {
  const [input, weights, offset] = node.input;
  if (integerOf(node, 'transA', 0) !== 0 || at.wanted(weights!) || (offset && at.wanted(offset)))
    throw noGradients(node, 'multiplies values that both depend on the image');
  const turned =
    integerOf(node, 'transB', 0) === 1 ? weights! : at.graph.node('Transpose', [weights!], { perm: [1, 0] });
  const gradient = at.graph.node('MatMul', [upstream, turned], {}, 'backward_gemm');
  const alpha = floatOf(node, 'alpha', 1);
  if (!at.wanted(input!)) return [];
  return [alpha === 1 ? gradient : at.graph.node('Mul', [gradient, scalar(at.graph, alpha)])];
};

const matMul: BackwardRule = (node, upstream, at) => {
  const [input, weights] = node.input;
  if (at.wanted(weights!)) throw noGradients(node, 'multiplies values that both depend on the image');
  if (at.shape(weights!).length !== 2 || at.shape(input!).length < 2)
    throw noGradients(node, 'multiplies by weights that are no matrix');
  const turned = at.graph.node('Transpose', [weights!], { perm: [1, 0] });
  return [at.graph.node('MatMul', [upstream, turned], {}, 'backward_matmul')];
};

/** The axes that a reduction goes over, counted from 0; never that of the images. */
function reducedAxes(node: NodeProto, at: BackwardContext): number[] {
  const rank = at.shape(node.input[0]!).length;
  const named = node.input[1] ? at.constant(node.input[1])?.values : integersOf(node, 'axes');
  const axes = named?.map((axis) => counted(axis, rank));
  if (axes === undefined || axes.includes(0))
    throw noGradients(node, 'reduces over the images or over unknown axes');
  return axes;
}

const counted = (axis: number, rank: number) => (axis < 0 ? axis + rank : axis);

/** The upstream gradient and the output with their reduced axes as ones, so that they broadcast over the input. */
function kept(node: NodeProto, value: string, axes: number[], { graph, opset }: BackwardContext): string {
  if (integerOf(node, 'keepdims', 1) === 1) return value;
  if (opset < 13) return graph.node('Unsqueeze', [value], { axes }, 'backward_unsqueeze');
  return graph.node('Unsqueeze', [value, graph.integers('backward_axes', axes)], {}, 'backward_unsqueeze');
}

const reduceMean: BackwardRule = (node, upstream, at) => {
  const axes = reducedAxes(node, at);
  const shape = at.shape(node.input[0]!);
  const count = axes.reduce((size, axis) => size * shape[axis]!, 1);
  const share = at.graph.node('Mul', [kept(node, upstream, axes, at), scalar(at.graph, 1 / count)]);
  return [spreadOver(at, share, node.input[0]!)];
};

const reduceSumRule: BackwardRule = (node, upstream, at) => [
  spreadOver(at, kept(node, upstream, reducedAxes(node, at), at), node.input[0]!),
];

/** exp(x − log Σ exp x): each place's share. */
const reduceLogSumExp: BackwardRule = (node, upstream, at) => {
  const axes = reducedAxes(node, at);
  const [input] = node.input;
  const share = at.graph.node('Exp', [at.graph.node('Sub', [input!, kept(node, node.output[0]!, axes, at)])]);
  return [at.graph.node('Mul', [share, kept(node, upstream, axes, at)], {}, 'backward_logsumexp')];
};

/** Goes to the largest place; places that are equally large share it. */
const reduceMax: BackwardRule = (node, upstream, at) => {
  const axes = reducedAxes(node, at);
  const largest = at.graph.node('Equal', [node.input[0]!, kept(node, node.output[0]!, axes, at)]);
  const mask = at.graph.node('Cast', [largest], { to: 1 }, 'backward_mask');
  const shares = at.graph.node('Div', [mask, reduceSum(at, mask, axes, true)]);
  return [at.graph.node('Mul', [shares, kept(node, upstream, axes, at)], {}, 'backward_max')];
};

const softmax =
  (logarithmic: boolean): BackwardRule =>
  (node, upstream, at) => {
    const rank = at.shape(node.input[0]!).length;
    const axis = counted(integerOf(node, 'axis', at.opset < 13 ? 1 : -1), rank);
    if (axis === 0 || (at.opset < 13 && axis !== rank - 1))
      throw noGradients(node, 'normalises along an unusual axis');
    const { graph } = at;
    const [output] = node.output;
    if (logarithmic) {
      const total = reduceSum(at, upstream, [axis], true);
      const share = graph.node('Mul', [graph.node('Exp', [output!]), total]);
      return [graph.node('Sub', [upstream, share], {}, 'backward_softmax')];
    }
    const total = reduceSum(at, graph.node('Mul', [upstream, output!]), [axis], true);
    return [graph.node('Mul', [output!, graph.node('Sub', [upstream, total])], {}, 'backward_softmax')];
  };

export const SHAPE_RULES: Record<string, BackwardRule> = {
  Concat: concat,
  Flatten: reshaped,
  Gemm: gemm,
  LogSoftmax: softmax(true),
  MatMul: matMul,
  Pad: pad,
  ReduceLogSumExp: reduceLogSumExp,
  ReduceMax: reduceMax,
  ReduceMean: reduceMean,
  ReduceSum: reduceSumRule,
  Reshape: reshaped,
  Softmax: softmax(false),
  Squeeze: reshaped,
  Transpose: transpose,
  Unsqueeze: reshaped,
};
