import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { DicomReadError, readPart10 } from '../dicom/index.js';
import { decodePixels, type GreyImage, ImageError, presentationImage } from '../image/index.js';
import { copyOf } from './copyForm.js';
import { DatasetError } from './errors.js';
import type { LabelledImage } from './labels.js';

/**
 * A labelled image in grey, 0 black to 65535 white, as a radiologist sees it: DICOM (known by its prefix, PS3.10 §7.1)
 * decoded and presented as in the service, anything else as sharp reads it. A copy comes in its form.
 *
 * @throws DatasetError that names the file: `labels-image-missing`, `labels-image-unreadable`, or for DICOM the code
 *   that the service would give
 */
export async function readPicture({
  path,
  file,
  copy,
}: Pick<LabelledImage, 'path' | 'file' | 'copy'>): Promise<GreyImage> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new DatasetError('labels-image-missing', `${file} cannot be read: ${(cause as Error).message}`, {
      cause,
      remedy: 'Make it readable, or take its line out of the labels file.',
    });
  }
  const grey = isDicom(bytes) ? await presented(bytes, file) : await decoded(bytes, file);
  return copy === undefined ? grey : copyOf(grey, copy);
}

function isDicom(bytes: Buffer): boolean {
  return bytes.subarray(128, 132).toString('latin1') === 'DICM';
}

async function presented(bytes: Buffer, file: string): Promise<GreyImage> {
  try {
    const instance = readPart10(bytes);
    return presentationImage(instance.dataset, await decodePixels(instance), { overwrite: true });
  } catch (cause) {
    if (!(cause instanceof DicomReadError || cause instanceof ImageError)) throw cause;
    throw new DatasetError(cause.code, `${file}: ${cause.message}`, {
      cause,
      remedy: cause.remedy ?? 'Give a mammogram of one frame, or take its line out of the labels file.',
    });
  }
}

async function decoded(bytes: Buffer, file: string): Promise<GreyImage> {
  try {
    const { data, info } = await sharp(bytes)
      .toColourspace('grey16')
      .extractChannel(0)
      .raw({ depth: 'ushort' })
      .toBuffer({ resolveWithObject: true });
    // A copy, because the buffer may not lie on an even address.
    const pixels = new Uint16Array(new Uint8Array(data).buffer);
    return { rows: info.height, columns: info.width, pixels };
  } catch (cause) {
    throw new DatasetError(
      'labels-image-unreadable',
      `${file} cannot be read as an image: ${(cause as Error).message}`,
      {
        cause,
        remedy: 'Give DICOM files or 8- or 16-bit PNG images, or take its line out of the labels file.',
      },
    );
  }
}
