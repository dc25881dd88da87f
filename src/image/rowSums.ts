import type { Plane } from './plane.js';

/** Each row's pixels added up, in the plane's own kind of numbers. */
export function rowSums(plane: Plane): Float64Array {
  const { pixels, columns, start, stride, step } = plane;
  return Float64Array.from({ length: plane.rows }, (_, row) => {
    const first = start + row * stride - (step === 1 ? 0 : columns - 1);
    let sum = 0;
    for (let at = first; at < first + columns; at++) sum += pixels[at]!;
    return sum;
  });
}
