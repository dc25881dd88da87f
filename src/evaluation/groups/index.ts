/**
 * Figures of groups whose images may be compared with each other. A figure of everything together mixes what a network
 * knows of lesions with what it knows of machines, and joins women of whom more images were taken than of others.
 *
 * - `machines.ts`: within each machine, and how far machines lie apart.
 * - `oneBreastEach.ts`: by exam, every woman with as much to look at.
 * - `dataSetFigures.ts`: several data sets side by side.
 */
export { type DataSetFigures, dataSetFigures } from './dataSetFigures.js';
export { type MachineFigures, machineFigures, machineOf } from './machines.js';
export { type ExamFigures, examAuc, examFigures, oneBreastEach, shareAbove } from './oneBreastEach.js';
