import { breastMask } from '../breast.js';
import { ImageError } from '../errors.js';
import type { Plane } from '../plane.js';
import type { Box, BreastMask, GreyImage, InputGeometry, Orientation } from '../types.js';

/** An image on its way through the steps. */
export interface WorkingImage {
  source: GreyImage;
  rows: number;
  columns: number;
  /** All of one size. */
  channels: Plane[];
  /** The same after the resize. */
  resized: Float32Array[] | undefined;
  crop: Box;
  orientation: Orientation;
  /** What the grey values are normalised by, once that is said. */
  normalisation: { mean: number; deviation: number } | undefined;
  /** The breast is looked for once, on the source image. */
  mask: BreastMask | undefined;
}

/** Where the breast is on the source. */
export function maskOf(work: WorkingImage): BreastMask {
  work.mask ??= breastMask(work.source);
  return work.mask;
}

/** Where the image that the steps have reached lies on the source. */
export function geometryOf(work: WorkingImage): InputGeometry {
  return {
    sourceRows: work.source.rows,
    sourceColumns: work.source.columns,
    crop: work.crop,
    orientation: work.orientation,
    inputRows: work.rows,
    inputColumns: work.columns,
  };
}

/** The image itself becomes that, or it is one channel more. */
export function putIn<Values>(channels: Values[], values: Values, as: 'image' | 'channel'): void {
  if (as === 'channel') channels.push(values);
  else channels[0] = values;
}

/** @param what the steps have that cannot be */
export function invalidSteps(what: string): ImageError {
  return new ImageError('preparation-invalid', `The preparation steps of the bundle have ${what}.`, {
    remedy:
      'Use a bundle whose steps crop and turn first, then resize, then window and equalise, then normalise.',
  });
}
