import type { BreastMask } from '../types.js';

/**
 * 1 for the blocks of the breast that lie away from its outline and from the image's edge.
 *
 * @param fromOutline blocks
 * @param fromEdge blocks, at least as many as `fromOutline`
 */
export function innerBreast(
  { pixels, rows, columns }: BreastMask,
  fromOutline: number,
  fromEdge: { rows: number; columns: number },
): Uint8Array {
  const inner = new Uint8Array(pixels.length);
  for (let y = fromEdge.rows; y < rows - fromEdge.rows; y++)
    for (let x = fromEdge.columns; x < columns - fromEdge.columns; x++) {
      const at = y * columns + x;
      const within =
        pixels[at - fromOutline]! &
        pixels[at + fromOutline]! &
        pixels[at - fromOutline * columns]! &
        pixels[at + fromOutline * columns]!;
      inner[at] = pixels[at]! & within;
    }
  return inner;
}
