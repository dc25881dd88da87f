import { drawNotice } from './captionBand.js';
import { drawOverlay, type OverlayInput, pictureSize } from './overlay.js';
import type { RgbImage } from './rgbImage.js';

/**
 * The picture of one result as it stands alone: `drawOverlay`'s, and the notice also along its upper edge. That of the
 * caption stands below the mammogram, where an enlarged picture or one in a low window does not show it.
 *
 * @param allocate gives the memory for the pixels, all zero; it is asked once
 */
export function drawSinglePicture(
  input: OverlayInput,
  allocate: (bytes: number) => Uint8Array = (bytes) => new Uint8Array(bytes),
): RgbImage {
  const { columns, longEdge } = pictureSize(input.display);
  const notice = drawNotice(columns, longEdge);
  // The overlay is drawn right below the notice: a second picture to copy it into would be megabytes more.
  let pixels = notice.pixels;
  const overlay = drawOverlay(input, (bytes) => {
    pixels = allocate(notice.pixels.length + bytes);
    return pixels.subarray(notice.pixels.length);
  });
  pixels.set(notice.pixels);
  return {
    rows: notice.rows + overlay.rows,
    columns,
    pixels,
    imageArea: { ...overlay.imageArea, top: notice.rows },
  };
}
