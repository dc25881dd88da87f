import type { RgbImage } from './rgbImage.js';

/** The picture as a PNG file (8 bit RGB): a preview outside DICOM, the same pixels. */
export async function overlayPng(rgb: RgbImage): Promise<Uint8Array> {
  // Loaded by the first preview: the service makes none.
  const { default: sharp } = await import('sharp');
  return sharp(rgb.pixels, { raw: { width: rgb.columns, height: rgb.rows, channels: 3 } })
    .png({ compressionLevel: 6 })
    .toBuffer();
}
