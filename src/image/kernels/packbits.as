// PackBits (PS3.5 G.3.1) of rows of interleaved samples, in AssemblyScript; ../packBits.ts lays out the memory.
// scripts/buildKernels.mjs compiles this file into packbits.wasm.ts.
//
// All addresses are byte offsets into the module's memory.

/** A literal run holds 128 bytes at most, and has one byte of its own. */
const LONGEST_RUN: i32 = 128;

/**
 * Packs each row of one plane by itself. A row is `columns` samples, one in every `planes` bytes.
 *
 * @param from the plane's first sample
 * @returns where the packed rows end
 */
export function packRows(from: usize, rows: i32, columns: i32, planes: i32, out: usize): usize {
  for (let row = 0; row < rows; row++) {
    out = packRow(from, columns, planes, out);
    from += <usize>(columns * planes);
  }
  return out;
}

function packRow(line: usize, length: i32, planes: i32, out: usize): usize {
  const step = <usize>planes;
  let from = 0;
  while (from < length) {
    const first = line + <usize>(from * planes);
    const value = load<u8>(first);
    const limit = min(length, from + LONGEST_RUN);
    let to = from + 1;
    let at = first + step;
    while (to < limit && load<u8>(at) == value) {
      to++;
      at += step;
    }
    if (to - from > 1) {
      store<u8>(out, <u8>(257 - (to - from)));
      store<u8>(out, value, 1);
      out += 2;
    } else {
      // Two alike within a literal run are not worth the end of it. What is behind the row is like nothing in it.
      while (to < limit) {
        const here = load<u8>(at);
        if (to + 2 < length && load<u8>(at + step) == here && load<u8>(at + 2 * step) == here) break;
        to++;
        at += step;
      }
      store<u8>(out++, <u8>(to - from - 1));
      for (let sample = first; sample < at; sample += step) store<u8>(out++, load<u8>(sample));
    }
    from = to;
  }
  return out;
}
