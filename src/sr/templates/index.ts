/**
 * One builder per template of PS3.16, named by its TID and with its arguments in the domain's words, so that the table
 * in the standard can be held against the code row by row. TID 1500 is the report that most viewers read, TID 4000 the
 * one of mammography workstations; both are built from the templates beside them. What several templates share stands
 * in `measurementGroup.ts` and `imageDescriptors.ts`.
 */
export { tid1500MeasurementReport } from './tid1500MeasurementReport.js';
export { tid4000MammographyCadReport } from './tid4000MammographyCadReport.js';
