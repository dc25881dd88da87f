import type { SourceInstance } from '../dicom/index.js';

/** Grey image as a radiologist sees it: row-major, 0 is black, 65535 is white (dense tissue bright). */
export interface GreyImage {
  rows: number;
  columns: number;
  pixels: Uint16Array;
}

/** The same at 8 bits, reduced for display: row-major, 0 black to 255 white. */
export interface DisplayImage {
  rows: number;
  columns: number;
  pixels: Uint8Array;
}

/** A rectangle of whole pixels: `left ≤ x < left + width`, `top ≤ y < top + height`. */
export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Where the breast is, on an image reduced by whole blocks. */
export interface BreastMask {
  /** Size of the reduced image. */
  rows: number;
  columns: number;
  /** Side of a block in source pixels; blocks at the right and lower edge may be smaller. */
  block: number;
  /** 1: breast, 0: not; row-major. */
  pixels: Uint8Array;
  /** Bounding box on the reduced image. */
  bounds: Box;
  /** Bounding box on the source image. */
  box: Box;
  /** False where no breast could be told from a background: then everything counts as breast. */
  found: boolean;
}

/** The eight orientations of a rectangle: clockwise quarter turns, after an optional left-right flip. */
export interface Orientation {
  flip: boolean;
  quarterTurns: 0 | 1 | 2 | 3;
}

/**
 * Where the network's input lies on the source image: the crop box is cut from the source, flipped and turned
 * by `orientation`, then resized to the network's rows × columns. Heat maps go the same way back.
 */
export interface InputGeometry {
  sourceRows: number;
  sourceColumns: number;
  crop: Box;
  orientation: Orientation;
  inputRows: number;
  inputColumns: number;
}

/** What one source instance becomes on its way to the network. Plain data: crosses threads. */
export interface PreparedImage {
  source: SourceInstance;
  /** Network input, rows × columns × channels, channels last. */
  input: Float32Array;
  geometry: InputGeometry;
  /** Where the breast is on the source. */
  breast: BreastMask;
  /** The whole mammogram for the Secondary Capture; long edge as asked for, never enlarged. */
  display: DisplayImage;
}
