// The inner loops of the area-averaging resize, in AssemblyScript; ../resize.ts lays out the memory.
// scripts/buildKernels.mjs compiles this file into resize.wasm.ts.
//
// All addresses are byte offsets into the module's memory.

/** Adds a row of pixels (u16), times a weight, to sums (f64). `width` is a multiple of 8: both rows have room. */
export function addRow(sums: usize, pixels: usize, width: i32, weight: f64): void {
  const factor = f64x2.splat(weight);
  const end = pixels + (<usize>width << 1);
  while (pixels < end) {
    const eight = v128.load(pixels);
    const low = i32x4.extend_low_i16x8_u(eight);
    const high = i32x4.extend_high_i16x8_u(eight);
    add(sums, low, factor);
    add(sums + 16, v128.shuffle<u64>(low, low, 1, 1), factor);
    add(sums + 32, high, factor);
    add(sums + 48, v128.shuffle<u64>(high, high, 1, 1), factor);
    pixels += 16;
    sums += 64;
  }
}

// @ts-ignore: decorator
@inline
function add(sums: usize, two: v128, factor: v128): void {
  v128.store(sums, f64x2.add(v128.load(sums), f64x2.mul(f64x2.convert_low_i32x4_s(two), factor)));
}

/**
 * Areas between edges along a row of sums, times `scale`. Edge i lies `fraction[i]` (f64) into pixel `pixel[i]` (i32);
 * there are `targets` + 1 edges. `out`: f64.
 */
export function reduceRow(sums: usize, pixel: usize, fraction: usize, targets: i32, scale: f64, out: usize): void {
  let at = sums;
  let whole: f64 = 0;
  let before: f64 = 0;
  for (let target = 0; target < targets; target++) {
    pixel += 4;
    fraction += 8;
    const edge = sums + (<usize>load<i32>(pixel) << 3);
    while (at < edge) {
      whole += load<f64>(at);
      at += 8;
    }
    const part = load<f64>(fraction);
    const area = part > 0 ? whole + part * load<f64>(at) : whole;
    store<f64>(out, (area - before) * scale);
    out += 8;
    before = area;
  }
}

/**
 * Rounds values (f64, not negative) to bytes (u8), 255 at most. `count` is a multiple of 8: both have room.
 */
export function toBytes(values: usize, count: i32, out: usize): void {
  const half = f64x2.splat(0.5);
  const end = values + (<usize>count << 3);
  while (values < end) {
    const low = i16x8.narrow_i32x4_s(four(values, half), four(values + 32, half));
    v128.store64_lane(out, i8x16.narrow_i16x8_u(low, low), 0);
    values += 64;
    out += 8;
  }
}

// @ts-ignore: decorator
@inline
function four(values: usize, half: v128): v128 {
  const first = i32x4.trunc_sat_f64x2_s_zero(f64x2.add(v128.load(values), half));
  const second = i32x4.trunc_sat_f64x2_s_zero(f64x2.add(v128.load(values + 16), half));
  return v128.shuffle<u64>(first, second, 0, 2);
}
