import { activation, type LayerExport, unsupported, weightValues } from './layerExport.js';

/** Dropout, GaussianNoise and the like: nothing at inference. */
export const identity: LayerExport = (_graph, _layer, [input]) => ({
  value: input!,
  backward: (upstream) => [upstream],
});

/** Activation and ReLU. */
export const activationLayer: LayerExport = (graph, layer, [input], outputShape) => {
  const config = layer.getConfig();
  const kind = layer.getClassName() === 'ReLU' ? 'relu' : config.activation;
  if (layer.getClassName() === 'ReLU' && config.maxValue !== undefined && config.maxValue !== null)
    throw unsupported(layer, 'has a maximum');
  const { name, backward } = activation(graph, layer, kind, input!.name);
  return { value: { name, shape: outputShape }, backward: (upstream) => [backward(upstream)] };
};

/** BatchNormalization with its moving averages: one factor and one offset per channel. */
export const batchNormalization: LayerExport = (graph, layer, [input], outputShape) => {
  const config = layer.getConfig();
  const channels = outputShape.at(-1)!;
  const weights = layer.getWeights().map(weightValues);
  const gamma = config.scale === false ? new Float32Array(channels).fill(1) : weights.shift()!;
  const beta = config.center === false ? new Float32Array(channels) : weights.shift()!;
  const [mean, variance] = weights as [Float32Array, Float32Array];
  const epsilon = config.epsilon as number;
  const factor = gamma.map((value, index) => value / Math.sqrt(variance[index]! + epsilon));
  const offset = beta.map((value, index) => value - mean[index]! * factor[index]!);
  const dims = outputShape.length === 3 ? [channels, 1, 1] : [channels];
  const factors = graph.constant(`${layer.name}_factor`, dims, factor);
  const scaled = graph.node('Mul', [input!.name, factors]);
  const offsets = graph.constant(`${layer.name}_offset`, dims, offset);
  const name = graph.node('Add', [scaled, offsets], {}, layer.name);
  return {
    value: { name, shape: outputShape },
    backward: (upstream) => [graph.node('Mul', [upstream, factors], {}, `${layer.name}_grad`)],
  };
};

/** Add of values of one shape: each gets the whole gradient. */
export const add: LayerExport = (graph, layer, inputs, outputShape) => {
  if (inputs.some((input) => input.shape.join() !== outputShape.join()))
    throw unsupported(layer, 'adds values of different shapes');
  const name = graph.node(
    'Sum',
    inputs.map((input) => input.name),
    {},
    layer.name,
  );
  return { value: { name, shape: outputShape }, backward: (upstream) => inputs.map(() => upstream) };
};

/** Multiply of two values, one of which may be one pixel (squeeze-and-excitation); before the target layer only. */
export const multiply: LayerExport = (graph, layer, inputs, outputShape) => {
  if (inputs.length !== 2) throw unsupported(layer, 'multiplies more than two values');
  const name = graph.node(
    'Mul',
    inputs.map((input) => input.name),
    {},
    layer.name,
  );
  return { value: { name, shape: outputShape }, backward: undefined };
};

/** Concatenate of pictures of one size, or of flat values, along their channels: each gets its part of the gradient. */
export const concatenate: LayerExport = (graph, layer, inputs, outputShape) => {
  const { axis } = layer.getConfig() as { axis: number };
  if (axis !== -1 && axis !== outputShape.length)
    throw unsupported(layer, 'joins along rows, columns or views');
  const name = graph.node(
    'Concat',
    inputs.map((input) => input.name),
    { axis: 1 },
    layer.name,
  );
  const backward = (upstream: string) => {
    const channels = graph.integers(`${layer.name}_axis`, [1]);
    let end = 0;
    return inputs.map(({ shape }, index) => {
      const bounds = [end, end + shape.at(-1)!];
      end = bounds[1]!;
      const [from, to] = bounds.map((bound) => graph.integers(`${layer.name}_part_${index + 1}`, [bound]));
      return graph.node('Slice', [upstream, from!, to!, channels], {}, `${layer.name}_grad_${index + 1}`);
    });
  };
  return { value: { name, shape: outputShape }, backward };
};
