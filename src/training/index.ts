/**
 * From labelled images, or from a network that somebody else has trained, to a bundle.
 *
 * Two trainings, each a story of its own: `training.ts` makes a network from scratch (the paper's), `lesionTraining.ts`
 * the one that maps lesions, begun from pretrained filters. Both read and split their data by patient (`dataset/`),
 * prepare images with the code of the service, fit (`fitting/`) what `networks/` describes, calibrate on validation
 * cases, measure on test cases, write the network down as ONNX (`export/`) and a card (`modelCard.ts`), and leave a
 * bundle whole or none at all. `networks/index.ts` says where each number of a network stands; `start/` reads the
 * weights that a training begins from.
 *
 * `import/` makes a bundle of a network from elsewhere. The service loads nothing of this room.
 */
export { type About, readAbout, unstated } from './about.js';
export { TrainingError, type TrainingErrorCode } from './errors.js';
export type { EpochReport, FitOptions } from './fitting/index.js';
export {
  ImportError,
  type ImportErrorCode,
  type ImportEvents,
  type Imported,
  type ImportOptions,
  importModel,
  type OpenQuestion,
  type OpenQuestions,
  type OutputMeaning,
  readFurtherSteps,
  readOpenQuestions,
} from './import/index.js';
export { LESION_ARCHITECTURE, type LesionTrainingOptions } from './lesionDescription.js';
export { trainLesions } from './lesionTraining.js';
export { type TrainingEvents, type TrainingOptions, train } from './training.js';
