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

/**
 * One step on the way from the image that a radiologist sees to the one that the network sees. A bundle lists
 * its steps in order; training and serving run the same code.
 */
export type PreparationStep =
  /** Cut to the breast's bounding box, widened by `margin` (a fraction of the box's own size, 0 to 0.5). */
  | { step: 'crop-to-breast'; margin: number }
  /** Turn and flip so that the chest wall lies on the left, judged from the image alone. */
  | { step: 'orient-chest-wall-left' }
  /**
   * As `orient-chest-wall-left`, and then flipped so that the brighter half lies above: one and the same orientation
   * whatever way the source was turned or flipped. The head may come to lie below.
   */
  | { step: 'orient-canonical' }
  /**
   * CLAHE at the resolution reached so far, as the image itself or as one more channel. `bits` 8 rounds the image to
   * 256 levels first, so that the result depends neither on the source's bit depth nor on the number of pixels per
   * tile; 16 (when left out) counts in 65536 bins.
   */
  | {
      step: 'clahe';
      clipLimit: number;
      tiles: [columns: number, rows: number];
      as: 'image' | 'channel';
      bits?: 8 | 16 | undefined;
    }
  /** Area-averaging resize, without keeping the aspect ratio. CLAHE and windows may follow it, at its size. */
  | { step: 'resize'; rows: number; columns: number }
  /**
   * Grey values stretched so that these percentiles of the breast's pixels become black and white, as the image itself
   * or as one more channel. After `resize`.
   */
  | { step: 'window'; low: number; high: number; as: 'image' | 'channel' }
  /** 0…65535 → 0…1, then (x − mean) / deviation, every channel alike. Always last. */
  | { step: 'normalise'; mean: number; deviation: number };

/** What one source instance becomes on its way to the network. Plain data: crosses threads. */
export interface PreparedImage {
  source: SourceInstance;
  /** Network input, rows × columns × channels, channels last. */
  input: Float32Array;
  geometry: InputGeometry;
  /** The whole mammogram for the Secondary Capture; long edge as asked for, never enlarged. */
  display: DisplayImage;
}
