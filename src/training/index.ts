/** From labelled images to a bundle: networks, their recipes, fitting, calibration and export. */
export { type About, readAbout, unstated } from './about.js';
export {
  ImportError,
  type ImportErrorCode,
  type ImportEvents,
  type Imported,
  type ImportOptions,
  importModel,
  type OutputMeaning,
} from './import/index.js';
export { LESION_ARCHITECTURE, type LesionTrainingOptions } from './lesionDescription.js';
export { trainLesions } from './lesionTraining.js';
export {
  type EpochReport,
  type FitOptions,
  type TrainingEvents,
  type TrainingOptions,
  train,
} from './training.js';
