import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { countText } from '../countText.js';
import type { CopyForm } from './copyForm.js';
import { type CsvLine, parseCsvTable } from './csvTable.js';
import { DatasetError } from './errors.js';

/** One image of the training data, as its line in the labels file says. */
export interface LabelledImage {
  /** Absolute path. */
  path: string;
  /** File name as in the labels file. */
  file: string;
  label: string;
  /** The patient: what a split must keep together. */
  case: string;
  site: string | undefined;
  side: string | undefined;
  view: string | undefined;
  /** What made it, where the labels tell. */
  machine?: string | undefined;
  /** The data set, where several were read together. */
  set?: string;
  /** Cells of the columns that were asked for besides these, by column. */
  further?: Record<string, string>;
  /** It is no image of its own but a copy of the file in this form; `file` names the form, too. */
  copy?: CopyForm;
}

const REQUIRED = ['file', 'label', 'case'];
const OPTIONAL = ['site', 'side', 'view', 'machine'];

/**
 * Reads a labels file (`parseCsvTable`): a header line with `file`, `label` and `case`, and where known `site`, `side`,
 * `view` and `machine`. An image lies at DATA/file or at DATA/label/file.
 *
 * @param further columns that the file must have besides, whatever is in them
 * @throws DatasetError `labels-malformed`, `labels-image-missing`
 */
export async function readLabels(
  labelsFile: string,
  dataFolder: string,
  further: readonly string[] = [],
): Promise<LabelledImage[]> {
  let text: string;
  try {
    text = await readFile(labelsFile, 'utf8');
  } catch (cause) {
    throw new DatasetError('labels-malformed', `${labelsFile} cannot be read`, {
      cause,
      remedy: 'Name the labels file with --labels.',
    });
  }
  const { columns, lines } = parseCsvTable(text);
  checkColumns(columns, labelsFile, further);
  const images = lines.map((line) => readLine(line, columns, further, labelsFile, dataFolder));
  checkTwice(images, labelsFile);
  checkSpelling(images, labelsFile);
  const missing = images.filter((image) => !existsSync(image.path));
  if (missing.length > 0)
    throw new DatasetError(
      'labels-image-missing',
      `${missing.length} of ${images.length} images are not in ${dataFolder}, the first is ${missing[0]!.file}`,
      {
        remedy:
          'Name the folder that holds the images with --data, or take their lines out of the labels file.',
      },
    );
  return images;
}

function checkColumns(columns: string[], labelsFile: string, further: readonly string[]): void {
  const missing = [...REQUIRED, ...further].filter((name) => !columns.includes(name));
  const unknown = columns.filter((name) => ![...REQUIRED, ...OPTIONAL, ...further].includes(name));
  const twice = columns.filter((name, index) => columns.indexOf(name) !== index);
  if (missing.length === 0 && unknown.length === 0 && twice.length === 0) return;
  const problems = [
    ...twice.map((name) => `the column ${name} stands twice`),
    ...missing.map((name) => `the column ${name} is missing`),
    ...unknown.map((name) => `the column ${name} is unknown`),
  ];
  throw new DatasetError('labels-malformed', `${labelsFile}: ${problems.join(', ')}`, {
    remedy:
      `Its first line names its columns, with commas, semicolons or tabs between them: ${REQUIRED.join(', ')}, ` +
      `and where known ${OPTIONAL.join(', ')}.`,
  });
}

/** One image on two lines could stand on both sides of a split. */
function checkTwice(images: LabelledImage[], labelsFile: string): void {
  const seen = new Set<string>();
  for (const { path, file } of images) {
    if (seen.has(path))
      throw new DatasetError('labels-malformed', `${labelsFile} names ${file} on two lines`, {
        remedy: 'Leave one line for each image.',
      });
    seen.add(path);
  }
}

/** A patient under two names could stand on both sides of a split, or pass for one whom a model has never seen. */
function checkSpelling(images: LabelledImage[], labelsFile: string): void {
  const spelt = new Map<string, string>();
  for (const { case: patient, file } of images) {
    const plain = patient
      .normalize('NFKC')
      .toLowerCase()
      .replace(/\s+/g, '')
      .replace(/(?<!\d)0+(?=\d)/g, '');
    const first = spelt.get(plain) ?? patient;
    if (first !== patient)
      throw new DatasetError(
        'labels-malformed',
        `${labelsFile}: the cases ${first} and ${patient} (of ${file}) look like one patient in two spellings`,
        {
          remedy:
            'Spell each patient in one way, in capitals, blanks and leading zeros too; if they are two, give one ' +
            'another name.',
        },
      );
    spelt.set(plain, patient);
  }
}

function readLine(
  { number, cells }: CsvLine,
  columns: string[],
  further: readonly string[],
  labelsFile: string,
  dataFolder: string,
): LabelledImage {
  const cell = (name: string) => cells[columns.indexOf(name)];
  const [file, label, patient] = [cell('file'), cell('label'), cell('case')];
  if (cells.length !== columns.length || !file || !label || !patient)
    throw new DatasetError(
      'labels-malformed',
      `${labelsFile}, line ${number}: ${columns.length} filled cells are needed`,
      {
        remedy: 'Each line needs a file, a label and a case; a cell with a comma in it stands in quotes.',
      },
    );
  const flat = join(dataFolder, file);
  return {
    path: existsSync(flat) ? flat : join(dataFolder, label, file),
    file,
    label,
    case: patient,
    site: cell('site'),
    side: cell('side'),
    view: cell('view'),
    ...(columns.includes('machine') && !further.includes('machine') && { machine: cell('machine') }),
    ...(further.length > 0 && { further: Object.fromEntries(further.map((name) => [name, cell(name)!])) }),
  };
}

/**
 * The two classes, the negative one first.
 *
 * @throws DatasetError `labels-class-empty` unless there are exactly two and one of them is `positive`
 */
export function classesOf(images: LabelledImage[], positive: string): [negative: string, positive: string] {
  const labels = [...new Set(images.map((image) => image.label))];
  const negative = labels.find((label) => label !== positive);
  if (labels.length === 2 && labels.includes(positive) && negative !== undefined) return [negative, positive];
  const counts = labels.map((label) => {
    const own = images.filter((image) => image.label === label);
    return `${label} (${countText(own.length, 'image')}, the first is ${own[0]!.file})`;
  });
  throw new DatasetError(
    'labels-class-empty',
    `the labels are ${counts.join(', ') || 'none'}; two are needed, one of them ${positive}`,
    {
      remedy:
        `Label every image of one class ${positive} and every other image alike; letters count as they are. Where ` +
        'train or model import is to take another positive class, name it with --positive.',
    },
  );
}
