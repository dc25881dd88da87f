import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { classesOf, readBoxes, readLabels } from '../dataset/index.js';
import { ModelError } from '../model/index.js';
import type { LesionSet } from './fitting/lesionExamples.js';

/** Where one data set lies. */
export interface DataSetPlace {
  /** Folder of the images; or of the whole set with images/, labels.csv and boxes.csv, where `labels` is left out. */
  data: string;
  labels?: string | undefined;
}

/** As `readDataSets` gives them. */
export interface DataSets {
  sets: LesionSet[];
  classes: [negative: string, positive: string];
}

/**
 * Reads the labels and boxes of several data sets.
 *
 * @param boxes files with boxes, each of images of one of the sets
 * @throws ModelError as `readLabels` and `readBoxes` do; `data-sets-disagree` where their classes differ
 */
export async function readDataSets(
  places: readonly DataSetPlace[],
  boxes: readonly string[],
  positive: string,
): Promise<DataSets> {
  const sets: LesionSet[] = [];
  const own: string[] = [];
  for (const { data, labels } of places) {
    const whole = labels === undefined;
    const images = whole
      ? await readLabels(join(data, 'labels.csv'), join(data, 'images'))
      : await readLabels(labels, data);
    sets.push({ name: basename(data), images, boxes: undefined });
    if (whole && existsSync(join(data, 'boxes.csv'))) own.push(join(data, 'boxes.csv'));
  }
  const classes = agreedClasses(sets, positive);
  const known = new Set(sets.flatMap(({ images }) => images.map(({ file }) => file)));
  for (const path of [...boxes, ...own]) {
    const read = await readBoxes(path, known);
    for (const set of sets) {
      const of = new Map(set.images.flatMap(({ file }) => (read.has(file) ? [[file, read.get(file)!]] : [])));
      if (of.size > 0) set.boxes = new Map([...(set.boxes ?? []), ...of]);
    }
  }
  return { sets, classes };
}

function agreedClasses(sets: LesionSet[], positive: string): [negative: string, positive: string] {
  const each = sets.map(({ images }) => classesOf(images, positive));
  const [first] = each;
  for (const [index, [negative]] of each.entries())
    if (negative !== first![0])
      throw new ModelError(
        'data-sets-disagree',
        `${sets[0]!.name} calls images without ${positive} ${first![0]}, ${sets[index]!.name} calls them ${negative}`,
        { remedy: 'Give the same two labels in all data sets.' },
      );
  return first!;
}
