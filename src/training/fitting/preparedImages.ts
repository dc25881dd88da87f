import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabelledImage, LabelledSet, LesionBox } from '../../dataset/index.js';
import { type PreparationStep, prepareGrey } from '../../image/index.js';
import { TrainingError } from '../errors.js';
import { greyOf, type InputBox, type LesionExample, onInput } from './lesionExamples.js';

const BYTES_FILE = 'prepared.bin';
const LIST_FILE = 'prepared.json';

interface Kept {
  /** What they were made from, and how. */
  key: string;
  boxes: InputBox[][];
}

/**
 * Prepared images in a file beside the checkpoints, one byte for each value: they are read from there for every step,
 * so that memory holds a batch and not the data set, and a training that goes on need not prepare them again.
 */
export class PreparedImages {
  readonly #file: number;
  readonly #size: number;

  private constructor(path: string, size: number) {
    this.#file = openSync(path, 'r');
    this.#size = size;
  }

  /**
   * Prepares all images of all sets, or finds them prepared.
   *
   * @param folder exists
   * @returns the examples in the order of the sets; they can be read until `close`
   * @throws DatasetError, ImageError as reading, preparing and checking boxes do
   * @throws TrainingError `checkpoint-unwritable`
   */
  static async of(
    sets: readonly LabelledSet[],
    { preparation, positive }: { preparation: readonly PreparationStep[]; positive: string },
    folder: string,
    progress: (done: number, of: number) => void,
  ): Promise<{ images: PreparedImages; examples: LesionExample[] }> {
    const all = sets.flatMap(({ images, boxes }, set) =>
      images.map((image) => ({ image, set, own: boxes?.get(image.file) ?? [] })),
    );
    const size = valuesOf(preparation);
    const key = await keyOf(all, preparation);
    let kept = await find(folder, key, all.length * size);
    kept ??= await prepareAll(all, preparation, folder, key, progress);
    const images = new PreparedImages(join(folder, BYTES_FILE), size);
    const examples = all.map(({ image, set, own }, index): LesionExample => {
      const target = image.label === positive ? 1 : 0;
      return {
        image,
        set,
        target,
        get bytes() {
          return images.#read(index);
        },
        boxes: kept.boxes[index]!,
        mapKnown: target === 0 || own.some(({ pathology }) => pathology === 'malignant'),
      };
    });
    return { images, examples };
  }

  close(): void {
    closeSync(this.#file);
  }

  #read(index: number): Uint8Array {
    const bytes = new Uint8Array(this.#size);
    readSync(this.#file, bytes, 0, this.#size, index * this.#size);
    return bytes;
  }
}

type Source = { image: LabelledImage; own: LesionBox[] };

async function prepareAll(
  all: Source[],
  preparation: readonly PreparationStep[],
  folder: string,
  key: string,
  progress: (done: number, of: number) => void,
): Promise<Kept> {
  const steps = preparation.map((step) =>
    step.step === 'normalise' ? { ...step, mean: 0, deviation: 1 / 255 } : step,
  );
  const boxes: InputBox[][] = [];
  await rm(join(folder, LIST_FILE), { force: true });
  const draft = join(folder, `.${BYTES_FILE}`);
  try {
    const file = await open(draft, 'w');
    try {
      for (const { image, own } of all) {
        const { input, geometry } = prepareGrey(await greyOf(image, own), steps);
        const bytes = new Uint8Array(input.length);
        for (let at = 0; at < bytes.length; at++) bytes[at] = input[at]! + 0.5;
        await file.appendFile(bytes);
        boxes.push(own.map((box) => onInput(box, geometry)));
        progress(boxes.length, all.length);
      }
    } finally {
      await file.close();
    }
    await rename(draft, join(folder, BYTES_FILE));
    await writeFile(join(folder, LIST_FILE), JSON.stringify({ key, boxes }));
  } catch (cause) {
    await rm(draft, { force: true });
    const { code, syscall } = cause as NodeJS.ErrnoException;
    if (syscall === undefined) throw cause;
    throw new TrainingError(
      'checkpoint-unwritable',
      `prepared images cannot be written to ${folder} (${code})`,
      {
        cause,
        remedy: 'Make room on that disk, or mend its rights; --out names the place.',
      },
    );
  }
  return { key, boxes };
}

async function find(folder: string, key: string, size: number): Promise<Kept | undefined> {
  try {
    const kept = JSON.parse(await readFile(join(folder, LIST_FILE), 'utf8')) as Kept;
    if (kept.key !== key || (await stat(join(folder, BYTES_FILE))).size !== size) return undefined;
    // JSON has no word for what is not known.
    for (const box of kept.boxes.flat()) box.malignant ??= undefined;
    return kept;
  } catch {
    return undefined;
  }
}

/** Files as they are now: one that was put in order after a training stopped is prepared again. */
async function keyOf(all: Source[], preparation: readonly PreparationStep[]): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(preparation));
  for (const { image, own } of all) {
    // Reading it says what is wrong with one that is gone.
    const { size, mtimeMs } = await stat(image.path).catch(() => ({ size: 0, mtimeMs: 0 }));
    hash.update(JSON.stringify([image.path, size, mtimeMs, own]));
  }
  return hash.digest('hex');
}

/** How many values a prepared image has. */
function valuesOf(preparation: readonly PreparationStep[]): number {
  const resize = preparation.find((step) => step.step === 'resize')!;
  const channels = 1 + preparation.filter((step) => 'as' in step && step.as === 'channel').length;
  return resize.rows * resize.columns * channels;
}
