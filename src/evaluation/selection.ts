import { readFile } from 'node:fs/promises';
import { countText } from '../countText.js';
import {
  type CaseParts,
  countCases,
  digestOfImages,
  groupByCase,
  type LabelledImage,
  PARTS,
  type Part,
  parseCsvTable,
  splitOfCopies,
} from '../dataset/index.js';
import type { Bundle } from '../model/index.js';
import { EvaluationError } from './errors.js';

/** `by-image`: images of one patient, or copies of one image, may stand on both sides. Its figures leak and say so. */
export type Protocol = 'by-patient' | 'by-image';

/** Which images are evaluated, and what the model's maker did with them. */
export interface Selection {
  chosen: LabelledImage[];
  /** The labels file's other images of which the bundle says that the network was made from them. */
  seen: LabelledImage[];
  record: SelectionRecord;
}

export interface SelectionRecord {
  /** `test`, `all` or `list`. */
  rule: 'test' | 'all' | 'list';
  /** How it is known which cases the network has seen. */
  known: CaseParts['known'];
  /** Patients evaluated, by what the bundle's maker did with them; `unseen` were not at hand then. */
  evaluated: Record<Part | 'unseen', number>;
  /** Patients left out of the evaluation. */
  leftOut: Record<Part | 'unseen', number>;
  /** Where copies of the images are evaluated: how many were made of each, and of how many images. */
  copies?: { ofEach: number; images: number };
}

/**
 * Takes the images to evaluate: by default the cases that the network was not made from, which are the test part of its
 * own data and every case that its maker never had.
 *
 * @param split `test`, `all`, or a file that names one image per line
 * @throws EvaluationError `evaluation-no-cases`, `evaluation-list`, `split-patient-on-both-sides`
 */
export async function selectImages(
  images: LabelledImage[],
  parts: CaseParts,
  split: string,
  protocol: Protocol,
  { training }: Pick<Bundle, 'training'>,
): Promise<Selection> {
  const rule = split === 'test' || split === 'all' ? split : 'list';
  const wasSeen = (image: LabelledImage) =>
    ['training', 'validation'].includes(parts.partOf(image.case) ?? '');
  let chosen = images;
  if (rule === 'list') chosen = await listed(images, split);
  else if (rule === 'test' && protocol === 'by-patient') chosen = images.filter((image) => !wasSeen(image));
  if (rule === 'list' && protocol === 'by-patient') checkSides(images, chosen, wasSeen);
  if (chosen.length === 0)
    throw new EvaluationError(
      'evaluation-no-cases',
      `all ${countText(groupByCase(images).size, 'patient')} of the labels file were used for making this model`,
      {
        remedy:
          training?.protocol === 'by-image'
            ? 'It was split by image, so that no patient of its data is new to it. Give other patients, or compare ' +
              'it with the paper by `--protocol by-image`.'
            : 'Give cases that the model has not seen. `--split all` takes these all the same, and says so in the ' +
              'report.',
      },
    );
  const evaluated = new Set(chosen.map((image) => image.case));
  const taken = new Set(chosen);
  return {
    chosen,
    seen: images.filter((image) => !taken.has(image) && wasSeen(image)),
    record: {
      rule,
      known: parts.known,
      evaluated: countParts([...evaluated], parts),
      leftOut: countParts(
        [...groupByCase(images).keys()].filter((name) => !evaluated.has(name)),
        parts,
      ),
    },
  };
}

/**
 * The test share of the copies that a bundle of a split by image was made from: made again from its record.
 *
 * @throws EvaluationError `evaluation-copies` where these are not the images that it was made from, or others are asked
 *   for
 */
export function selectCopies(
  images: LabelledImage[],
  parts: CaseParts,
  split: string,
  { training, name }: Pick<Bundle, 'training' | 'name'>,
): Selection {
  const { copies, cases, seed } = training!;
  if (split !== 'test')
    throw new EvaluationError(
      'evaluation-copies',
      `${name} is evaluated on the test share of its copies only`,
      {
        remedy: 'Leave out --split.',
      },
    );
  const made = splitOfCopies(images, { copies: copies!, seed });
  // One image more or less, or another label, deals all copies out again: among them would be such as it learnt from.
  const same =
    (parts.images === undefined || parts.images === digestOfImages(images)) &&
    images.every((image) => parts.partOf(image.case) === 'training') &&
    PARTS.every((part) => countCases(made[part]) === cases[part]);
  if (!same)
    throw new EvaluationError(
      'evaluation-copies',
      `the labels file is not the one that ${name} was made from: its copies cannot be made again`,
      { remedy: 'Give the same --data and --labels as to `mamori train --protocol by-image`.' },
    );
  const evaluated = new Set(made.test.map((image) => image.case));
  return {
    chosen: made.test,
    seen: [],
    record: {
      rule: 'test',
      known: parts.known,
      evaluated: countParts([...evaluated], parts),
      leftOut: countParts(
        [...groupByCase(images).keys()].filter((patient) => !evaluated.has(patient)),
        parts,
      ),
      copies: { ofEach: copies!, images: images.length },
    },
  };
}

async function listed(images: LabelledImage[], file: string): Promise<LabelledImage[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new EvaluationError('evaluation-list', `${file} cannot be read`, {
      cause,
      remedy: '--split takes test, all, or a file that names one image per line as the labels file does.',
    });
  }
  const names = new Set(namesIn(text));
  const known = new Set(images.map((image) => image.file));
  const unknown = [...names].filter((name) => !known.has(name));
  if (unknown.length > 0 || names.size === 0)
    throw new EvaluationError(
      'evaluation-list',
      names.size === 0
        ? `${file} names no image`
        : `${file} names ${countText(unknown.length, 'image')} not in the labels file, the first is ${unknown[0]}`,
      { remedy: 'Name one image per line, as in the column file of the labels file.' },
    );
  return images.filter((image) => names.has(image.file));
}

/** Of lines out of a labels file with its head the column `file`, of any others the first cell. */
function namesIn(text: string): string[] {
  const whole = parseCsvTable(text);
  const column = whole.columns.indexOf('file');
  const { lines } = column === -1 ? parseCsvTable(`file\n${text.replace(/^\ufeff/, '')}`) : whole;
  return lines.map(({ cells }) => cells[Math.max(0, column)] ?? '').filter((name) => name !== '');
}

function checkSides(
  images: LabelledImage[],
  chosen: LabelledImage[],
  wasSeen: (image: LabelledImage) => boolean,
): void {
  const seen = chosen.find(wasSeen);
  if (seen !== undefined)
    throw new EvaluationError(
      'split-patient-on-both-sides',
      `the list names ${seen.file}, but the network was made from images of its patient (case ${seen.case})`,
      {
        remedy:
          'Take the patient out of the list, or use `--protocol by-image` for a figure that is labelled as leaking.',
      },
    );
  const taken = new Set(chosen);
  const cases = new Set(chosen.map((image) => image.case));
  const parted = images.find((image) => !taken.has(image) && cases.has(image.case));
  if (parted !== undefined)
    throw new EvaluationError(
      'split-patient-on-both-sides',
      `the list has images of case ${parted.case} but not ${parted.file}: one patient on both sides`,
      { remedy: 'Name all images of a patient or none, or use `--protocol by-image`.' },
    );
}

function countParts(names: string[], parts: CaseParts): Record<Part | 'unseen', number> {
  const counts = { training: 0, validation: 0, test: 0, unseen: 0 };
  for (const name of names) counts[parts.partOf(name) ?? 'unseen']++;
  return counts;
}
