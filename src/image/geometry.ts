import type { InputGeometry } from './types.js';

/** A place in pixels: 0,0 is the top-left corner of the top-left pixel, whole numbers are pixel edges. */
export interface Place {
  x: number;
  y: number;
}

/** Source pixels → network input pixels. Places outside the crop box come out outside the input. */
export function fromSource(geometry: InputGeometry, place: Place): Place {
  const { crop, orientation } = geometry;
  let { width, height } = crop;
  let x = place.x - crop.left;
  let y = place.y - crop.top;
  if (orientation.flip) x = width - x;
  for (let turn = 0; turn < orientation.quarterTurns; turn++) {
    [x, y] = [height - y, x];
    [width, height] = [height, width];
  }
  return { x: (x * geometry.inputColumns) / width, y: (y * geometry.inputRows) / height };
}
