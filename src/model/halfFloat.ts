/** Numbers of 16 bits: IEEE 754 binary16, a sign, five bits of exponent, ten of fraction. */

const word = new Float32Array(1);
const bits = new Uint32Array(word.buffer);

/** The nearest number of 16 bits, as those bits; what lies halfway goes to the even one. */
export function halfBits(value: number): number {
  word[0] = value;
  const sign = (bits[0]! >>> 16) & 0x8000;
  const exponent = ((bits[0]! >>> 23) & 0xff) - 127;
  const fraction = bits[0]! & 0x7fffff;
  if (exponent === 128) return sign | (fraction === 0 ? 0x7c00 : 0x7e00);
  // Too small for ten bits of fraction: units of 2⁻²⁴ are left.
  if (exponent < -14) return sign | toEven(Math.abs(word[0]!) * 2 ** 24);
  // A fraction that is rounded up to a whole carries into the exponent, and from the largest to infinity.
  const rounded = ((exponent + 15) << 10) + toEven(fraction / 2 ** 13);
  return sign | Math.min(0x7c00, rounded);
}

/** The number that 16 bits mean. */
export function halfValue(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

export function nearestHalf(value: number): number {
  return halfValue(halfBits(value));
}

function toEven(value: number): number {
  const low = Math.floor(value);
  const rest = value - low;
  return rest > 0.5 || (rest === 0.5 && low % 2 === 1) ? low + 1 : low;
}
