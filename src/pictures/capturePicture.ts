import { nativeCopy, readPart10 } from '../dicom/index.js';
import type { RgbImage } from './rgbImage.js';

/**
 * The picture in a Secondary Capture of ours, as an archive gives it back; undefined for an object without pixels.
 *
 * @throws DicomReadError
 */
export function capturePicture(file: Uint8Array): RgbImage | undefined {
  const { dataset } = readPart10(nativeCopy(file));
  const samples = dataset.pixelData()?.fragments[0];
  if (samples === undefined) return undefined;
  const [rows, columns] = [dataset.number('Rows')!, dataset.number('Columns')!];
  const pixels = samples.subarray(0, rows * columns * 3);
  return { rows, columns, pixels, imageArea: { top: 0, rows, columns } };
}
