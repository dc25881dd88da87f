/**
 * In-place, unnormalised inverse 2-D Fourier transform of a square field, side a power of two.
 *
 * `re` and `im` are row-major, side × side.
 */
export function inverseFourier(re: Float32Array, im: Float32Array, side: number): void {
  const line = lineTransform(side);
  for (let row = 0; row < side; row++) line(re, im, row * side);
  transpose(re, side);
  transpose(im, side);
  for (let row = 0; row < side; row++) line(re, im, row * side);
  transpose(re, side);
  transpose(im, side);
}

/** Radix-2 decimation in time on one contiguous line. */
function lineTransform(length: number): (re: Float32Array, im: Float32Array, start: number) => void {
  const bits = Math.log2(length);
  if (!Number.isInteger(bits)) throw new RangeError(`side ${length} is not a power of two`);
  const reversed = new Uint32Array(length);
  for (let i = 1; i < length; i++) reversed[i] = (reversed[i >> 1]! >> 1) | ((i & 1) << (bits - 1));
  const cos = new Float32Array(length / 2);
  const sin = new Float32Array(length / 2);
  for (let i = 0; i < length / 2; i++) {
    cos[i] = Math.cos((2 * Math.PI * i) / length);
    sin[i] = Math.sin((2 * Math.PI * i) / length);
  }
  return (re, im, start) => {
    for (let i = 0; i < length; i++) {
      const j = reversed[i]!;
      if (j <= i) continue;
      const r = re[start + i]!;
      re[start + i] = re[start + j]!;
      re[start + j] = r;
      const m = im[start + i]!;
      im[start + i] = im[start + j]!;
      im[start + j] = m;
    }
    for (let half = 1; half < length; half *= 2) {
      const stride = length / (2 * half);
      for (let k = 0, t = 0; k < half; k++, t += stride) {
        const wr = cos[t]!;
        const wi = sin[t]!;
        for (let i = start + k; i < start + length; i += 2 * half) {
          const j = i + half;
          const xr = re[j]! * wr - im[j]! * wi;
          const xi = re[j]! * wi + im[j]! * wr;
          re[j] = re[i]! - xr;
          im[j] = im[i]! - xi;
          re[i] = re[i]! + xr;
          im[i] = im[i]! + xi;
        }
      }
    }
  };
}

function transpose(field: Float32Array, side: number): void {
  const block = 16;
  for (let y0 = 0; y0 < side; y0 += block) {
    for (let x0 = y0; x0 < side; x0 += block) {
      for (let y = y0; y < y0 + block && y < side; y++) {
        for (let x = Math.max(x0, y + 1); x < x0 + block && x < side; x++) {
          const value = field[y * side + x]!;
          field[y * side + x] = field[x * side + y]!;
          field[x * side + y] = value;
        }
      }
    }
  }
}
