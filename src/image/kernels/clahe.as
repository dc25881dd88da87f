// The inner loops of CLAHE, in AssemblyScript. scripts/buildKernels.mjs compiles this file into clahe.wasm.ts.
//
// Why WebAssembly: the result has to equal OpenCV's, which computes in 32-bit floats and rounds after every
// operation. JavaScript can only do that by way of 64-bit floats (Math.fround), at several times the cost.
//
// All addresses are byte offsets into the module's memory; the caller lays it out (see ../clahe.ts).

/** Adds the pixels of one tile to its histogram (u32 per bin). `stride` is the distance of two rows in bytes. */
export function countTile(pixels: usize, stride: usize, width: i32, height: i32, histogram: usize): void {
  for (let y = 0; y < height; y++) {
    let p = pixels + <usize>y * stride;
    const end = p + (<usize>width << 1);
    while (p + 8 <= end) {
      const four = load<u64>(p);
      if (rotl<u64>(four, 16) == four) {
        // Four equal pixels at once: the background, where single steps would wait for each other.
        const bin = histogram + (<usize>(four & 0xffff) << 2);
        store<u32>(bin, load<u32>(bin) + 4);
      } else {
        countPixel(histogram, four & 0xffff);
        countPixel(histogram, (four >> 16) & 0xffff);
        countPixel(histogram, (four >> 32) & 0xffff);
        countPixel(histogram, four >> 48);
      }
      p += 8;
    }
    while (p < end) {
      countPixel(histogram, <u64>load<u16>(p));
      p += 2;
    }
  }
}

// @ts-ignore: decorator
@inline
function countPixel(histogram: usize, level: u64): void {
  const bin = histogram + (<usize>level << 2);
  store<u32>(bin, load<u32>(bin) + 1);
}

/**
 * Turns a tile's histogram into its map from level to level (u16 per bin): clipped at `clip` (0: not clipped),
 * the excess spread over all bins, summed up and scaled.
 */
export function tileMap(histogram: usize, map: usize, bins: i32, clip: i32, scale: f32): void {
  let batch: i32 = 0;
  let residual: i32 = 0;
  let step: i32 = 1;
  if (clip > 0) {
    let excess: i32 = 0;
    for (let k = 0; k < bins; k++) {
      const bin = histogram + (<usize>k << 2);
      const count = load<i32>(bin);
      if (count > clip) {
        excess += count - clip;
        store<i32>(bin, clip);
      }
    }
    batch = excess / bins;
    residual = excess - batch * bins;
    if (residual > 0) step = max(bins / residual, 1);
  }
  let sum: i32 = 0;
  let next: i32 = residual > 0 ? 0 : bins;
  for (let k = 0; k < bins; k++) {
    sum += load<i32>(histogram + (<usize>k << 2)) + batch;
    if (k == next) {
      sum++;
      residual--;
      next = residual > 0 ? next + step : bins;
    }
    // Sum and scale are such that the product cannot pass the last bin by more than a rounding error.
    store<u16>(map + (<usize>k << 1), <u16>min(<i32>nearest<f32>(<f32>sum * scale), bins - 1));
  }
}

/** Puts the maps of four tiles side by side, level by level, so that a pixel finds all four in one place. */
export function interleave(a: usize, b: usize, c: usize, d: usize, quads: usize, bins: i32): void {
  const end = <usize>bins << 1;
  for (let i: usize = 0; i < end; i += 16) {
    const va = v128.load(a + i);
    const vb = v128.load(b + i);
    const vc = v128.load(c + i);
    const vd = v128.load(d + i);
    const abLow = v128.shuffle<u16>(va, vb, 0, 8, 1, 9, 2, 10, 3, 11);
    const abHigh = v128.shuffle<u16>(va, vb, 4, 12, 5, 13, 6, 14, 7, 15);
    const cdLow = v128.shuffle<u16>(vc, vd, 0, 8, 1, 9, 2, 10, 3, 11);
    const cdHigh = v128.shuffle<u16>(vc, vd, 4, 12, 5, 13, 6, 14, 7, 15);
    const out = quads + (i << 2);
    v128.store(out, v128.shuffle<u32>(abLow, cdLow, 0, 4, 1, 5));
    v128.store(out, v128.shuffle<u32>(abLow, cdLow, 2, 6, 3, 7), 16);
    v128.store(out, v128.shuffle<u32>(abHigh, cdHigh, 0, 4, 1, 5), 32);
    v128.store(out, v128.shuffle<u32>(abHigh, cdHigh, 2, 6, 3, 7), 48);
  }
}

/**
 * Maps a block of pixels that lies between the same four tiles: (a·(1−x) + b·x)·(1−y) + (c·(1−x) + d·x)·y,
 * rounded to even. Weights are f32, one per column (`xa` = x, `xb` = 1 − x) and per row; `stride` is in bytes.
 */
export function blend(
  pixels: usize,
  out: usize,
  stride: usize,
  width: i32,
  height: i32,
  quads: usize,
  xa: usize,
  xb: usize,
  ya: usize,
): void {
  for (let y = 0; y < height; y++) {
    const weight = load<f32>(ya + (<usize>y << 2));
    const below = f32x4.splat(weight);
    const above = f32x4.splat(<f32>1.0 - weight);
    const row = pixels + <usize>y * stride;
    const to = out + <usize>y * stride;
    let x: usize = 0;
    const whole = <usize>(width & ~3);
    for (; x < whole; x += 4) {
      const p = row + (x << 1);
      const first = blendLoad(quads, p);
      const second = blendLoad(quads, p + 4);
      const weightA = v128.load(xa + (x << 2));
      const weightB = v128.load(xb + (x << 2));
      v128.store_lane<u64>(to + (x << 1), four(first, second, weightA, weightB, above, below), 0);
    }
    for (; x < <usize>width; x++) {
      const one = v128.load64_zero(quads + (<usize>load<u16>(row + (x << 1)) << 3));
      const wa = f32x4.splat(load<f32>(xa + (x << 2)));
      const wb = f32x4.splat(load<f32>(xb + (x << 2)));
      v128.store_lane<u16>(to + (x << 1), four(one, one, wa, wb, above, below), 0);
    }
  }
}

// @ts-ignore: decorator
@inline
function blendLoad(quads: usize, p: usize): v128 {
  const left = v128.load64_zero(quads + (<usize>load<u16>(p) << 3));
  return v128.load_lane<u64>(quads + (<usize>load<u16>(p, 2) << 3), left, 1);
}

// @ts-ignore: decorator
@inline
function four(first: v128, second: v128, xa: v128, xb: v128, above: v128, below: v128): v128 {
  const ab = v128.shuffle<u16>(first, second, 0, 4, 8, 12, 1, 5, 9, 13);
  const cd = v128.shuffle<u16>(first, second, 2, 6, 10, 14, 3, 7, 11, 15);
  const a = f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(ab));
  const b = f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(ab));
  const c = f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(cd));
  const d = f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(cd));
  const top = f32x4.add(f32x4.mul(a, xb), f32x4.mul(b, xa));
  const bottom = f32x4.add(f32x4.mul(c, xb), f32x4.mul(d, xa));
  const value = f32x4.nearest(f32x4.add(f32x4.mul(top, above), f32x4.mul(bottom, below)));
  const whole = i32x4.trunc_sat_f32x4_s(value);
  return i16x8.narrow_i32x4_u(whole, whole);
}
