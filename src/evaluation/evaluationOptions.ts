import type { DataSetPlace } from '../dataset/index.js';
import type { EngineChoice } from '../model/index.js';
import type { Protocol } from './selection.js';

/** What is to be measured on what. */
export interface EvaluationOptions {
  /** Folder of the bundle. */
  model: string;
  /** Where the data sets lie, at least one. */
  sets: DataSetPlace[];
  /** Files with boxes around lesions, of images that the labels name. */
  boxes: string[];
  /** Folder for the results. */
  out: string;
  /** `test`, `all`, or a file that names one image per line. */
  split: string;
  protocol: Protocol;
  /** Columns of the labels file, besides site, side and view, that part the images into subgroups. */
  subgroups: string[];
  /** About so many images are shown in other forms for the shortcut checks; all where left out. */
  shortcutImages?: number | undefined;
  seed: number;
  /** Bootstrap samples for each interval. */
  rounds: number;
  explanations: boolean;
  /** Writes into the bundle whether its heat maps passed. */
  record?: boolean | undefined;
  /** Folder of another bundle, to answer the same images. */
  against?: string | undefined;
  /** evaluation.json of others, to stand beside this one on the page. */
  compare: string[];
  dataDescription: string;
  engine: EngineChoice['engine'];
  device: EngineChoice['device'];
}

export interface EvaluationEvents {
  /** A line about what begins. */
  stage(what: string): void;
  progress(done: number, of: number): void;
}
