import { MamoriError } from '../errors.js';

/** Stable codes of what can be wrong with one image. */
export type ImageErrorCode =
  /** No codec here reads this transfer syntax, or this variant of it: ask the PACS for Explicit VR LE. */
  | 'undecodable-transfer-syntax'
  /** No Pixel Data, or none for the first frame. */
  | 'pixel-data-missing'
  /** The stored pixels contradict themselves or the header: truncated, damaged, wrong size. */
  | 'pixel-data-broken'
  /** Rows × Columns is absent, zero or beyond what is taken for one mammogram. */
  | 'image-size-refused'
  /** Colour, several samples per pixel, several frames, or bits that no grey mammogram has. */
  | 'pixel-format-unsupported'
  /** A lookup table or window in the header cannot be used. */
  | 'presentation-broken'
  /** The bundle's preparation steps contradict each other. */
  | 'preparation-invalid'
  /** The thread that prepared the image took longer than is allowed for one image. */
  | 'preparation-timed-out'
  /** The thread that prepared the image ended: out of memory, or a fault in a codec. */
  | 'preparation-crashed'
  /** The pool was closed while the image waited. */
  | 'preparation-stopped';

/** What is wrong with one image; the rest of the exam goes on. */
export class ImageError extends MamoriError<ImageErrorCode> {}
