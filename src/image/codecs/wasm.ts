import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { broken } from './jpegHeader.js';
import { wordsOf } from './native.js';

/** The codecs that come as WebAssembly: CharLS (JPEG-LS), OpenJPEG (JPEG 2000) and OpenJPH (HTJ2K). */
export type WasmCodec = 'charls' | 'openjpeg' | 'openjph';

/** The part of the Emscripten classes in use; the same in all three. */
interface Decoder {
  /** Room for the compressed bytes in the codec's memory. */
  getEncodedBuffer(length: number): Uint8Array;
  decode(): void;
  /**
   * View of the decoded bytes in the codec's memory: 1 or 2 bytes per sample, little endian. CharLS gives a clamped
   * one.
   */
  getDecodedBuffer(): Uint8Array | Uint8ClampedArray;
  getFrameInfo(): { width: number; height: number; bitsPerSample: number; componentCount: number };
}

type Factory = (options: object) => Promise<Record<string, new () => Decoder>>;

const PACKAGES: Record<WasmCodec, { glue: string; wasm: string; decoder: string }> = {
  charls: {
    glue: '@cornerstonejs/codec-charls/decodewasmjs',
    wasm: '@cornerstonejs/codec-charls/decodewasm',
    decoder: 'JpegLSDecoder',
  },
  openjpeg: {
    glue: '@cornerstonejs/codec-openjpeg/decodewasmjs',
    wasm: '@cornerstonejs/codec-openjpeg/decodewasm',
    decoder: 'J2KDecoder',
  },
  openjph: {
    glue: '@cornerstonejs/codec-openjph/wasmjs',
    wasm: '@cornerstonejs/codec-openjph/wasm',
    decoder: 'HTJ2KDecoder',
  },
};

const require = createRequire(import.meta.url);
const compiled = new Map<WasmCodec, WebAssembly.Module>();

/**
 * Decodes one grey frame. The caller has checked in the stream's own header that it has the expected size.
 *
 * The code is compiled once per thread and every image gets a fresh instance (a few milliseconds): WebAssembly
 * memory never shrinks, and an instance that has aborted, or leaked on a broken stream, must not see another image.
 *
 * @throws ImageError `pixel-data-broken`
 */
export async function decodeWithWasm(
  codec: WasmCodec,
  bytes: Uint8Array,
  rows: number,
  columns: number,
): Promise<Uint8Array | Uint16Array> {
  const { glue, wasm, decoder } = PACKAGES[codec];
  let module = compiled.get(codec);
  if (!module) {
    module = new WebAssembly.Module(readFileSync(require.resolve(wasm)));
    compiled.set(codec, module);
  }
  const code = module;
  try {
    const exports = await (require(glue) as Factory)({
      instantiateWasm(
        imports: object,
        done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
      ) {
        const instance = new WebAssembly.Instance(code, imports);
        done(instance, code);
        return instance.exports;
      },
      print: () => {},
      printErr: () => {},
    });
    const instance = new exports[decoder]!();
    instance.getEncodedBuffer(bytes.length).set(bytes);
    instance.decode();
    const { width, height, componentCount, bitsPerSample } = instance.getFrameInfo();
    const decoded = instance.getDecodedBuffer();
    const expected = rows * columns * (bitsPerSample > 8 ? 2 : 1);
    if (width !== columns || height !== rows || componentCount !== 1 || decoded.length !== expected) {
      throw new Error(`decoded to ${width} × ${height}, ${decoded.length} bytes`);
    }
    // Of this very kind: pixels are told apart by the kind of their array.
    const own = new Uint8Array(decoded);
    return bitsPerSample > 8 ? wordsOf(own) : own;
  } catch (error) {
    throw broken(
      'cannot be decoded: it is damaged or ends too early',
      error instanceof Error ? error : undefined,
    );
  }
}
