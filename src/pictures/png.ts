import type { RgbImage } from './rgbImage.js';

/**
 * The picture as a PNG file (8 bit RGB): a preview outside DICOM.
 *
 * @param longEdge most pixels of the longer side; left out: the same pixels
 */
export async function overlayPng(rgb: RgbImage, longEdge?: number): Promise<Uint8Array> {
  // Loaded by the first preview: the service makes none unless somebody looks at a picture.
  const { default: sharp } = await import('sharp');
  const picture = sharp(rgb.pixels, { raw: { width: rgb.columns, height: rgb.rows, channels: 3 } });
  if (longEdge !== undefined)
    picture.resize({ width: longEdge, height: longEdge, fit: 'inside', withoutEnlargement: true });
  return picture.png({ compressionLevel: 6 }).toBuffer();
}
