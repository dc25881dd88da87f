import type { Dataset } from '../../dicom/index.js';
import { ImageError } from '../errors.js';

/** Image Pixel attributes of a grey single-frame image (PS3.3 C.7.6.3), checked. */
export interface PixelFormat {
  rows: number;
  columns: number;
  bitsAllocated: 8 | 16;
  /** 1 to `bitsAllocated`. */
  bitsStored: number;
  /** Position of the value's lowest bit in the stored word: High Bit + 1 − Bits Stored, nearly always 0. */
  shift: number;
  /** Two's complement (Pixel Representation 1). */
  signed: boolean;
}

/** The largest mammogram that is taken: no detector or film scan comes near it, and memory is bounded by it. */
const MAX_PIXELS = 64 * 2 ** 20;

/**
 * @throws ImageError `image-size-refused` or `pixel-format-unsupported`
 */
export function readPixelFormat(dataset: Dataset): PixelFormat {
  const rows = dataset.number('Rows') ?? 0;
  const columns = dataset.number('Columns') ?? 0;
  if (!(rows >= 1 && columns >= 1 && rows * columns <= MAX_PIXELS)) {
    throw new ImageError('image-size-refused', `Rows × Columns is ${rows} × ${columns}.`, {
      remedy: `Mammograms of 1 to ${MAX_PIXELS} pixels are read; check the instance in the PACS.`,
    });
  }
  const photometric = dataset.string('PhotometricInterpretation') ?? 'none';
  if (photometric !== 'MONOCHROME1' && photometric !== 'MONOCHROME2') {
    throw unsupported(`Photometric Interpretation is ${photometric}`);
  }
  const samples = dataset.number('SamplesPerPixel') ?? 1;
  if (samples !== 1) throw unsupported(`Samples per Pixel is ${samples}`);
  const frames = dataset.number('NumberOfFrames') ?? 1;
  if (frames > 1) throw unsupported(`Number of Frames is ${frames}`);
  const representation = dataset.number('PixelRepresentation') ?? 0;
  if (representation !== 0 && representation !== 1)
    throw unsupported(`Pixel Representation is ${representation}`);

  const bitsAllocated = dataset.number('BitsAllocated');
  if (bitsAllocated !== 8 && bitsAllocated !== 16) throw unsupported(`Bits Allocated is ${bitsAllocated}`);
  const bitsStored = dataset.number('BitsStored') ?? bitsAllocated;
  const highBit = dataset.number('HighBit') ?? bitsStored - 1;
  const shift = highBit + 1 - bitsStored;
  if (bitsStored < 1 || bitsStored > bitsAllocated || shift < 0 || highBit >= bitsAllocated) {
    throw unsupported(
      `Bits Stored ${bitsStored} and High Bit ${highBit} do not fit into ${bitsAllocated} bits`,
    );
  }
  return { rows, columns, bitsAllocated, bitsStored, shift, signed: representation === 1 };
}

function unsupported(what: string): ImageError {
  return new ImageError('pixel-format-unsupported', `${what}: not a grey single-frame mammogram.`, {
    remedy: 'Only MONOCHROME1 and MONOCHROME2 images with 8 or 16 bits allocated are analysed.',
  });
}
