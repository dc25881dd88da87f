import { checkBoxes, type LabelledImage, type LesionBox, readPicture } from '../../dataset/index.js';
import { fromSource, type InputGeometry, type PreparationStep, prepareGrey } from '../../image/index.js';

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
  /** Rows × columns × channels, channels last: grey values before `normalise`, 0 to 255. One byte, as in the files. */
  bytes: Uint8Array;
  boxes: InputBox[];
  /** Whether `boxes` tells all: the set has boxes, or there is nothing malignant to be boxed. */
  mapKnown: boolean;
}

/** One data set of several. */
export interface LesionSet {
  images: LabelledImage[];
  /** By file; undefined: the set has none. */
  boxes: Map<string, LesionBox[]> | undefined;
}

/**
 * Reads and prepares images, one at a time, with the bundle's own steps.
 *
 * @throws ModelError as `readPicture` does; `boxes-outside-image`
 */
export async function readLesionExamples(
  sets: readonly LesionSet[],
  preparation: readonly PreparationStep[],
  positive: string,
  progress: (done: number, of: number) => void = () => {},
): Promise<LesionExample[]> {
  const steps = preparation.map((step) =>
    step.step === 'normalise' ? { ...step, mean: 0, deviation: 1 / 255 } : step,
  );
  const total = sets.reduce((sum, { images }) => sum + images.length, 0);
  const examples: LesionExample[] = [];
  for (const [set, { images, boxes }] of sets.entries())
    for (const image of images) {
      const grey = await readPicture(image);
      const own = boxes?.get(image.file) ?? [];
      checkBoxes(image.file, own, grey.rows, grey.columns);
      const { input, geometry } = prepareGrey(grey, steps);
      const target = image.label === positive ? 1 : 0;
      examples.push({
        image,
        set,
        target,
        bytes: Uint8Array.from(input, Math.round),
        boxes: own.map((box) => onInput(box, geometry)),
        mapKnown: target === 0 || own.some(({ pathology }) => pathology === 'malignant'),
      });
      progress(examples.length, total);
    }
  return examples;
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
