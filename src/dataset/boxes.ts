import { readFile } from 'node:fs/promises';
import { type CsvTable, parseCsvTable } from './csvTable.js';
import { DatasetError } from './errors.js';

/** What a box on an image holds; `unknown` where one image has lesions of both kinds. */
export type Pathology = 'malignant' | 'benign' | 'unknown';

/** A lesion's bounding box in pixels of the file: 0,0 is the top-left corner of the top-left pixel. */
export interface LesionBox {
  x: number;
  y: number;
  width: number;
  height: number;
  pathology: Pathology;
}

const COLUMNS = ['file', 'x', 'y', 'width', 'height', 'pathology'] as const;
const PATHOLOGIES: readonly string[] = ['malignant', 'benign', 'unknown'];

/**
 * Reads a boxes file (`parseCsvTable`) with the columns file, x, y, width, height and pathology, in any order.
 *
 * @param known names of all images
 * @returns the boxes of each file that has some
 * @throws DatasetError `boxes-malformed`, `boxes-image-unknown`
 */
export async function readBoxes(path: string, known: ReadonlySet<string>): Promise<Map<string, LesionBox[]>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw malformed(path, (cause as Error).message, cause);
  }
  const { columns, lines, numberOf } = parseCsvTable(text);
  for (const name of COLUMNS)
    if (!columns.includes(name)) throw malformed(path, `the column ${name} is missing`);
  const boxes = new Map<string, LesionBox[]>();
  for (const { number, cells } of lines) {
    const cell = (name: (typeof COLUMNS)[number]) => cells[columns.indexOf(name)] ?? '';
    const where = `${path}, line ${number}`;
    if (cells.length !== columns.length)
      throw malformed(where, `${cells.length} cells where the first line has ${columns.length}`);
    const file = cell('file');
    if (!known.has(file))
      throw new DatasetError(
        'boxes-image-unknown',
        `${where}: no labels file names ${file || 'an image without name'}`,
        {
          remedy: 'Take the line out, or give the labels of that image.',
        },
      );
    const of = boxes.get(file) ?? [];
    of.push(readBox(where, cell, numberOf));
    boxes.set(file, of);
  }
  return boxes;
}

function readBox(
  where: string,
  cell: (name: (typeof COLUMNS)[number]) => string,
  numberOf: CsvTable['numberOf'],
): LesionBox {
  const [x, y, width, height] = (['x', 'y', 'width', 'height'] as const).map((name) =>
    numberOf(cell(name)),
  ) as [number, number, number, number];
  const pathology = cell('pathology').toLowerCase();
  if (![x, y, width, height].every(Number.isFinite) || width <= 0 || height <= 0)
    throw malformed(where, 'a box needs a place and a size above 0, in pixels of the file');
  if (!PATHOLOGIES.includes(pathology)) throw malformed(where, `${pathology || 'nothing'} is no pathology`);
  return { x, y, width, height, pathology: pathology as Pathology };
}

/**
 * That an image's boxes lie on it; a pixel beyond the edge is rounding.
 *
 * @throws DatasetError `boxes-outside-image`
 */
export function checkBoxes(file: string, boxes: readonly LesionBox[], rows: number, columns: number): void {
  for (const { x, y, width, height } of boxes) {
    if (x >= -1 && y >= -1 && x + width <= columns + 1 && y + height <= rows + 1) continue;
    throw new DatasetError(
      'boxes-outside-image',
      `a box of ${file}, ${width} x ${height} at ${x}, ${y}, does not lie on its image of ${columns} x ${rows} pixels`,
      { remedy: 'Give boxes in pixels of the very file that the labels name, or take the line out.' },
    );
  }
}

function malformed(where: string, what: string, cause?: unknown): DatasetError {
  return new DatasetError('boxes-malformed', `${where}: ${what}`, {
    cause,
    remedy:
      `Its first line names its columns, with commas, semicolons or tabs between them: ${COLUMNS.join(', ')}; ` +
      `the pathology is malignant, benign or unknown. Numbers have decimal points; decimal commas only between ` +
      `semicolons or tabs.`,
  });
}
