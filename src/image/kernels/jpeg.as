// The inner loops of JPEG decoding (ITU-T T.81) for one grey component, in AssemblyScript: lossless (annex H)
// and sequential DCT with 8 or 12 bits (annex F). scripts/buildKernels.mjs compiles it into jpeg.wasm.ts.
// The headers are read, and everything below is set up, by ../codecs/jpeg*.ts.
//
// All addresses are byte offsets into the module's memory. One decoding at a time: its state is in the globals.

// The entropy-coded bytes, and how far they are read. `bits` holds `count` unread bits, topmost first.
let position: usize = 0;
let end: usize = 0;
let bits: u64 = 0;
let count: i32 = 0;
// Zero bits that were appended where the data ended or a marker stood.
let padded: i32 = 0;

export function start(data: usize, length: i32): void {
  position = data;
  end = data + <usize>length;
  dropBits();
}

function dropBits(): void {
  bits = 0;
  count = 0;
  padded = 0;
}

/** Whether bits were used that the data does not have. */
// @ts-ignore: decorator
@inline
function overrun(): bool {
  return padded > count;
}

// @ts-ignore: decorator
@inline
function refill(): void {
  if (count <= 32) {
    if (position + 4 <= end) {
      const word = bswap<u32>(load<u32>(position));
      if (((~word - 0x01010101) & word & 0x80808080) == 0) {
        bits |= (<u64>word << 32) >> <u64>count;
        count += 32;
        position += 4;
        return;
      }
    }
    refillSlowly();
  }
}

function refillSlowly(): void {
  while (count <= 48) {
    let byte: u32 = 0;
    if (position < end) {
      byte = load<u8>(position);
      if (byte == 0xff) {
        // FF00 is a stuffed FF; FF followed by anything else is a marker and ends the data (B.1.1.5).
        if (position + 1 < end && load<u8>(position, 1) == 0) {
          position += 2;
        } else {
          byte = 0;
          padded += 8;
        }
      } else {
        position++;
      }
    } else {
      padded += 8;
    }
    bits |= ((<u64>byte << 56) >> <u64>count);
    count += 8;
  }
}

/** Goes past the next RSTn marker. False where there is none. */
function restart(): bool {
  dropBits();
  while (position + 1 < end) {
    if (load<u8>(position) == 0xff) {
      const code = load<u8>(position, 1);
      if (code >= 0xd0 && code <= 0xd7) {
        position += 2;
        return true;
      }
      if (code != 0 && code != 0xff) return false;
    }
    position++;
  }
  return false;
}

// A Huffman table in memory: 8192 × u32, indexed by the next 13 bits, and 65536 × u16, by the next 16.
//   short: low byte bits used, next byte the symbol, high half (i16) the difference itself where the bits of
//          code and difference fit into 13 together; low byte 0 where the code alone does not fit.
//   long:  low byte length of the code, high byte the symbol; 0: no such code.
// Whether a short entry holds a whole difference is told by bit 15 of it.
const LONG: usize = 8192 * 4;

/** The next difference of lossless coding (H.1.2.2); sets `padded` beyond `count` at a code that is none. */
// @ts-ignore: decorator
@inline
function difference(table: usize): i32 {
  refill();
  const entry = load<u32>(table + (<usize>(bits >> 51) << 2));
  if (entry & 0x8000) {
    const used = entry & 0x7f;
    bits <<= <u64>used;
    count -= <i32>used;
    return <i32>entry >> 16;
  }
  return longDifference(table, entry);
}

function longDifference(table: usize, entry: u32): i32 {
  let length = <i32>(entry & 0x7f);
  let category = <i32>((entry >> 8) & 0x7f);
  if (length == 0) {
    const long = load<u16>(table + LONG + (<usize>(bits >> 48) << 1));
    length = long & 0xff;
    category = long >> 8;
    if (length == 0) {
      padded = 1 << 30;
      return 0;
    }
  }
  bits <<= <u64>length;
  count -= length;
  if (category == 0) return 0;
  if (category >= 16) return 32768;
  refill();
  return receive(category);
}

/** Reads `size` bits as a signed difference (F.2.2.1, EXTEND). `size` is 1 to 16. */
// @ts-ignore: decorator
@inline
function receive(size: i32): i32 {
  const value = <i32>(bits >> <u64>(64 - size));
  bits <<= <u64>size;
  count -= size;
  return value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
}

/**
 * Decodes rows of a lossless scan (u16 samples). `out` lies right behind the row above, which must be there
 * unless `first`: then the first row is predicted from the left and starts from `origin`, as after a restart.
 * Returns false where the data is broken or ends too early.
 */
export function losslessRows(
  out: usize,
  rows: i32,
  columns: i32,
  table: usize,
  predictor: i32,
  origin: i32,
  first: bool,
  afterRestart: bool,
): bool {
  if (afterRestart && !restart()) return false;
  const stride = <usize>columns << 1;
  let row = out;
  let y = 0;
  if (first) {
    leftRow(row, columns, table, origin);
    row += stride;
    y = 1;
  }
  for (; y < rows; y++) {
    const above = row - stride;
    if (predictor == 1) {
      leftRow(row, columns, table, load<u16>(above));
    } else {
      // The first sample of a row is predicted from above (H.1.2.1).
      let a = (<i32>load<u16>(above) + difference(table)) & 0xffff;
      store<u16>(row, <u16>a);
      for (let x: usize = 2; x < stride; x += 2) {
        const b = <i32>load<u16>(above + x);
        const c = <i32>load<u16>(above + x - 2);
        let p = 0;
        switch (predictor) {
          case 2: { p = b; break; }
          case 3: { p = c; break; }
          case 4: { p = a + b - c; break; }
          case 5: { p = a + ((b - c) >> 1); break; }
          case 6: { p = b + ((a - c) >> 1); break; }
          case 7: { p = (a + b) >> 1; break; }
        }
        a = (p + difference(table)) & 0xffff;
        store<u16>(row + x, <u16>a);
      }
    }
    if (overrun()) return false;
    row += stride;
  }
  return !overrun();
}

/** A row in which every sample is predicted from its left neighbour, the first from `a`. */
function leftRow(row: usize, columns: i32, table: usize, a: i32): void {
  const stop = row + (<usize>columns << 1);
  for (let p = row; p < stop; p += 2) {
    a += difference(table);
    store<u16>(p, <u16>a);
  }
}

// ---- sequential DCT ----

let lastDc: i32 = 0;
let untilRestart: i32 = 0;
let restartInterval: i32 = 0;

export function startDct(interval: i32): void {
  lastDc = 0;
  restartInterval = interval;
  untilRestart = interval;
}

/** Next Huffman symbol, or −1 where no code matches. */
// @ts-ignore: decorator
@inline
function symbol(table: usize): i32 {
  refill();
  const long = load<u16>(table + LONG + (<usize>(bits >> 48) << 1));
  const length = <i32>(long & 0xff);
  if (length == 0) return -1;
  bits <<= <u64>length;
  count -= length;
  return <i32>(long >> 8);
}

/**
 * Decodes one row of 8 × 8 blocks to samples (u16). `quantisation`: 64 × i32 in natural order; `zigzag`: 64 × u8,
 * natural position of each coefficient; `scratch`: 64 × i32; `stride`: bytes between rows of `out`.
 */
export function dctBlockRow(
  out: usize,
  stride: usize,
  blocks: i32,
  dcTable: usize,
  acTable: usize,
  quantisation: usize,
  zigzag: usize,
  scratch: usize,
  precision: i32,
): bool {
  for (let block = 0; block < blocks; block++) {
    if (restartInterval > 0) {
      if (untilRestart == 0) {
        if (!restart()) return false;
        lastDc = 0;
        untilRestart = restartInterval;
      }
      untilRestart--;
    }
    memory.fill(scratch, 0, 256);
    const size = symbol(dcTable);
    if (size < 0 || size > 16) return false;
    if (size > 0) lastDc += receive(size);
    store<i32>(scratch, lastDc * load<i32>(quantisation));
    let flat = true;
    for (let k = 1; k < 64; k++) {
      const runSize = symbol(acTable);
      if (runSize < 0) return false;
      const bitsOfValue = runSize & 15;
      const run = runSize >> 4;
      if (bitsOfValue == 0) {
        if (run != 15) break;
        k += 15;
        continue;
      }
      k += run;
      if (k > 63) return false;
      const natural = <usize>load<u8>(zigzag + <usize>k);
      refill();
      store<i32>(scratch + (natural << 2), receive(bitsOfValue) * load<i32>(quantisation + (natural << 2)));
      flat = false;
    }
    if (overrun()) return false;
    const to = out + (<usize>block << 4);
    if (flat) flatBlock(to, stride, load<i32>(scratch), precision);
    else inverseDct(to, stride, scratch, precision);
  }
  return true;
}

// @ts-ignore: decorator
@inline
function clampSample(value: i32, precision: i32): u16 {
  const centred = value + (1 << (precision - 1));
  return <u16>max(0, min(centred, (1 << precision) - 1));
}

function flatBlock(out: usize, stride: usize, dc: i32, precision: i32): void {
  const sample = <u64>clampSample((dc + 4) >> 3, precision) * 0x0001000100010001;
  for (let y: usize = 0; y < 8; y++) {
    store<u64>(out + y * stride, sample);
    store<u64>(out + y * stride, sample, 8);
  }
}

/**
 * Inverse DCT after Loeffler, Ligtenberg and Moschytz (ICASSP 1989) in integers with 13 bits after the point, the
 * form in which libjpeg's default computes it, so that a decoded image is the same here as elsewhere.
 */
function inverseDct(out: usize, stride: usize, block: usize, precision: i32): void {
  // Bits kept after the point between the passes: 12-bit samples leave room for one less.
  const kept = precision > 8 ? 1 : 2;
  for (let x: usize = 0; x < 8; x++) pass(block + (x << 2), 32, 13 - kept);
  for (let y: usize = 0; y < 8; y++) {
    const row = block + (y << 5);
    pass(row, 4, 16 + kept);
    const to = out + y * stride;
    for (let x: usize = 0; x < 8; x++) store<u16>(to + (x << 1), clampSample(load<i32>(row + (x << 2)), precision));
  }
}

// @ts-ignore: decorator
@inline
function descale(value: i32, shift: i32): i32 {
  return (value + (1 << (shift - 1))) >> shift;
}

// @ts-ignore: decorator
@inline
function pass(at: usize, step: usize, shift: i32): void {
  const in0 = load<i32>(at);
  const in1 = load<i32>(at + step);
  const in2 = load<i32>(at + step * 2);
  const in3 = load<i32>(at + step * 3);
  const in4 = load<i32>(at + step * 4);
  const in5 = load<i32>(at + step * 5);
  const in6 = load<i32>(at + step * 6);
  const in7 = load<i32>(at + step * 7);

  // Even part: rotation by √2·cos/sin(6π/16).
  const e = (in2 + in6) * 4433;
  const e2 = e - in6 * 15137;
  const e3 = e + in2 * 6270;
  const sum = (in0 + in4) << 13;
  const dif = (in0 - in4) << 13;
  const s0 = sum + e3;
  const s3 = sum - e3;
  const s1 = dif + e2;
  const s2 = dif - e2;

  // Odd part: figure 8 of the paper.
  const z5 = (in7 + in3 + in5 + in1) * 9633;
  const z1 = (in7 + in1) * -7373;
  const z2 = (in5 + in3) * -20995;
  const z3 = (in7 + in3) * -16069 + z5;
  const z4 = (in5 + in1) * -3196 + z5;
  const t0 = in7 * 2446 + z1 + z3;
  const t1 = in5 * 16819 + z2 + z4;
  const t2 = in3 * 25172 + z2 + z3;
  const t3 = in1 * 12299 + z1 + z4;

  store<i32>(at, descale(s0 + t3, shift));
  store<i32>(at + step * 7, descale(s0 - t3, shift));
  store<i32>(at + step, descale(s1 + t2, shift));
  store<i32>(at + step * 6, descale(s1 - t2, shift));
  store<i32>(at + step * 2, descale(s2 + t1, shift));
  store<i32>(at + step * 5, descale(s2 - t1, shift));
  store<i32>(at + step * 3, descale(s3 + t0, shift));
  store<i32>(at + step * 4, descale(s3 - t0, shift));
}
