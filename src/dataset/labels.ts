import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CopyForm } from './copyForm.js';
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
 * Reads a labels file: comma-separated, a header line with `file`, `label` and `case`, and where known `site`, `side`,
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
  // Excel puts a byte order mark before its CSV.
  const [header, ...lines] = text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '');
  const columns = (header ?? '').split(',').map((column) => column.trim());
  checkColumns(columns, labelsFile, further);
  const images = lines.map((line, index) =>
    readLine(line, index + 2, columns, further, labelsFile, dataFolder),
  );
  checkTwice(images, labelsFile);
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
      `Its first line names its columns, with commas between them: ${REQUIRED.join(', ')}, and where known ` +
      `${OPTIONAL.join(', ')}.`,
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

function readLine(
  line: string,
  number: number,
  columns: string[],
  further: readonly string[],
  labelsFile: string,
  dataFolder: string,
): LabelledImage {
  const cells = line.split(',').map((cell) => cell.trim());
  const cell = (name: string) => cells[columns.indexOf(name)];
  const [file, label, patient] = [cell('file'), cell('label'), cell('case')];
  if (cells.length !== columns.length || !file || !label || !patient)
    throw new DatasetError(
      'labels-malformed',
      `${labelsFile}, line ${number}: ${columns.length} filled cells are needed`,
      {
        remedy: 'Each line needs a file, a label and a case; commas inside a cell are not possible.',
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
  throw new DatasetError(
    'labels-class-empty',
    `the labels are ${labels.join(', ') || 'none'}; two are needed, one of them ${positive}`,
    {
      remedy: 'Name the positive class with --positive, and give each class at least one image.',
    },
  );
}
