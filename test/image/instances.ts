import { type Attributes, type DicomInstance, readPart10, writePart10 } from '../../src/dicom/index.js';

export interface GreyOptions {
  rows?: number;
  columns?: number;
  bitsAllocated?: number;
  bitsStored?: number;
  highBit?: number;
  signed?: boolean;
  photometric?: string;
  /** Little-endian words as they stand in the file. */
  words: ArrayLike<number>;
  attributes?: Attributes;
}

/** A small For Presentation image, Explicit VR Little Endian, of one row unless said. */
export function greyInstance(options: GreyOptions): DicomInstance {
  return readPart10(greyBytes(options));
}

export function greyBytes(options: GreyOptions): Uint8Array {
  const { words, rows = 1, bitsAllocated = 16, bitsStored = 12, signed = false } = options;
  const wide = bitsAllocated === 16;
  const even = words.length + (wide ? 0 : words.length % 2);
  const pixels = wide ? Uint16Array.from(words) : Uint8Array.from({ length: even }, (_, i) => words[i] ?? 0);
  return writePart10({
    SOPClassUID: '1.2.840.10008.5.1.4.1.1.1.2',
    SOPInstanceUID: '2.25.1',
    PresentationIntentType: 'FOR PRESENTATION',
    SamplesPerPixel: 1,
    PhotometricInterpretation: options.photometric ?? 'MONOCHROME2',
    Rows: rows,
    Columns: options.columns ?? words.length / rows,
    BitsAllocated: bitsAllocated,
    BitsStored: bitsStored,
    HighBit: options.highBit ?? bitsStored - 1,
    PixelRepresentation: signed ? 1 : 0,
    PixelData: new Uint8Array(pixels.buffer),
    ...options.attributes,
  });
}
