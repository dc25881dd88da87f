/** Colour picture: row-major, red, green, blue interleaved, 8 bits each (PlanarConfiguration 0). */
export interface RgbImage {
  rows: number;
  columns: number;
  pixels: Uint8Array;
  /** The mammogram's place: from the picture's left edge, `top` rows below its upper one. The rest is writing. */
  imageArea: { top: number; rows: number; columns: number };
}
