import type { Point } from '../dicom/index.js';
import type { InputGeometry } from './types.js';

/** Source pixels → network input pixels. Points outside the crop box come out outside the input. */
export function fromSource(geometry: InputGeometry, point: Point): Point {
  const { crop, orientation } = geometry;
  let { width, height } = crop;
  let x = point.x - crop.left;
  let y = point.y - crop.top;
  if (orientation.flip) x = width - x;
  for (let turn = 0; turn < orientation.quarterTurns; turn++) {
    [x, y] = [height - y, x];
    [width, height] = [height, width];
  }
  return { x: (x * geometry.inputColumns) / width, y: (y * geometry.inputRows) / height };
}
