/**
 * What is said of an image, a breast and an exam: the network's answers joined as the bundle says, and what was left
 * out.
 */
export { aggregate, combine } from './aggregation.js';
export type { AttentionRegion, BreastFinding, ExamFindings, ImageFinding } from './types.js';
export { AI_NOTICE, NOT_FOR_PRIMARY_DIAGNOSIS, operatingPointPercent, percent, verdict } from './wording.js';
