import type { LayersModel } from '@tensorflow/tfjs-layers';
import { countText, numberText } from '../../countText.js';
import type { Symbolic, TensorFlow } from '../../model/index.js';
import { TrainingError } from '../errors.js';
import type { StoredTensor } from '../start/index.js';

/** One inverted bottleneck (Sandler et al. 2018): widened, filtered channel by channel, narrowed. */
interface Block {
  /** Channels between its first and last convolution. */
  wide: number;
  out: number;
  kernel: 3 | 5;
  stride: 1 | 2;
}

/** EfficientNet-Lite0 (Tan & Le 2019; tensorflow/tpu): blocks 0 to 15. */
const BLOCKS: readonly Block[] = [
  { wide: 32, out: 16, kernel: 3, stride: 1 },
  { wide: 96, out: 24, kernel: 3, stride: 2 },
  { wide: 144, out: 24, kernel: 3, stride: 1 },
  { wide: 144, out: 40, kernel: 5, stride: 2 },
  { wide: 240, out: 40, kernel: 5, stride: 1 },
  { wide: 240, out: 80, kernel: 3, stride: 2 },
  { wide: 480, out: 80, kernel: 3, stride: 1 },
  { wide: 480, out: 80, kernel: 3, stride: 1 },
  { wide: 480, out: 112, kernel: 5, stride: 1 },
  { wide: 672, out: 112, kernel: 5, stride: 1 },
  { wide: 672, out: 112, kernel: 5, stride: 1 },
  { wide: 672, out: 192, kernel: 5, stride: 2 },
  { wide: 1152, out: 192, kernel: 5, stride: 1 },
  { wide: 1152, out: 192, kernel: 5, stride: 1 },
  { wide: 1152, out: 192, kernel: 5, stride: 1 },
  { wide: 1152, out: 320, kernel: 3, stride: 1 },
];

/** Of the batch normalisation that is folded into the convolutions. */
const EPSILON = 1e-3;

/** Where a layer's weights stand in the file: a convolution, and the normalisation behind it. */
interface Source {
  layer: string;
  convolution: string;
  normalisation: string;
}

/** How fast a layer's kernel learns, a factor each for its output channels. */
export type KernelRates = Map<string, Float32Array>;

export interface EfficientNetLitePart {
  /** Goes on behind the last block of this one, in place of beginning with the stem. */
  behind?: EfficientNetLite;
  /** The block that it ends with; 15, the last, where left out. */
  last?: number;
  /** Ends the names of its layers, where a network has more than one of them. */
  suffix?: string;
}

/**
 * EfficientNet-Lite0 without its classifier. Batch normalisation has no layers of its own: its statistics stay as they
 * were, so factor and offset go into the convolutions, and the network is convolutions and nothing else.
 */
export class EfficientNetLite {
  /** Output of each block: strides 2, 4, 4, 8, 8, 16 (5 to 10), 32 (11 to 15). */
  readonly blocks: Symbolic[];
  readonly #tf: TensorFlow;
  readonly #suffix: string;
  readonly #sources: Source[] = [];

  /** @param image rows × columns × 3, (grey value − 127) / 128 */
  constructor(tf: TensorFlow, image: Symbolic, part: EfficientNetLitePart = {}) {
    const { behind, last = BLOCKS.length - 1, suffix = '' } = part;
    this.#tf = tf;
    this.#suffix = suffix;
    this.blocks = [...(behind?.blocks ?? [])];
    let value =
      this.blocks.at(-1) ??
      this.#convolution(image, 'stem', { filters: 32, kernel: 3, stride: 2 }, '_conv_stem', '_bn0');
    for (let index = this.blocks.length; index <= last; index++) {
      value = this.#block(value, index, BLOCKS[index]!);
      this.blocks.push(value);
    }
  }

  /** Names of the layers up to and with this block; −1: the stem alone. */
  static layersUpTo(block: number): string[] {
    const names = ['stem'];
    for (let index = 0; index <= block; index++)
      names.push(`block${index}_widen`, `block${index}_filter`, `block${index}_narrow`);
    return names;
  }

  /**
   * Gives the layers their weights.
   *
   * @returns how far the folded normalisation stretches each kernel: a step as large as this is, seen from the unfolded
   *   kernel, a step of 1
   * @throws TrainingError `start-other-network` where a weight is missing or of another size
   */
  fill(model: LayersModel, tensors: Map<string, StoredTensor>): KernelRates {
    const rates: KernelRates = new Map();
    for (const source of this.#sources) {
      const layer = model.getLayer(source.layer);
      const [kernel, bias] = layer.getWeights();
      const channels = bias!.size;
      const get = (name: string, size: number) => valuesOf(tensors, name, size);
      const stored = get(`${source.convolution}.weight`, kernel!.size);
      const part = (name: string) => get(`${source.normalisation}.${name}`, channels);
      const [gamma, beta, mean, variance] = ['weight', 'bias', 'running_mean', 'running_var'].map(part) as [
        Float32Array,
        Float32Array,
        Float32Array,
        Float32Array,
      ];
      const factor = gamma.map((value, index) => value / Math.sqrt(variance[index]! + EPSILON));
      const offset = beta.map((value, index) => value - mean[index]! * factor[index]!);
      const depthwise = layer.getClassName() === 'DepthwiseConv2D';
      const folded = foldedKernel(stored, kernel!.shape, factor, depthwise);
      const given = [this.#tf.tensor(folded, kernel!.shape), this.#tf.tensor1d(offset)];
      layer.setWeights(given);
      this.#tf.dispose(given);
      rates.set(source.layer, factor.map(Math.abs));
    }
    return rates;
  }

  #block(input: Symbolic, index: number, { wide, out, kernel, stride }: Block): Symbolic {
    const stored = `_blocks.${index}.`;
    let value = input;
    // The first block is as wide as what comes in.
    if (index > 0)
      value = this.#convolution(
        value,
        `block${index}_widen`,
        { filters: wide, kernel: 1, stride: 1 },
        `${stored}_expand_conv`,
        `${stored}_bn0`,
      );
    const name = `block${index}_filter${this.#suffix}`;
    value = this.#tf.layers
      .depthwiseConv2d({
        name,
        kernelSize: kernel,
        strides: stride,
        padding: 'same',
        activation: 'relu6',
        depthwiseInitializer: 'zeros',
      })
      .apply(value) as Symbolic;
    this.#sources.push({
      layer: name,
      convolution: `${stored}_depthwise_conv`,
      normalisation: `${stored}_bn1`,
    });
    value = this.#convolution(
      value,
      `block${index}_narrow`,
      { filters: out, kernel: 1, stride: 1, linear: true },
      `${stored}_project_conv`,
      `${stored}_bn2`,
    );
    if (stride !== 1 || input.shape.at(-1) !== out) return value;
    return this.#tf.layers
      .add({ name: `block${index}_add${this.#suffix}` })
      .apply([value, input]) as Symbolic;
  }

  #convolution(
    input: Symbolic,
    role: string,
    shape: { filters: number; kernel: number; stride: number; linear?: true },
    convolution: string,
    normalisation: string,
  ): Symbolic {
    const name = `${role}${this.#suffix}`;
    this.#sources.push({ layer: name, convolution, normalisation });
    return this.#tf.layers
      .conv2d({
        name,
        filters: shape.filters,
        kernelSize: shape.kernel,
        strides: shape.stride,
        padding: 'same',
        activation: shape.linear ? 'linear' : 'relu6',
        kernelInitializer: 'zeros',
      })
      .apply(input) as Symbolic;
  }
}

function valuesOf(tensors: Map<string, StoredTensor>, name: string, size: number): Float32Array {
  const found = tensors.get(name);
  if (found?.values.length === size) return found.values;
  const what =
    found === undefined
      ? `no ${name}`
      : `${countText(found.values.length, 'number')} as ${name} in place of ${numberText(size)}`;
  throw new TrainingError('start-other-network', `the file given with --start has ${what}`, {
    remedy: 'Give the weights of EfficientNet-Lite0; scripts/makeSafetensors.py makes the file.',
  });
}

/** Kernel from out × in × rows × columns to rows × columns × in × out, times its channel's factor. */
function foldedKernel(
  stored: Float32Array,
  shape: number[],
  factor: Float32Array,
  depthwise: boolean,
): Float32Array {
  const [rows, columns] = shape as [number, number];
  const places = rows * columns;
  const [inputs, outputs] = depthwise ? [1, shape[2]!] : [shape[2]!, shape[3]!];
  const folded = new Float32Array(stored.length);
  let at = 0;
  for (let place = 0; place < places; place++)
    for (let input = 0; input < inputs; input++)
      for (let output = 0; output < outputs; output++)
        folded[at++] = stored[(output * inputs + input) * places + place]! * factor[output]!;
  return folded;
}
