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

/** A gradient of a part, with nothing around it. */
function within(
  { graph }: BackwardContext,
  gradient: string,
  before: readonly number[],
  after: readonly number[],
): string {
  const border = graph.integers('backward_border', [...before, ...after]);
  return graph.node('Pad', [gradient, border], {}, 'backward_within');
}

/** One of the values along an axis, such as a class or a token. */
const gather: BackwardRule = (node, upstream, at) => {
  const [input, index] = node.input;
  const shape = at.shape(input!);
  const axis = counted(integerOf(node, 'axis', 0), shape.length);
  const chosen = at.constant(index!);
  if (chosen?.values.length !== 1 || chosen.dims.length > 1 || axis === 0)
    throw noGradients(node, 'takes other than one constant place');
  const place = counted(chosen.values[0]!, shape[axis]!);
  const part = chosen.dims.length === 0 ? unsqueezed(upstream, [axis], at) : upstream;
  const around = (size: number) => shape.map((_, other) => (other === axis ? size : 0));
  return [within(at, part, around(place), around(shape[axis]! - 1 - place))];
};

const slice: BackwardRule = (node, upstream, at) => {
  const [input, ...bounds] = node.input;
  const [shape, part] = [at.shape(input!), at.shape(node.output[0]!)];
  const [starts, ends, axes, steps] = bounds.map((name) => (name ? at.constant(name)?.values : undefined));
  const along = (axes ?? starts?.map((_, axis) => axis))?.map((axis) => counted(axis, shape.length));
  const unknown = !starts || !ends || !along || (bounds[3] && !steps?.every((step) => step === 1));
  if (unknown || part[0] !== shape[0] || along.includes(0))
    throw noGradients(node, 'cuts in a way that the file does not show');
  const before = shape.map((size, axis) => {
    const start = starts[along.indexOf(axis)] ?? 0;
    return Math.max(0, Math.min(size, counted(start, size)));
  });
  const after = shape.map((size, axis) => size - before[axis]! - part[axis]!);
  return [within(at, upstream, before, after)];
};

/** Over the last axes: what moves their mean or spread alone changes nothing. */
const layerNormalization: BackwardRule = (node, upstream, at) => {
  const [input, scale, offset] = node.input;
  if (at.wanted(scale!) || (offset && at.wanted(offset)))
    throw noGradients(node, 'has weights that depend on the image');
  const shape = at.shape(input!);
  const from = counted(integerOf(node, 'axis', -1), shape.length);
  if (from === 0) throw noGradients(node, 'reduces over the images or over unknown axes');
  const axes = shape.map((_, axis) => axis).slice(from);
  const count = axes.reduce((size, axis) => size * shape[axis]!, 1);
  const { graph } = at;
  const times = (a: string, b: string) => graph.node('Mul', [a, b], {}, 'backward_layer_norm');
  const less = (a: string, b: string) => graph.node('Sub', [a, b], {}, 'backward_layer_norm');
  const mean = (value: string) => times(reduceSum(at, value, axes, true), scalar(graph, 1 / count));
  const centred = less(input!, mean(input!));
  const epsilon = scalar(graph, floatOf(node, 'epsilon', 1e-5));
  const spread = graph.node('Sqrt', [graph.node('Add', [mean(times(centred, centred)), epsilon])]);
  const normal = graph.node('Div', [centred, spread], {}, 'backward_layer_norm');
  const gradient = times(upstream, scale!);
  const rest = less(less(gradient, mean(gradient)), times(normal, mean(times(gradient, normal))));
  return [graph.node('Div', [rest, spread], {}, 'backward_layer_norm')];
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
function kept(node: NodeProto, value: string, axes: number[], at: BackwardContext): string {
  return integerOf(node, 'keepdims', 1) === 1 ? value : unsqueezed(value, axes, at);
}

function unsqueezed(value: string, axes: number[], { graph, opset }: BackwardContext): string {
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
  Gather: gather,
  Gemm: gemm,
  LayerNormalization: layerNormalization,
  LogSoftmax: softmax(true),
  MatMul: matMul,
  Pad: pad,
  ReduceLogSumExp: reduceLogSumExp,
  ReduceMax: reduceMax,
  ReduceMean: reduceMean,
  ReduceSum: reduceSumRule,
  Reshape: reshaped,
  Slice: slice,
  Softmax: softmax(false),
  Squeeze: reshaped,
  Transpose: transpose,
  Unsqueeze: reshaped,
};
