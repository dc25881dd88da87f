/** Directions of the wavelets, evenly over half a turn. */
export const DIRECTIONS = 6;
/** Phases of each wavelet, evenly over a turn: rectified and added up they give its strength whatever its phase. */
export const PHASES = 4;
/** Rows and columns of all filters here. */
export const FILTER_SIZE = 5;

/** A breast's texture is faint: with this factor strengths of both orders come out between a hundredth and one. */
const GAIN = 16;

const MIDDLE = (FILTER_SIZE - 1) / 2;
/** Radians per pixel: the finest octave. Coarser ones are the same filters on a picture that was halved. */
const FREQUENCY = (3 * Math.PI) / 4;
/** Pixels. */
const DEVIATION = 0.8;
/** How much longer than wide a wavelet is. */
const ELONGATION = 2;

/**
 * Morlet wavelets (Bruna & Mallat 2013, §2.1): a wave under a Gaussian, less the part that would answer to a plain
 * grey.
 *
 * @returns one kernel per direction and phase, phases next to each other; row-major
 */
export function morletWavelets(): Float32Array[] {
  const kernels: Float32Array[] = [];
  for (let direction = 0; direction < DIRECTIONS; direction++)
    for (let phase = 0; phase < PHASES; phase++)
      kernels.push(morlet((Math.PI * direction) / DIRECTIONS, (2 * Math.PI * phase) / PHASES));
  return kernels;
}

function morlet(direction: number, phase: number): Float32Array {
  const [cos, sin] = [Math.cos(direction), Math.sin(direction)];
  const envelope = kernel((x, y) => {
    const [along, across] = [x * cos + y * sin, (y * cos - x * sin) / ELONGATION];
    return Math.exp(-(along ** 2 + across ** 2) / (2 * DEVIATION ** 2));
  });
  const wave = kernel((x, y) => Math.cos(FREQUENCY * (x * cos + y * sin) + phase));
  const whole = sum(envelope);
  const raw = wave.map((value, index) => value * envelope[index]!);
  const grey = sum(raw) / whole;
  return raw.map((value, index) => (GAIN * (value - grey * envelope[index]!)) / whole);
}

/**
 * The Laplacian of a Gaussian of one pixel: answers to a bright blob, and turned round to a dark one.
 *
 * @returns two kernels, row-major
 */
export function blobFilters(): [bright: Float32Array, dark: Float32Array] {
  const raw = kernel((x, y) => {
    const radius = (x * x + y * y) / 2;
    return (1 - radius) * Math.exp(-radius);
  });
  const grey = sum(raw) / raw.length;
  const level = raw.map((value) => value - grey);
  const weight = sum(level.map(Math.abs));
  return [level.map((value) => (GAIN * value) / weight), level.map((value) => (-GAIN * value) / weight)];
}

function kernel(value: (x: number, y: number) => number): Float32Array {
  return Float32Array.from({ length: FILTER_SIZE ** 2 }, (_, at) =>
    value((at % FILTER_SIZE) - MIDDLE, Math.floor(at / FILTER_SIZE) - MIDDLE),
  );
}

function sum(values: Float32Array): number {
  return values.reduce((total, value) => total + value, 0);
}
