import { Kernel } from './kernels/index.js';
import lookupWasm from './kernels/lookup.wasm.js';

interface LookupFunctions {
  lookUp(words: number, count: number, table: number): void;
}

const kernel = new Kernel<LookupFunctions>(lookupWasm, 2 ** 20);

const TABLE_AT = 1024;
const BAND_AT = TABLE_AT + 65536 * 2;
/** Pixels that go through the kernel's memory at a time: they stay in the cache. */
const BAND = 2 ** 16;

/**
 * Every word's entry in a table.
 *
 * @param table one entry for each of the 65536 words
 * @param out as long as `words`; may be `words` itself
 */
export function lookUpWords(words: Uint16Array, table: Uint16Array, out: Uint16Array): void {
  const { memory, functions } = kernel.instance(BAND_AT + BAND * 2);
  new Uint16Array(memory.buffer, TABLE_AT, 65536).set(table);
  const band = new Uint16Array(memory.buffer, BAND_AT, BAND);
  for (let from = 0; from < words.length; from += BAND) {
    const count = Math.min(BAND, words.length - from);
    band.set(words.subarray(from, from + count));
    // What stands behind the last pixel is looked up as well and left where it is.
    functions.lookUp(BAND_AT, (count + 3) & ~3, TABLE_AT);
    out.set(band.subarray(0, count), from);
  }
}
