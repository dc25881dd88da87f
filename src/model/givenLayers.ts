import type { LayersModel } from '@tensorflow/tfjs-layers';
import { FILTER_SIZE } from './filterBank.js';
import type { TensorFlow } from './tensorflowRuntime.js';

export type Symbolic = LayersModel['inputs'][number];

/** Layers whose weights are given and which no training changes. */
export class GivenLayers {
  readonly #fillings: { name: string; weights: Float32Array[] }[] = [];

  readonly #tf: TensorFlow;

  constructor(tf: TensorFlow) {
    this.#tf = tf;
  }

  /** The picture at half its size, so many times over. */
  halve(from: Symbolic, name: string, times = 1): Symbolic {
    if (times === 0) return from;
    const factor = 2 ** times;
    const layer = this.#tf.layers.averagePooling2d({
      name,
      poolSize: factor,
      strides: factor,
      padding: 'same',
    });
    return layer.apply(from) as Symbolic;
  }

  /** Each channel through each of the filters, rectified: channels × filters, the filters of a channel together. */
  filter(from: Symbolic, name: string, filters: Float32Array[]): Symbolic {
    this.#fillings.push({ name, weights: [eachChannel(filters, channelsOf(from))] });
    const layer = this.#tf.layers.depthwiseConv2d({
      name,
      kernelSize: FILTER_SIZE,
      depthMultiplier: filters.length,
      padding: 'same',
      useBias: false,
      activation: 'relu',
      depthwiseInitializer: 'zeros',
      trainable: false,
    });
    return layer.apply(from) as Symbolic;
  }

  /** Sums of the channels at each place, with these weights. */
  combine(
    from: Symbolic,
    name: string,
    filters: number,
    weight: (input: number, output: number) => number,
  ): Symbolic {
    const weights = [kernelOf(from, filters, weight)];
    this.#fillings.push({ name, weights });
    return this.#onePixel(name, filters, {}).apply(from) as Symbolic;
  }

  /** How far one channel lies above each of the thresholds, times `slope`; 0 below. */
  above(from: Symbolic, name: string, channel: number, thresholds: number[], slope: number): Symbolic {
    const kernel = kernelOf(from, thresholds.length, (input) => (input === channel ? slope : 0));
    const bias = Float32Array.from(thresholds, (threshold) => -slope * threshold);
    this.#fillings.push({ name, weights: [kernel, bias] });
    const layer = this.#onePixel(name, thresholds.length, { useBias: true, activation: 'relu' });
    return layer.apply(from) as Symbolic;
  }

  /** Gives the layers of the finished model their weights. */
  fill(model: LayersModel): void {
    for (const { name, weights } of this.#fillings) {
      const layer = model.getLayer(name);
      const tensors = layer.getWeights().map(({ shape }, index) => this.#tf.tensor(weights[index]!, shape));
      layer.setWeights(tensors);
      this.#tf.dispose(tensors);
    }
  }

  #onePixel(name: string, filters: number, more: { useBias?: true; activation?: 'relu' }) {
    return this.#tf.layers.conv2d({
      name,
      filters,
      kernelSize: 1,
      useBias: false,
      kernelInitializer: 'zeros',
      trainable: false,
      ...more,
    });
  }
}

export function channelsOf(value: Symbolic): number {
  return value.shape.at(-1)!;
}

function kernelOf(
  from: Symbolic,
  filters: number,
  weight: (input: number, output: number) => number,
): Float32Array {
  return Float32Array.from({ length: channelsOf(from) * filters }, (_, at) =>
    weight(Math.floor(at / filters), at % filters),
  );
}

/** The same filters for each of so many channels: rows × columns × channels × filters, as a depthwise kernel lies. */
function eachChannel(filters: Float32Array[], channels: number): Float32Array {
  const places = FILTER_SIZE ** 2;
  const values = new Float32Array(places * channels * filters.length);
  let at = 0;
  for (let place = 0; place < places; place++)
    for (let channel = 0; channel < channels; channel++)
      for (const filter of filters) values[at++] = filter[place]!;
  return values;
}
