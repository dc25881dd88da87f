import sharp from 'sharp';
import { type GreyImage, type PreparationStep, prepareGrey } from '../../image/index.js';
import { ModelError } from '../errors.js';
import type { LabelledImage } from './labels.js';

/** An image as the network sees it. */
export interface Example {
  image: LabelledImage;
  /** Rows × columns × channels, channels last. */
  input: Float32Array;
  /** 1 for the positive class, else 0. */
  target: 0 | 1;
}

/**
 * Reads images (anything that sharp reads, in grey) and prepares them with the bundle's own steps, the same code as
 * in the service.
 *
 * @throws ModelError `labels-image-missing` when one cannot be read
 */
export async function readExamples(
  images: LabelledImage[],
  preparation: PreparationStep[],
  positive: string,
  progress: (done: number, of: number) => void = () => {},
): Promise<Example[]> {
  const examples: Example[] = [];
  for (const [index, image] of images.entries()) {
    const { input } = prepareGrey(await readGrey(image), preparation);
    examples.push({ image, input, target: image.label === positive ? 1 : 0 });
    progress(index + 1, images.length);
  }
  return examples;
}

/**
 * An image file in grey, 0 black to 65535 white.
 *
 * @throws ModelError `labels-image-missing`
 */
export async function readGrey(image: Pick<LabelledImage, 'path' | 'file'>): Promise<GreyImage> {
  try {
    const { data, info } = await sharp(image.path)
      .toColourspace('grey16')
      .extractChannel(0)
      .raw({ depth: 'ushort' })
      .toBuffer({ resolveWithObject: true });
    // A copy, because the buffer may not lie on an even address.
    const pixels = new Uint16Array(new Uint8Array(data).buffer);
    return { rows: info.height, columns: info.width, pixels };
  } catch (cause) {
    throw new ModelError(
      'labels-image-missing',
      `${image.file} cannot be read as an image: ${(cause as Error).message}`,
      {
        cause,
        remedy: 'Give 8- or 16-bit PNG images, or take its line out of the labels file.',
      },
    );
  }
}
