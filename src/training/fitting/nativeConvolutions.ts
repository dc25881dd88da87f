import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { TensorFlow, TensorFlowRuntime } from '../../model/index.js';

/** What tfjs-node's backend offers beyond tfjs's own kernels: any operation of TensorFlow by its name. */
interface NativeBackend {
  binding: Record<'TF_ATTR_STRING' | 'TF_ATTR_TYPE' | 'TF_ATTR_INT' | 'TF_ATTR_BOOL' | 'TF_FLOAT', number>;
  executeMultipleOutputs(name: string, attributes: object[], inputs: Tensor[], outputs: number): Tensor[];
}

interface ConvolutionLayer {
  name: string;
  getClassName(): string;
  getConfig(): Record<string, unknown>;
  weights: { read(): Tensor }[];
  call(inputs: Tensor | Tensor[], kwargs: object): Tensor | Tensor[];
}

/** A convolution's operations in TensorFlow: forwards, and back to its input and its kernel. */
const OPERATIONS: Record<string, [forward: string, input: string, filter: string]> = {
  Conv2D: ['Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter'],
  DepthwiseConv2D: [
    'DepthwiseConv2dNative',
    'DepthwiseConv2dNativeBackpropInput',
    'DepthwiseConv2dNativeBackpropFilter',
  ],
};

/** The activation and its gradient from the activation's own value. */
const ACTIVATIONS: Record<string, [forward: string, gradient: string]> = {
  relu: ['Relu', 'ReluGrad'],
  relu6: ['Relu6', 'Relu6Grad'],
};

/**
 * Lets a model's convolutions train with TensorFlow's own kernels: convolution, bias and activation keep one value for
 * the way back, where tfjs keeps three and puts each gradient together from several operations. A step takes half as
 * long. Answers and gradients are the same. Does nothing where TensorFlow is not native.
 */
export function useNativeConvolutions({ tf, kind }: TensorFlowRuntime, model: LayersModel): void {
  if (kind !== 'native') return;
  const backend = tf.backend() as unknown as NativeBackend;
  for (const layer of model.layers as unknown as ConvolutionLayer[])
    if (layer.getClassName() in OPERATIONS) convolveNatively(tf, backend, layer);
}

function convolveNatively(tf: TensorFlow, backend: NativeBackend, layer: ConvolutionLayer): void {
  const { binding } = backend;
  const config = layer.getConfig();
  const { padding, activation } = config as { padding: string; activation: string };
  const [down, across] = pair(config.strides);
  const [forward, toInput, toFilter] = OPERATIONS[layer.getClassName()]!;
  const type = { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT };
  const format = { name: 'data_format', type: binding.TF_ATTR_STRING, value: 'NHWC' };
  const window = [
    type,
    format,
    { name: 'strides', type: binding.TF_ATTR_INT, value: [1, down, across, 1] },
    { name: 'padding', type: binding.TF_ATTR_STRING, value: padding.toUpperCase() },
    { name: 'dilations', type: binding.TF_ATTR_INT, value: [1, 1, 1, 1] },
  ];
  const run = (name: string, attributes: object[], ...inputs: Tensor[]) =>
    backend.executeMultipleOutputs(name, attributes, inputs, 1)[0]!;
  const rectifier = ACTIVATIONS[activation];
  if (rectifier === undefined && activation !== 'linear') return;

  const convolve = tf.customGrad((...given) => {
    const [x, kernel, bias] = given as unknown as [Tensor4D, Tensor4D, Tensor];
    const save = given[3] as unknown as (tensors: Tensor[]) => void;
    const convolved = run('BiasAdd', [type, format], run(forward, window, x, kernel), bias);
    const y = rectifier === undefined ? convolved : run(rectifier[0], [type], convolved);
    save(rectifier === undefined ? [x, kernel] : [x, kernel, y]);
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const [input, filter, value] = saved as [Tensor, Tensor, Tensor | undefined];
      const upstream = value === undefined ? dy : run(rectifier![1], [type], dy, value);
      return [
        run(toInput, window, tf.tensor1d(input.shape, 'int32'), filter, upstream),
        run(toFilter, window, input, tf.tensor1d(filter.shape, 'int32'), upstream),
        run('BiasAddGrad', [type, format], upstream),
      ];
    };
    return { value: y, gradFunc };
  });
  layer.call = (inputs) => {
    const input = Array.isArray(inputs) ? inputs[0]! : inputs;
    const [kernel, bias] = layer.weights;
    return convolve(input, kernel!.read(), bias!.read());
  };
}

function pair(value: unknown): [number, number] {
  return Array.isArray(value) ? [value[0], value[1]] : [value as number, value as number];
}
