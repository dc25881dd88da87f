import { type ImageSize, PAPER_CLAHE } from '../../dataset/index.js';
import type { PreparationStep } from '../../image/index.js';

export const PAPER_INPUT: ImageSize = { rows: 128, columns: 128, channels: 2 };

/** The mammogram and, as a second channel, the same after CLAHE: the paper trains with and without it. */
export const PAPER_PREPARATION: PreparationStep[] = [
  { step: 'crop-to-breast', margin: 0.02 },
  { step: 'orient-chest-wall-left' },
  // Clip limit 4, tiles 8 x 8, the same as for the copies of its protocol.
  { step: 'clahe', ...PAPER_CLAHE, as: 'channel', bits: 8 },
  { step: 'resize', rows: PAPER_INPUT.rows, columns: PAPER_INPUT.columns },
  { step: 'normalise', mean: 0.3, deviation: 0.25 },
];
