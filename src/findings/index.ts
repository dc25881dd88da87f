/**
 * What is said of an image, a breast and an exam: the network's answers joined as the bundle says, and what was left out.
 */
export { aggregate, combine } from './aggregation.js';
export type * from './types.js';
