import type { LabelledImage } from '../../dataset/index.js';
import { copyOf, readPicture } from '../../dataset/index.js';
import {
  type GreyImage,
  ImageError,
  type ImageErrorCode,
  normalisationOf,
  type PreparationStep,
  prepareGrey,
} from '../../image/index.js';
import { TrainingError } from '../errors.js';

/** An image as the network sees it. */
export interface Example {
  image: LabelledImage;
  /** Rows × columns × channels, channels last. */
  readonly input: Float32Array;
  /** 1 for the positive class, else 0. */
  target: 0 | 1;
}

/**
 * Reads images, one at a time, and prepares them with the bundle's own steps, the same code as in the service.
 *
 * @param images copies of one file best one after the other: it is then read once
 * @throws DatasetError as `readPicture` does
 * @throws TrainingError with the code of the step that it failed at; the message names the file
 */
export async function readExamples(
  images: readonly LabelledImage[],
  preparation: PreparationStep[],
  positive: string,
  progress: (done: number, of: number) => void = () => {},
): Promise<Example[]> {
  const examples: Example[] = [];
  let last: { path: string; grey: GreyImage } | undefined;
  for (const [index, image] of images.entries()) {
    const { path, file, copy } = image;
    if (last?.path !== path) last = { path, grey: await readPicture({ path, file }) };
    const input = prepared(copy === undefined ? last.grey : copyOf(last.grey, copy), file, preparation);
    examples.push(new KeptExample(image, image.label === positive ? 1 : 0, input, preparation));
    progress(index + 1, images.length);
  }
  return examples;
}

function prepared(grey: GreyImage, file: string, preparation: PreparationStep[]): Float32Array {
  try {
    return prepareGrey(grey, preparation).input;
  } catch (cause) {
    if (!(cause instanceof ImageError)) throw cause;
    throw new TrainingError(cause.code as ImageErrorCode, `${file}: ${cause.message}`, {
      cause,
      remedy: cause.remedy ?? 'Take its line out of the labels file.',
    });
  }
}

/**
 * Keeps an input in 16 bits for each value, half the memory: all examples are in memory together. That is as fine as
 * the image itself, from black 0 to white 65535, before `normalise`.
 */
class KeptExample implements Example {
  readonly #words: Uint16Array;
  readonly #mean: number;
  readonly #deviation: number;

  constructor(
    readonly image: LabelledImage,
    readonly target: 0 | 1,
    input: Float32Array,
    preparation: PreparationStep[],
  ) {
    const { mean, deviation } = normalisationOf(preparation);
    [this.#mean, this.#deviation] = [mean, deviation];
    this.#words = new Uint16Array(input.length);
    for (let i = 0; i < input.length; i++)
      this.#words[i] = Math.round((input[i]! * deviation + mean) * 65535);
  }

  get input(): Float32Array {
    const [words, mean, deviation] = [this.#words, this.#mean, this.#deviation];
    const input = new Float32Array(words.length);
    for (let i = 0; i < input.length; i++) input[i] = (words[i]! / 65535 - mean) / deviation;
    return input;
  }
}
