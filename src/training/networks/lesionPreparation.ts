import type { ImageSize } from '../../dataset/index.js';
import type { PreparationStep } from '../../image/index.js';

/** What the three channels hold: three pictures of the breast, or one three times. */
export type LesionChannels = 'windows' | 'grey';

/** Both are multiples of 32, the network's coarsest stride. */
export type LesionSize = Pick<ImageSize, 'rows' | 'columns'>;

export const LESION_SIZE: LesionSize = { rows: 512, columns: 320 };

/**
 * Three pictures of the breast for three channels: its whole range of grey values, CLAHE as in the paper, and the
 * brighter half of its pixels, in which dense tissue and masses differ. All at the network's size, so that they look
 * alike from whatever resolution; as film and digital machines squeeze a breast differently, its box is brought to one
 * size and not its pixels.
 */
const windows = ({ rows, columns }: LesionSize): PreparationStep[] => [
  { step: 'crop-to-breast', margin: 0.02 },
  { step: 'orient-chest-wall-left' },
  { step: 'resize', rows, columns },
  { step: 'window', low: 1, high: 99.7, as: 'image' },
  { step: 'clahe', clipLimit: 3, tiles: [4, 6], as: 'channel', bits: 8 },
  { step: 'window', low: 50, high: 100, as: 'channel' },
  // As the pretrained filters know it: (value - 127) / 128 of 0 to 255.
  { step: 'normalise', mean: 127 / 255, deviation: 128 / 255 },
];

/** The same picture three times, as ImageNet's filters know a grey photograph. */
const grey = (size: LesionSize): PreparationStep[] => [
  ...windows(size).slice(0, 4),
  // What is stretched from black to white already stays as it is.
  { step: 'window', low: 0, high: 100, as: 'channel' },
  { step: 'window', low: 0, high: 100, as: 'channel' },
  windows(size).at(-1)!,
];

export const LESION_PREPARATIONS: Record<LesionChannels, (size: LesionSize) => PreparationStep[]> = {
  windows,
  grey,
};
