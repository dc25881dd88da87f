import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { Random } from '../../src/dataset/index.js';
import { type GreyImage, ORIENTATIONS, type Orientation, oriented } from '../../src/image/index.js';
import { scratchFolder } from '../scratch.js';

const SIDE = 64;

/**
 * A small breast with tissue of its own: half an ellipse on the left, on a dark noisy background. Three times as large
 * it has pixels enough, and the grain, to be taken for a mammogram.
 */
export function picture(seed: number, brightness = 0.4, times = 1): GreyImage {
  const side = times * SIDE;
  const random = new Random(seed);
  const waves = Array.from({ length: 30 }, () => ({
    x: random.between(-0.9, 0.9),
    y: random.between(-0.9, 0.9),
    phase: random.between(0, 7),
  }));
  const pixels = new Uint16Array(side * side);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const inside = (x / times / 40) ** 2 + ((y / times - 30) / 27) ** 2 < 1;
      const tissue =
        waves.reduce((sum, wave) => sum + Math.sin(wave.x * x + wave.y * y + wave.phase), 0) / 60;
      const grain = times > 1 ? 0.1 * (random.next() - 0.5) : 0;
      const value = inside ? brightness + tissue * 0.6 + grain : 0.02 + 0.01 * random.next();
      pixels[y * side + x] = Math.round(Math.min(1, Math.max(0, value)) * 65535);
    }
  return { rows: side, columns: side, pixels };
}

export function turned(image: GreyImage, orientation: Orientation): GreyImage {
  const { rows, columns, pixels } = oriented(image.pixels, image.rows, image.columns, orientation);
  return { rows, columns, pixels: pixels.slice() };
}

export const QUARTER_TURN = ORIENTATIONS.find(({ flip, quarterTurns }) => !flip && quarterTurns === 1)!;

export async function png({ rows, columns, pixels }: GreyImage): Promise<Uint8Array> {
  return sharp(
    Uint8Array.from(pixels, (value) => value >> 8),
    { raw: { width: columns, height: rows, channels: 1 } },
  )
    .png()
    .toBuffer();
}

export interface PictureLine {
  file: string;
  label: 'benign' | 'malignant';
  case: string;
  image: GreyImage;
}

/** Patients with two views each; every other patient is malignant, and brighter, so that there is something to find. */
export function patients(count: number, times = 1): PictureLine[] {
  return Array.from({ length: count * 2 }, (_, index): PictureLine => {
    const patient = index >> 1;
    const malignant = patient % 2 === 1;
    return {
      file: `${patient}-${index % 2 === 0 ? 'CC' : 'MLO'}.png`,
      label: malignant ? 'malignant' : 'benign',
      case: `patient${patient}`,
      image: picture(index + 1, malignant ? 0.5 : 0.4, times),
    };
  });
}

export interface DataSet {
  folder: string;
  data: string;
  labels: string;
}

/** Writes images and a labels file with side, view and a column `density`. */
export async function writeDataSet(
  lines: PictureLine[],
  columns = 'file,label,case,side,view',
): Promise<DataSet> {
  const folder = scratchFolder('evaluation');
  const data = join(folder, 'images');
  await mkdir(data);
  for (const { file, image } of lines) await writeFile(join(data, file), await png(image));
  const cells = (line: PictureLine): Record<string, string> => ({
    file: line.file,
    label: line.label,
    case: line.case,
    side: 'LEFT',
    view: line.file.includes('CC') ? 'CC' : 'MLO',
    density: line.case.endsWith('1') ? 'dense' : 'fatty',
  });
  const rows = lines.map((line) =>
    columns
      .split(',')
      .map((column) => cells(line)[column])
      .join(','),
  );
  const labels = join(folder, 'labels.csv');
  await writeFile(labels, [columns, ...rows, ''].join('\n'));
  return { folder, data, labels };
}
