/**
 * Stored pixels out of every transfer syntax that mammograms come in: one function, `decodePixels`.
 *
 * Native pixels are views on the file (`native.ts`), RLE is unpacked here (`rle.ts`). JPEG, sequential of 8 and 12 bits
 * and lossless of up to 16, is our own (`jpegHeader.ts`, `jpeg.ts`, `../kernels/jpeg.as`); JPEG-LS, JPEG 2000 and HTJ2K
 * are WebAssembly from npm (`wasm.ts`, `jpeg2000Header.ts`). What the stream says must agree with the attributes
 * (`pixelFormat.ts`); a damaged stream is refused, never concealed.
 */
import { type DicomInstance, transferSyntax } from '../../dicom/index.js';
import { ImageError } from '../errors.js';
import { decodeLosslessJpeg, decodeSequentialJpeg } from './jpeg.js';
import { readJpeg2000Header } from './jpeg2000Header.js';
import { broken, endsWithMarker, readJpegHeader } from './jpegHeader.js';
import { nativeWords } from './native.js';
import { type PixelFormat, readPixelFormat } from './pixelFormat.js';
import { decodeRle } from './rle.js';
import { decodeWithWasm } from './wasm.js';

/**
 * Pixels as they are stored, before any lookup table (PS3.3 C.7.6.3): row-major words of which `bitsStored` bits
 * from bit `shift` upwards are the value. What else a word holds (old overlays, sign extension) is to be masked.
 */
export interface StoredPixels extends PixelFormat {
  words: Uint8Array | Uint16Array;
  /** A lossy codec may overshoot what `bitsStored` can hold: such words mean the highest value. */
  overshoots: boolean;
}

/** Pixels as they are (PS3.5 §8.1). */
const NATIVE: ReadonlySet<string> = new Set([
  transferSyntax.ImplicitVRLittleEndian,
  transferSyntax.ExplicitVRLittleEndian,
  transferSyntax.DeflatedExplicitVRLittleEndian,
  transferSyntax.ExplicitVRBigEndian,
]);

/** How each encapsulated transfer syntax is read; JPEG is told apart by what the stream itself says. */
const ENCAPSULATED: ReadonlyMap<string, 'rle' | 'jpeg' | 'jpeg-ls' | 'jpeg-2000' | 'htj2k'> = new Map([
  [transferSyntax.RLELossless, 'rle'],
  [transferSyntax.JPEGBaseline, 'jpeg'],
  [transferSyntax.JPEGExtended, 'jpeg'],
  [transferSyntax.JPEGLossless, 'jpeg'],
  [transferSyntax.JPEGLosslessSV1, 'jpeg'],
  [transferSyntax.JPEGLSLossless, 'jpeg-ls'],
  [transferSyntax.JPEGLSNearLossless, 'jpeg-ls'],
  [transferSyntax.JPEG2000Lossless, 'jpeg-2000'],
  [transferSyntax.JPEG2000, 'jpeg-2000'],
  [transferSyntax.HTJ2KLossless, 'htj2k'],
  [transferSyntax.HTJ2KLosslessRPCL, 'htj2k'],
  [transferSyntax.HTJ2K, 'htj2k'],
]);

const LOSSY: ReadonlySet<string> = new Set([
  transferSyntax.JPEGBaseline,
  transferSyntax.JPEGExtended,
  transferSyntax.JPEGLSNearLossless,
  transferSyntax.JPEG2000,
  transferSyntax.HTJ2K,
]);

function isDecodable(transferSyntaxUID: string): boolean {
  return NATIVE.has(transferSyntaxUID) || ENCAPSULATED.has(transferSyntaxUID);
}

/**
 * Decodes the pixels of a single-frame grey instance.
 *
 * Sizes are checked before anything is allocated, and compressed streams are held against Rows × Columns by their
 * own headers before a codec sees them.
 *
 * @param options.allocate gives the memory for what is decoded, where the decoder lets us choose
 * @throws ImageError `undecodable-transfer-syntax`, `pixel-data-missing`, `pixel-data-broken`,
 *   `image-size-refused` or `pixel-format-unsupported`
 */
export async function decodePixels(
  instance: DicomInstance,
  options: { allocate?: (words: number) => Uint16Array } = {},
): Promise<StoredPixels> {
  const { dataset, transferSyntaxUID } = instance;
  const format = readPixelFormat(dataset);
  const pixelData = dataset.pixelData();
  const bytes = joined(pixelData?.fragments ?? []);
  if (!pixelData || bytes.length === 0) {
    throw new ImageError('pixel-data-missing', 'The instance has no Pixel Data.', {
      remedy: 'Check the instance in the PACS: it may have been stored without its pixels.',
    });
  }
  if (!isDecodable(transferSyntaxUID)) throw undecodable(transferSyntaxUID);
  if (pixelData.encapsulated === NATIVE.has(transferSyntaxUID)) {
    throw broken('is encapsulated, or not, other than its transfer syntax says');
  }
  const allocate = options.allocate ?? ((words) => new Uint16Array(words));
  return decodeBytes(bytes, transferSyntaxUID, format, allocate);
}

async function decodeBytes(
  bytes: Uint8Array,
  syntax: string,
  format: PixelFormat,
  allocate: (words: number) => Uint16Array,
): Promise<StoredPixels> {
  const { rows, columns, bitsAllocated } = format;
  const decoded = (words: Uint8Array | Uint16Array, precision: number): StoredPixels => {
    // What a codec gives is right-aligned, unless it was given whole words to compress.
    const shift = precision >= format.bitsStored + format.shift ? format.shift : 0;
    return { ...format, shift, words, overshoots: LOSSY.has(syntax) };
  };
  const exact = (words: Uint8Array | Uint16Array): StoredPixels => ({ ...format, words, overshoots: false });
  if (NATIVE.has(syntax)) return exact(nativeWords(bytes, rows * columns, bitsAllocated));
  const family = ENCAPSULATED.get(syntax);
  if (family === 'rle') return exact(decodeRle(bytes, rows * columns, bitsAllocated));

  if (family === 'jpeg-2000' || family === 'htj2k') {
    const header = readJpeg2000Header(bytes);
    checkSize(header, format);
    const codec = family === 'htj2k' ? 'openjph' : 'openjpeg';
    return decoded(await decodeWithWasm(codec, header.codestream, rows, columns), header.precision);
  }
  const header = readJpegHeader(bytes);
  checkSize(header, format);
  if (family === 'jpeg-ls' && header.process === 'jpeg-ls') {
    // CharLS reads on for seconds where the end is missing.
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    if (!endsWithMarker(view, 0xffd9)) throw broken('ends too early');
    return decoded(await decodeWithWasm('charls', bytes, rows, columns), header.precision);
  }
  if (family === 'jpeg' && header.process === 'lossless') {
    return decoded(decodeLosslessJpeg(bytes, header, allocate), header.precision);
  }
  if (family === 'jpeg' && header.process === 'sequential') {
    return decoded(decodeSequentialJpeg(bytes, header, allocate), header.precision);
  }
  throw undecodable(syntax);
}

interface StreamSize {
  rows: number;
  columns: number;
  components: number;
  precision: number;
}

function checkSize(stream: StreamSize, format: PixelFormat): void {
  if (stream.rows !== format.rows || stream.columns !== format.columns) {
    throw broken(`is ${stream.columns} × ${stream.rows}, the header says ${format.columns} × ${format.rows}`);
  }
  if (stream.components !== 1) throw broken(`has ${stream.components} components instead of one`);
  if (stream.precision < 1 || stream.precision > 16) throw broken(`has ${stream.precision} bits per sample`);
}

/** The fragments of a frame belong together, whatever their number (PS3.5 §A.4). */
function joined(fragments: Uint8Array[]): Uint8Array {
  if (fragments.length === 1) return fragments[0]!;
  return Buffer.concat(fragments);
}

function undecodable(transferSyntaxUID: string): ImageError {
  return new ImageError(
    'undecodable-transfer-syntax',
    `Transfer syntax ${transferSyntaxUID} is not decoded here.`,
    {
      remedy: 'Have the PACS send the instance as Explicit VR Little Endian.',
    },
  );
}
