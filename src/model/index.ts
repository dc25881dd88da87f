/**
 * The model side: a checked bundle, the engine that runs it, how answers about images become one about the exam, and
 * how a bundle is made. TensorFlow is loaded only where it is asked for: by training, or inside the thread of its engine.
 */

import type { train as trainNow } from './training/train.js';

export { aggregate, combine } from './aggregation.js';
export { loadBundle } from './bundle.js';
export { calibrate } from './calibration.js';
export { type EngineChoice, openEngine } from './engines/open.js';
export { ModelError } from './errors.js';
export { type Inspection, inspectModel } from './inspection.js';
export { type About, readAbout, unstated } from './training/about.js';
export { groupByCase } from './training/cases.js';
export { type CopiesRecord, splitOfCopies } from './training/copies.js';
export { type CopyForm, copyOf } from './training/copy-form.js';
export { classesOf, type LabelledImage, readLabels } from './training/labels.js';
export { auc, calibrationError, type Scored } from './training/measures.js';
export { orientationRule } from './training/orientation-rule.js';
export { readPicture } from './training/picture.js';
export { Random } from './training/random.js';
export { countCases, PARTS, type Part } from './training/split.js';
export { type CaseParts, casePartsOf, digestOfImages } from './training/split-record.js';
export type { EpochReport, FitOptions, TrainingEvents, TrainingOptions } from './training/train.js';
export type * from './types.js';

/** From labelled images to a bundle: training/train.ts. */
export async function train(...given: Parameters<typeof trainNow>): ReturnType<typeof trainNow> {
  const training = await import('./training/train.js');
  return training.train(...given);
}
