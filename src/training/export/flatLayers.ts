import { activation, type LayerExport, unsupported, weightValues } from './layerExport.js';

/** Dense on flat values; the gradient goes back through the same kernel, transposed. */
export const dense: LayerExport = (graph, layer, [input], outputShape) => {
  if (input!.shape.length !== 1) throw unsupported(layer, 'stands behind a picture; put a Flatten before it');
  const [kernel, bias] = layer.getWeights();
  const [inputs, units] = kernel!.shape as [number, number];
  const weights = graph.constant(`${layer.name}_kernel`, [inputs, units], weightValues(kernel!));
  const terms = [input!.name, weights];
  if (bias !== undefined) terms.push(graph.constant(`${layer.name}_bias`, [units], weightValues(bias)));
  const weighted = graph.node('Gemm', terms, {}, layer.name);
  const after = activation(graph, layer, layer.getConfig().activation, weighted);
  return {
    value: { name: after.name, shape: outputShape },
    backward: (upstream) => [
      graph.node('Gemm', [after.backward(upstream), weights], { transB: 1 }, `${layer.name}_grad`),
    ],
  };
};

/** Flatten, in tfjs's order: rows, columns, channels. */
export const flatten: LayerExport = (graph, layer, [input], outputShape) => {
  const { name: source, shape } = input!;
  if (shape.length === 1) return { value: input!, backward: (upstream) => [upstream] };
  const [rows, columns, channels] = shape as [number, number, number];
  const last = graph.node('Transpose', [source], { perm: [0, 2, 3, 1] }, `${layer.name}_channels_last`);
  const name = graph.node('Flatten', [last], { axis: 1 }, layer.name);
  const backward = (upstream: string) => {
    const picture = graph.integers(`${layer.name}_picture`, [-1, rows, columns, channels]);
    const unflat = graph.node('Reshape', [upstream, picture]);
    return [graph.node('Transpose', [unflat], { perm: [0, 3, 1, 2] }, `${layer.name}_grad`)];
  };
  return { value: { name, shape: outputShape }, backward };
};

/** LogSumExp over a map of one channel: the gradient falls on each place by its share of the sum. */
export const logSumExp: LayerExport = (graph, layer, [input], outputShape) => {
  const [rows, columns, channels] = input!.shape as [number, number, number];
  if (channels !== 1) throw unsupported(layer, 'joins more than one map');
  const label = (what: string) => `${layer.name}_${what}`;
  const sharpness = graph.constant(label('sharpness'), [1], weightValues(layer.getWeights()[0]!));
  const flat = graph.node('Flatten', [input!.name], { axis: 1 });
  const sharpened = graph.node('Mul', [flat, sharpness], {}, label('sharpened'));
  const sum = graph.node('ReduceLogSumExp', [sharpened], { axes: [1], keepdims: 1 }, label('sum'));
  const places = graph.constant(label('places'), [1], Float32Array.of(Math.log(rows * columns)));
  const name = graph.node('Div', [graph.node('Sub', [sum, places]), sharpness], {}, layer.name);
  const backward = (upstream: string) => {
    const share = graph.node('Exp', [graph.node('Sub', [sharpened, sum])], {}, label('share'));
    const given = graph.node('Mul', [share, upstream]);
    const picture = graph.integers(label('picture'), [-1, 1, rows, columns]);
    return [graph.node('Reshape', [given, picture], {}, label('grad'))];
  };
  return { value: { name, shape: outputShape }, backward };
};

/** Reshape of flat values to a 1 × 1 picture, as squeeze-and-excitation needs it. */
export const reshape: LayerExport = (graph, layer, [input], outputShape) => {
  const [rows, columns, channels] = outputShape;
  const toPoint = input!.shape.length === 1 && outputShape.length === 3 && rows === 1 && columns === 1;
  if (!toPoint) throw unsupported(layer, 'does more than make flat values a picture of one pixel');
  const target = graph.integers(`${layer.name}_shape`, [-1, channels!, 1, 1]);
  const name = graph.node('Reshape', [input!.name, target], {}, layer.name);
  const flat = () => graph.integers(`${layer.name}_flat`, [-1, channels!]);
  return {
    value: { name, shape: outputShape },
    backward: (upstream) => [graph.node('Reshape', [upstream, flat()])],
  };
};
