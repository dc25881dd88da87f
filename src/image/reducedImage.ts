import { blockMeans } from './resize.js';
import type { GreyImage } from './types.js';

/** An image reduced by whole blocks, to be looked at as a whole. */
export interface ReducedImage {
  rows: number;
  columns: number;
  /** Side of a block in source pixels; blocks at the right and lower edge may be smaller. */
  block: number;
  /** Mean of each block, 0 (black) to 65535 (white); row-major. */
  means: Float64Array;
}

const REDUCED_EDGE = 256;

/** At most 256 blocks along the longer side. */
export function reducedImage(image: GreyImage): ReducedImage {
  const block = Math.max(1, Math.ceil(Math.max(image.rows, image.columns) / REDUCED_EDGE));
  return {
    rows: Math.ceil(image.rows / block),
    columns: Math.ceil(image.columns / block),
    block,
    means: blockMeans(image.pixels, image.rows, image.columns, block),
  };
}
