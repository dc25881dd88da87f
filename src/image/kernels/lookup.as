// Pixels through a table, in AssemblyScript; ../wordTable.ts lays out the memory.
// scripts/buildKernels.mjs compiles this file into lookup.wasm.ts.
//
// All addresses are byte offsets into the module's memory.

/** Replaces words (u16) by their entries in `table` (65536 × u16). `count` is a multiple of 4. */
export function lookUp(words: usize, count: i32, table: usize): void {
  const end = words + (<usize>count << 1);
  while (words < end) {
    const four = load<u64>(words);
    store<u16>(words, load<u16>(table + (<usize>(four & 0xffff) << 1)));
    store<u16>(words, load<u16>(table + (<usize>((four >> 16) & 0xffff) << 1)), 2);
    store<u16>(words, load<u16>(table + (<usize>((four >> 32) & 0xffff) << 1)), 4);
    store<u16>(words, load<u16>(table + (<usize>(four >> 48) << 1)), 6);
    words += 8;
  }
}
