import type { Estimate } from '../statistics/index.js';
import type { PictureStatistics } from './pictureStatistics.js';
import type { PlainFigures } from './plainFigures.js';

/** One image's answers in all forms in which the checks show it to the network. Calibrated probabilities. */
export interface FormAnswers {
  file: string;
  case: string;
  target: 0 | 1;
  /** The data set, where there are several. */
  set?: string | undefined;
  asItLies: number;
  canonical: number;
  withoutBreast: number;
  /** With all that lies outside the breast painted over: letters, borders, noise. */
  withoutBackground: number;
  orientations: number[];
  figures: PlainFigures;
  statistics: PictureStatistics;
}

/** What something that has nothing to do with a lesion tells about the label. */
export interface Shortcut {
  name: string;
  /** What was looked at, in words. */
  what: string;
  /** Of the file, before the bundle's preparation, or of what the network gets or answers. */
  of: 'file' | 'input' | 'network';
  images: number;
  /** AUC of that alone: 0.5 tells nothing. A single number counts whichever way round tells more. */
  auc: Estimate;
}
