import {
  activation,
  type ExportedLayer,
  type LayerExport,
  unsupported,
  type Value,
  weightValues,
} from './layerExport.js';
import type { OnnxGraph } from './onnxGraph.js';

/**
 * Conv2D; the kernel goes from rows × columns × in × out to out × in × rows × columns. Behind the target layer it may
 * be one pixel wide: its gradient is then the same convolution with the kernel transposed.
 */
export const conv2d: LayerExport = (graph, layer, [input], outputShape) => {
  const config = layer.getConfig();
  checkPicture(layer, config);
  const [kernel, bias] = layer.getWeights();
  const [rows, columns, inputs, outputs] = kernel!.shape as [number, number, number, number];
  const values = reorder(weightValues(kernel!), [rows, columns, inputs, outputs], [3, 2, 0, 1]);
  const weights = [graph.constant(`${layer.name}_kernel`, [outputs, inputs, rows, columns], values)];
  if (bias !== undefined) weights.push(graph.constant(`${layer.name}_bias`, [outputs], weightValues(bias)));
  const convolved = graph.node(
    'Conv',
    [input!.name, ...weights],
    windowAttributes(config, [rows, columns], input!.shape),
    layer.name,
  );
  const { name, backward } = activation(graph, layer, config.activation, convolved);
  const strides = pair(config.strides ?? 1);
  const onePixel = rows === 1 && columns === 1 && strides[0] === 1 && strides[1] === 1;
  const toInput = (upstream: string) => {
    const turned = reorder(weightValues(kernel!), [1, 1, inputs, outputs], [2, 3, 0, 1]);
    const back = graph.constant(`${layer.name}_back`, [inputs, outputs, 1, 1], turned);
    return [graph.node('Conv', [backward(upstream), back], {}, `${layer.name}_grad`)];
  };
  return { value: { name, shape: outputShape }, backward: onePixel ? toInput : undefined };
};

/** UpSampling2D by repeating pixels; before the target layer only. */
export const upSampling2d: LayerExport = (graph, layer, [input], outputShape) => {
  const config = layer.getConfig();
  checkPicture(layer, config);
  if (config.interpolation !== undefined && config.interpolation !== 'nearest')
    throw unsupported(layer, 'does more than repeat pixels');
  const [down, across] = pair(config.size);
  const scales = graph.constant(`${layer.name}_scales`, [4], Float32Array.of(1, 1, down, across));
  const name = graph.node(
    'Resize',
    [input!.name, '', scales],
    {
      mode: { s: 'nearest' },
      coordinate_transformation_mode: { s: 'asymmetric' },
      nearest_mode: { s: 'floor' },
    },
    layer.name,
  );
  return { value: { name, shape: outputShape }, backward: undefined };
};

/** DepthwiseConv2D as a convolution with one group per input channel. */
export const depthwiseConv2d: LayerExport = (graph, layer, [input], outputShape) => {
  const config = layer.getConfig();
  checkPicture(layer, config);
  const [kernel, bias] = layer.getWeights();
  const [rows, columns, inputs, multiplier] = kernel!.shape as [number, number, number, number];
  const values = reorder(weightValues(kernel!), [rows, columns, inputs, multiplier], [2, 3, 0, 1]);
  const outputs = inputs * multiplier;
  const weights = [graph.constant(`${layer.name}_kernel`, [outputs, 1, rows, columns], values)];
  if (bias !== undefined) weights.push(graph.constant(`${layer.name}_bias`, [outputs], weightValues(bias)));
  const window = windowAttributes(config, [rows, columns], input!.shape);
  const convolved = graph.node('Conv', [input!.name, ...weights], { ...window, group: inputs }, layer.name);
  const { name } = activation(graph, layer, config.activation, convolved);
  return { value: { name, shape: outputShape }, backward: undefined };
};

/**
 * MaxPooling2D. Its gradient goes to the first of equal values in a window, as in TensorFlow. It is written without
 * MaxPool's second output and MaxUnpool, which ONNX Runtime's WebGPU provider lacks; windows that overlap are
 * not supported behind the target layer.
 */
export const maxPooling2d: LayerExport = (graph, layer, [input], outputShape) => {
  const config = layer.getConfig();
  checkPicture(layer, config);
  const size = pair(config.poolSize);
  const strides = pair(config.strides ?? config.poolSize);
  const attributes = { ...windowAttributes({ ...config, strides }, size, input!.shape), kernel_shape: size };
  const name = graph.node('MaxPool', [input!.name], attributes, layer.name);
  const apart = size[0] === strides[0] && size[1] === strides[1] && config.padding === 'valid';
  const backward = (upstream: string) => [maxPoolGradient(graph, layer, input!, outputShape, size, upstream)];
  return { value: { name, shape: outputShape }, backward: apart ? backward : undefined };
};

function maxPoolGradient(
  graph: OnnxGraph,
  layer: ExportedLayer,
  input: Value,
  outputShape: number[],
  [high, wide]: [number, number],
  upstream: string,
): string {
  const label = (what: string) => `${layer.name}_${what}`;
  const [rows, columns, channels] = outputShape as [number, number, number];
  const [restRows, restColumns] = [input.shape[0]! - rows * high, input.shape[1]! - columns * wide];
  const whole = restRows === 0 && restColumns === 0;
  const ends = () => graph.integers(label('ends'), [rows * high, columns * wide]);
  const bounds = () => [
    graph.integers(label('starts'), [0, 0]),
    ends(),
    graph.integers(label('axes'), [2, 3]),
  ];
  const covered = whole ? input.name : graph.node('Slice', [input.name, ...bounds()], {}, label('covered'));

  // One window's values side by side in the last dimension: views, channels, rows, columns, values.
  const apart = graph.integers(label('apart'), [-1, channels, rows, high, columns, wide]);
  const perm = [0, 1, 2, 4, 3, 5];
  const windows = graph.node(
    'Transpose',
    [graph.node('Reshape', [covered, apart])],
    { perm },
    label('windows'),
  );
  const flat = graph.integers(label('flat'), [-1, channels, rows, columns, high * wide]);
  const values = graph.node('Reshape', [windows, flat], {}, label('values'));
  const first = graph.node(
    'ArgMax',
    [values],
    { axis: 4, keepdims: 1, select_last_index: 0 },
    label('first'),
  );
  const places = graph.integers(
    label('places'),
    Array.from({ length: high * wide }, (_, place) => place),
  );
  const chosen = graph.node('Equal', [first, places], {}, label('chosen'));
  const column = graph.integers(label('column'), [-1, channels, rows, columns, 1]);
  const spread = graph.node('Reshape', [upstream, column]);
  const zero = graph.constant(label('zero'), [1], Float32Array.of(0));
  const given = graph.node('Where', [chosen, spread, zero], {}, label('given'));

  const square = graph.integers(label('square'), [-1, channels, rows, columns, high, wide]);
  const back = graph.node('Transpose', [graph.node('Reshape', [given, square])], { perm }, label('back'));
  const picture = graph.integers(label('picture'), [-1, channels, rows * high, columns * wide]);
  const gradient = graph.node('Reshape', [back, picture], {}, label('grad'));
  if (whole) return gradient;
  const pads = graph.integers(label('pads'), [0, 0, 0, 0, 0, 0, restRows, restColumns]);
  return graph.node('Pad', [gradient, pads], {}, label('grad_padded'));
}

/** AveragePooling2D; padding does not count. Behind the target layer its windows must cover the picture exactly. */
export const averagePooling2d: LayerExport = (graph, layer, [input], outputShape) => {
  const config = layer.getConfig();
  checkPicture(layer, config);
  const size = pair(config.poolSize);
  const strides = pair(config.strides ?? config.poolSize);
  const window = windowAttributes({ ...config, strides }, size, input!.shape);
  const name = graph.node('AveragePool', [input!.name], { ...window, kernel_shape: size }, layer.name);
  const tiles = [0, 1].every(
    (axis) => size[axis] === strides[axis] && outputShape[axis]! * size[axis]! === input!.shape[axis],
  );
  const backward = (upstream: string) => [averagePoolGradient(graph, layer, outputShape, size, upstream)];
  return { value: { name, shape: outputShape }, backward: tiles ? backward : undefined };
};

/** Each value's gradient spreads evenly over its window. */
function averagePoolGradient(
  graph: OnnxGraph,
  layer: ExportedLayer,
  outputShape: number[],
  [high, wide]: [number, number],
  upstream: string,
): string {
  const label = (what: string) => `${layer.name}_${what}`;
  const [rows, columns, channels] = outputShape as [number, number, number];
  const share = graph.constant(label('share'), [1], Float32Array.of(1 / (high * wide)));
  const each = graph.node('Mul', [upstream, share]);
  const apart = graph.integers(label('apart'), [-1, channels, rows, 1, columns, 1]);
  const window = graph.integers(label('window'), [1, 1, 1, high, 1, wide]);
  const spread = graph.node('Expand', [graph.node('Reshape', [each, apart]), window], {}, label('spread'));
  const picture = graph.integers(label('picture'), [-1, channels, rows * high, columns * wide]);
  return graph.node('Reshape', [spread, picture], {}, label('grad'));
}

/** GlobalAveragePooling2D: the gradient spreads evenly over all places. */
export const globalAveragePooling2d: LayerExport = (graph, layer, [input], outputShape) => {
  const { name: source, shape } = input!;
  const [rows, columns, channels] = shape as [number, number, number];
  const name = graph.node('ReduceMean', [source], { axes: [2, 3], keepdims: 0 }, layer.name);
  const backward = (upstream: string) => {
    const share = graph.constant(`${layer.name}_share`, [1], Float32Array.of(1 / (rows * columns)));
    const each = graph.node('Mul', [upstream, share]);
    const places = graph.node('Reshape', [
      each,
      graph.integers(`${layer.name}_places`, [-1, channels, 1, 1]),
    ]);
    const whole = graph.node('Shape', [source]);
    return [graph.node('Expand', [places, whole], {}, `${layer.name}_grad`)];
  };
  return { value: { name, shape: outputShape }, backward };
};

/** GlobalMaxPooling2D: the gradient goes to every place that has the highest value, as in TensorFlow.js. */
export const globalMaxPooling2d: LayerExport = (graph, layer, [input], outputShape) => {
  const { name: source, shape } = input!;
  const channels = shape[2]!;
  const highest = graph.node('ReduceMax', [source], { axes: [2, 3], keepdims: 1 }, `${layer.name}_highest`);
  const flat = graph.integers(`${layer.name}_flat`, [-1, channels]);
  const name = graph.node('Reshape', [highest, flat], {}, layer.name);
  const backward = (upstream: string) => {
    const places = graph.integers(`${layer.name}_places`, [-1, channels, 1, 1]);
    const chosen = graph.node('Equal', [source, highest], {}, `${layer.name}_chosen`);
    const zero = graph.constant(`${layer.name}_zero`, [1], Float32Array.of(0));
    const given = graph.node('Reshape', [upstream, places]);
    return [graph.node('Where', [chosen, given, zero], {}, `${layer.name}_grad`)];
  };
  return { value: { name, shape: outputShape }, backward };
};

function checkPicture(layer: ExportedLayer, config: Record<string, unknown>): void {
  if (config.dataFormat !== undefined && config.dataFormat !== 'channelsLast')
    throw unsupported(layer, 'keeps its channels first');
  const dilation = pair(config.dilationRate ?? 1);
  if (dilation[0] !== 1 || dilation[1] !== 1) throw unsupported(layer, 'is dilated');
}

/** Strides and padding; TensorFlow's "same" puts the odd pixel at the end (SAME_UPPER). */
function windowAttributes(
  config: Record<string, unknown>,
  size: number[],
  input: number[],
): Record<string, number[]> {
  const strides = pair(config.strides ?? 1);
  const before: number[] = [];
  const after: number[] = [];
  for (const axis of [0, 1]) {
    const length = input[axis]!;
    const steps = Math.ceil(length / strides[axis]!);
    const needed =
      config.padding === 'same' ? Math.max(0, (steps - 1) * strides[axis]! + size[axis]! - length) : 0;
    before.push(Math.floor(needed / 2));
    after.push(Math.ceil(needed / 2));
  }
  return { strides, pads: [...before, ...after] };
}

function pair(value: unknown): [number, number] {
  return Array.isArray(value) ? [value[0], value[1]] : [value as number, value as number];
}

/** Row-major values with their four dimensions in another order. */
function reorder(
  values: Float32Array,
  shape: number[],
  order: [number, number, number, number],
): Float32Array {
  const strides = [shape[1]! * shape[2]! * shape[3]!, shape[2]! * shape[3]!, shape[3]!, 1];
  const [a, b, c, d] = order;
  const result = new Float32Array(values.length);
  let at = 0;
  for (let i = 0; i < shape[a]!; i++)
    for (let j = 0; j < shape[b]!; j++)
      for (let k = 0; k < shape[c]!; k++)
        for (let l = 0; l < shape[d]!; l++)
          result[at++] = values[i * strides[a]! + j * strides[b]! + k * strides[c]! + l * strides[d]!]!;
  return result;
}
