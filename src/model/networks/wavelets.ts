import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { TensorFlow } from '../tensorflow-runtime.js';
import { blobFilters, DIRECTIONS, FILTER_SIZE, morletWavelets, PHASES } from './filter-bank.js';

type Symbolic = LayersModel['inputs'][number];

/** Grey values, 0 black to 1 white: below the first is air, from the second on there is breast. */
const AIR = 0.06;
const BREAST = 0.11;

export interface Wavelets {
  /** One map per picture, octave and filter, all of the size of the coarsest octave. */
  output: Symbolic;
  /** One map of the same size, 1 in the breast and 0 in the air beside it. */
  breast: Symbolic;
  /** Gives the layers of the finished model their filters. */
  fill(model: LayersModel): void;
}

/**
 * Layers with given filters, which no training changes: for each channel of the image and each octave its grey
 * values, how strong the wavelets of each direction are, and its bright and dark blobs; for the first channel also
 * the wavelets of the wavelet strengths, at each coarser octave (the second order of a scattering network, Bruna &
 * Mallat 2013). All are averaged to the grid of the coarsest octave.
 */
export function wavelets(tf: TensorFlow, image: Symbolic, octaves: number): Wavelets {
  const { layers } = tf;
  const fillings: { name: string; weights: Float32Array[] }[] = [];
  const waves = morletWavelets();
  const blobs = blobFilters();

  const halve = (from: Symbolic, name: string, times = 1) =>
    times === 0
      ? from
      : (layers
          .averagePooling2d({ name, poolSize: 2 ** times, strides: 2 ** times, padding: 'same' })
          .apply(from) as Symbolic);
  const filter = (from: Symbolic, name: string, filters: Float32Array[]) => {
    fillings.push({ name, weights: [eachChannel(filters, channelsOf(from))] });
    const layer = layers.depthwiseConv2d({
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
  };
  /** A convolution of one pixel with given weights. */
  const combine = (
    from: Symbolic,
    name: string,
    filters: number,
    weight: (input: number, output: number) => number,
    { bias, activation }: { bias?: number[]; activation?: 'relu' } = {},
  ) => {
    const kernel = Float32Array.from({ length: channelsOf(from) * filters }, (_, at) =>
      weight(Math.floor(at / filters), at % filters),
    );
    fillings.push({ name, weights: [kernel, ...(bias === undefined ? [] : [Float32Array.from(bias)])] });
    const layer = layers.conv2d({
      name,
      filters,
      kernelSize: 1,
      useBias: bias !== undefined,
      kernelInitializer: 'zeros',
      trainable: false,
      ...(activation !== undefined && { activation }),
    });
    return layer.apply(from) as Symbolic;
  };
  /** Rectified phases added up: nearly the modulus of the complex wavelet. */
  const strengths = (from: Symbolic, name: string) =>
    combine(
      filter(from, `${name}_waves`, waves),
      `${name}_strength`,
      channelsOf(from) * DIRECTIONS,
      (i, o) => (Math.floor(i / PHASES) === o ? 1 : 0),
    );

  const maps: Symbolic[] = [];
  let picture = image;
  for (let octave = 1; octave <= octaves; octave++) {
    const name = `octave_${octave}`;
    const coarser = octaves - octave;
    const add = (map: Symbolic, what: string, times = coarser) =>
      maps.push(halve(map, `${name}_${what}_grid`, times));
    if (octave > 1) picture = halve(picture, `${name}_picture`);
    const strength = strengths(picture, name);
    add(strength, 'strength');
    add(filter(picture, `${name}_blobs`, blobs), 'blobs');
    if (coarser === 0) continue;
    let again = combine(strength, `${name}_first`, DIRECTIONS, (i, o) => (i === o ? 1 : 0));
    for (let second = octave + 1; second <= octaves; second++) {
      again = halve(again, `${name}_${second}_halved`);
      add(strengths(again, `${name}_${second}`), `${second}`, octaves - second);
    }
  }
  // The picture has been halved to the grid by now.
  maps.push(picture);
  const output = layers.concatenate({ name: 'wavelets' }).apply(maps) as Symbolic;
  const slope = 1 / (BREAST - AIR);
  const bias = [-slope * AIR, -slope * BREAST];
  const above = combine(picture, 'above', 2, (input) => (input === 0 ? slope : 0), {
    bias,
    activation: 'relu',
  });
  const breast = combine(above, 'breast', 1, (input) => (input === 0 ? 1 : -1));
  const fill = (model: LayersModel) => {
    for (const { name, weights } of fillings) {
      const layer = model.getLayer(name);
      const kernels = layer.getWeights().map(({ shape }, index) => tf.tensor(weights[index]!, shape));
      layer.setWeights(kernels);
      tf.dispose(kernels);
    }
  };
  return { output, breast, fill };
}

function channelsOf(value: Symbolic): number {
  return value.shape.at(-1)!;
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
