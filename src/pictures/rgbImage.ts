/** Colour picture: row-major, red, green, blue interleaved, 8 bits each (PlanarConfiguration 0). */
export interface RgbImage {
  rows: number;
  columns: number;
  pixels: Uint8Array;
  /** The mammogram's place in the picture: its top-left corner is the picture's, the rest is the caption. */
  imageArea: { rows: number; columns: number };
}
