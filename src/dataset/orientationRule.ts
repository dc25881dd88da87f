import type { ImageSize } from './imageSize.js';

/**
 * How much more an image differs between left and right than between top and bottom, by mean brightness of the
 * halves. In the DDSM set as published this alone tells benign from malignant (trap 1); on prepared images
 * it must not.
 */
export function orientationRule(input: Float32Array, { rows, columns, channels }: ImageSize): number {
  let [leftRight, topBottom] = [0, 0];
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const value = input[(row * columns + column) * channels]!;
      leftRight += column < columns / 2 ? value : -value;
      topBottom += row < rows / 2 ? value : -value;
    }
  return (Math.abs(leftRight) - Math.abs(topBottom)) / (rows * columns);
}
