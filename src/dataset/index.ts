/** What training and evaluation share: labelled images, their split by patient, measures and random numbers. */

export { Random } from '../random.js';
export { type CopiesRecord, splitOfCopies } from './augmentedCopies.js';
export { checkBoxes, type LesionBox, type Pathology } from './boxes.js';
export { groupByCase } from './cases.js';
export { type CopyForm, copyOf, PAPER_CLAHE } from './copyForm.js';
export { csvLine, parseCsvTable } from './csvTable.js';
export { type DataSetPlace, type DataSets, type LabelledSet, readDataSets } from './dataSets.js';
export { DatasetError, type DatasetErrorCode } from './errors.js';
export type { ImageSize } from './imageSize.js';
export { classesOf, type LabelledImage, readLabels } from './labels.js';
export {
  auc,
  bestThreshold,
  bootstrapByCase,
  byBreast,
  byCase,
  calibrationError,
  fitPlatt,
  logLoss,
  type Scored,
  sensitivityAndSpecificity,
} from './measures.js';
export { orientationRule } from './orientationRule.js';
export { readPicture } from './picture.js';
export {
  countCases,
  PARTS,
  type Part,
  SHARES,
  type Split,
  type SplitShares,
  splitByCase,
  splitSets,
} from './split.js';
export { type CaseParts, casePartsOf, digestOfImages, encodeSplit, SPLIT_FILE } from './splitRecord.js';
