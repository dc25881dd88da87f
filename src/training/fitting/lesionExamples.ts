import { checkBoxes, type LabelledImage, type LesionBox, readPicture } from '../../dataset/index.js';
import { fromSource, type GreyImage, type InputGeometry } from '../../image/index.js';

/** A rectangle on the network's input, in its pixels. */
export interface InputBox {
  left: number;
  top: number;
  right: number;
  bottom: number;
  /** Undefined: nobody knows whether it is malignant. */
  malignant: boolean | undefined;
}

/** An image as the network sees it, with what is known of where its lesions are. */
export interface LesionExample {
  image: LabelledImage;
  /** Which of the data sets it comes from, from 0. */
  set: number;
  target: 0 | 1;
  /**
   * Rows × columns × channels, channels last: grey values before `normalise`, 0 to 255. One byte each, as in the
   * files.
   */
  readonly bytes: Uint8Array;
  boxes: InputBox[];
  /** Whether `boxes` tells all: the set has boxes, or there is nothing malignant to be boxed. */
  mapKnown: boolean;
}

/**
 * An image in grey, with its boxes checked against its size.
 *
 * @throws DatasetError as `readPicture` does; `boxes-outside-image`
 */
export async function greyOf(image: LabelledImage, boxes: readonly LesionBox[]): Promise<GreyImage> {
  const grey = await readPicture(image);
  checkBoxes(image.file, boxes, grey.rows, grey.columns);
  return grey;
}

/** A box of the file on the prepared image. */
export function onInput({ x, y, width, height, pathology }: LesionBox, geometry: InputGeometry): InputBox {
  const a = fromSource(geometry, { x, y });
  const b = fromSource(geometry, { x: x + width, y: y + height });
  return {
    left: Math.min(a.x, b.x),
    top: Math.min(a.y, b.y),
    right: Math.max(a.x, b.x),
    bottom: Math.max(a.y, b.y),
    malignant: pathology === 'unknown' ? undefined : pathology === 'malignant',
  };
}
