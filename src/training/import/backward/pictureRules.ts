import type { NodeProto } from '../../../model/index.js';
import { floatOf, integerOf, integersOf, wordOf } from '../givenNetwork.js';
import {
  type BackwardContext,
  type BackwardRule,
  noGradients,
  reduceSum,
  scalar,
  spreadOver,
} from './rule.js';

/** Axes of rows and columns of views × channels × rows × columns. */
const PLACES = [2, 3];

const globalAveragePool: BackwardRule = (node, upstream, at) => {
  const [, , rows, columns] = at.shape(node.input[0]!);
  const share = at.graph.node('Mul', [upstream, scalar(at.graph, 1 / (rows! * columns!))]);
  return [spreadOver(at, share, node.input[0]!)];
};

const globalMaxPool: BackwardRule = (node, upstream, at) => {
  const largest = at.graph.node('Equal', [node.input[0]!, node.output[0]!]);
  const mask = at.graph.node('Cast', [largest], { to: 1 }, 'backward_mask');
  const shares = at.graph.node('Div', [mask, reduceSum(at, mask, PLACES, true)]);
  return [at.graph.node('Mul', [shares, upstream], {}, 'backward_max')];
};

/** As older exporters write the largest over all places: one window of the picture's own size. */
const maxPool: BackwardRule = (node, upstream, at) => {
  const places = at.shape(node.output[0]!).slice(2);
  const { kernel, pads, dilations } = windowsOf(node, integersOf(node, 'kernel_shape'));
  const whole = at
    .shape(node.input[0]!)
    .slice(2)
    .every((size, i) => size === kernel[i]);
  if (!whole || [...places, ...dilations].some((size) => size !== 1) || pads.some((pad) => pad !== 0))
    throw noGradients(node, 'takes the largest of each window, not of all places');
  return globalMaxPool(node, upstream, at);
};

/** Windows that are moved over a picture; one number for rows and one for columns each. */
interface Windows {
  kernel: [number, number];
  strides: [number, number];
  dilations: [number, number];
  /** Above, left, below, right. */
  pads: [number, number, number, number];
}

function windowsOf(node: NodeProto, kernel: number[] | undefined): Windows {
  const padding = wordOf(node, 'auto_pad');
  if (
    kernel?.length !== 2 ||
    !['', 'NOTSET', 'VALID'].includes(padding) ||
    integerOf(node, 'ceil_mode', 0) !== 0
  )
    throw noGradients(node, 'has windows that are laid in an unusual way');
  return {
    kernel: kernel as [number, number],
    strides: (integersOf(node, 'strides') ?? [1, 1]) as [number, number],
    dilations: (integersOf(node, 'dilations') ?? [1, 1]) as [number, number],
    pads: (padding === 'VALID'
      ? [0, 0, 0, 0]
      : (integersOf(node, 'pads') ?? [0, 0, 0, 0])) as Windows['pads'],
  };
}

/** The transposed convolution that goes back over the same windows, onto the size of the input. */
function backOver(
  node: NodeProto,
  at: BackwardContext,
  windows: Windows,
  [upstream, weights]: [string, string],
  group: number,
): string {
  const { kernel, strides, dilations, pads } = windows;
  const [input, output] = [at.shape(node.input[0]!), at.shape(node.output[0]!)];
  const left = PLACES.map((axis, i) => {
    const reached =
      (output[axis]! - 1) * strides[i]! + dilations[i]! * (kernel[i]! - 1) + 1 - pads[i]! - pads[i + 2]!;
    return input[axis]! - reached;
  });
  // What is left over below and right was never under a window.
  if (left.some((size, i) => size < 0 || size >= Math.max(strides[i]!, dilations[i]!) + pads[i + 2]!))
    throw noGradients(node, 'has windows that are laid in an unusual way');
  const attributes = { strides, dilations, pads, group, kernel_shape: kernel, output_padding: left };
  return at.graph.node('ConvTranspose', [upstream, weights], attributes, 'backward_windows');
}

const averagePool: BackwardRule = (node, upstream, at) => {
  const windows = windowsOf(node, integersOf(node, 'kernel_shape'));
  const padded = windows.pads.some((pad) => pad !== 0);
  if (padded && integerOf(node, 'count_include_pad', 0) !== 1)
    throw noGradients(node, 'takes means over windows of different sizes');
  const channels = at.shape(node.input[0]!)[1]!;
  const [high, wide] = windows.kernel;
  const shares = new Float32Array(channels * high * wide).fill(1 / (high * wide));
  const weights = at.graph.constant('backward_mean', [channels, 1, high, wide], shares);
  return [backOver(node, at, windows, [upstream, weights], channels)];
};

const convolution: BackwardRule = (node, upstream, at) => {
  const [, weights, offset] = node.input;
  if (at.wanted(weights!) || (offset && at.wanted(offset)))
    throw noGradients(node, 'has weights that depend on the image');
  const windows = windowsOf(node, at.shape(weights!).slice(2));
  return [backOver(node, at, windows, [upstream, weights!], integerOf(node, 'group', 1))];
};

const batchNormalization: BackwardRule = (node, upstream, at) => {
  const [scale, , , variance] = node.input.slice(1).map((name) => at.constant(name)?.values);
  if (scale === undefined || variance === undefined || integerOf(node, 'training_mode', 0) !== 0)
    throw noGradients(node, 'takes its statistics from the images');
  const epsilon = floatOf(node, 'epsilon', 1e-5);
  const factors = Float32Array.from(
    scale,
    (value, channel) => value / Math.sqrt(variance[channel]! + epsilon),
  );
  const ones = at
    .shape(node.input[0]!)
    .slice(2)
    .map(() => 1);
  return [
    at.graph.node('Mul', [
      upstream,
      at.graph.constant('backward_factor', [factors.length, ...ones], factors),
    ]),
  ];
};

export const PICTURE_RULES: Record<string, BackwardRule> = {
  AveragePool: averagePool,
  BatchNormalization: batchNormalization,
  Conv: convolution,
  GlobalAveragePool: globalAveragePool,
  GlobalMaxPool: globalMaxPool,
  MaxPool: maxPool,
};
