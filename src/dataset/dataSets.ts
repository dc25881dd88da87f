import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { type LesionBox, readBoxes } from './boxes.js';
import { DatasetError } from './errors.js';
import { classesOf, type LabelledImage, readLabels } from './labels.js';

/** Where one data set lies. */
export interface DataSetPlace {
  /** Folder of the images; or of the whole set with images/, labels.csv and boxes.csv, where `labels` is left out. */
  data: string;
  labels?: string | undefined;
}

/** One data set, read. */
export interface LabelledSet {
  /** For reports: the folder's name. No two sets of one reading have the same. */
  name: string;
  images: LabelledImage[];
  /** By file; undefined: the set has none. */
  boxes: Map<string, LesionBox[]> | undefined;
}

/** As `readDataSets` gives them. */
export interface DataSets {
  sets: LabelledSet[];
  classes: [negative: string, positive: string];
}

/**
 * Reads the labels and boxes of several data sets. Where there is more than one, each image says which it belongs to.
 *
 * @param boxes files with boxes, each of images of one of the sets
 * @param further columns that all labels files must have besides
 * @throws DatasetError as `readLabels` and `readBoxes` do; `data-sets-disagree` where their classes differ;
 *   `boxes-image-ambiguous` where boxes are given for a file that two sets name
 */
export async function readDataSets(
  places: readonly DataSetPlace[],
  boxes: readonly string[],
  positive: string,
  further: readonly string[] = [],
): Promise<DataSets> {
  const sets: LabelledSet[] = [];
  for (const { data, labels } of places) {
    const whole = labels === undefined;
    const images = whole
      ? await readLabels(join(data, 'labels.csv'), join(data, 'images'), further)
      : await readLabels(labels, data, further);
    const name = freeName(nameOf(data), sets);
    const own = join(data, 'boxes.csv');
    const known = new Set(images.map(({ file }) => file));
    sets.push({
      name,
      images: places.length === 1 ? images : images.map((image) => ({ ...image, set: name })),
      boxes: whole && existsSync(own) ? await readBoxes(own, known) : undefined,
    });
  }
  const classes = agreedClasses(sets, positive);
  for (const path of boxes) await addBoxes(path, sets);
  return { sets, classes };
}

/** `images` says nothing: then the folder above it names the set. */
function nameOf(data: string): string {
  const folder = resolve(data);
  return basename(folder) === 'images' ? basename(dirname(folder)) : basename(folder);
}

function freeName(name: string, sets: readonly LabelledSet[]): string {
  const taken = sets.map((set) => set.name);
  let free = name;
  for (let number = 2; taken.includes(free); number++) free = `${name} ${number}`;
  return free;
}

async function addBoxes(path: string, sets: LabelledSet[]): Promise<void> {
  const files = sets.map(({ images }) => new Set(images.map(({ file }) => file)));
  const read = await readBoxes(path, new Set(files.flatMap((own) => [...own])));
  for (const [file, boxes] of read) {
    const holders = sets.filter((_, index) => files[index]!.has(file));
    if (holders.length > 1)
      throw new DatasetError(
        'boxes-image-ambiguous',
        `${path}: both ${holders[0]!.name} and ${holders[1]!.name} have an image ${file}`,
        {
          remedy: 'Put boxes.csv into the folder of its own set, beside labels.csv, and leave out --labels.',
        },
      );
    const set = holders[0]!;
    set.boxes ??= new Map();
    set.boxes.set(file, [...(set.boxes.get(file) ?? []), ...boxes]);
  }
}

function agreedClasses(sets: LabelledSet[], positive: string): [negative: string, positive: string] {
  const each = sets.map(({ images }) => classesOf(images, positive));
  const [first] = each;
  for (const [index, [negative]] of each.entries())
    if (negative !== first![0])
      throw new DatasetError(
        'data-sets-disagree',
        `${sets[0]!.name} calls images without ${positive} ${first![0]}, ${sets[index]!.name} calls them ${negative}`,
        { remedy: 'Give the same two labels in all data sets.' },
      );
  return first!;
}
