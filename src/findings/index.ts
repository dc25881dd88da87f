/**
 * What is said of an image, a breast and an exam: the network's answers joined as the bundle says (`aggregation.ts`),
 * what its images are called (`imageNames.ts`), of which days they are (`imageDays.ts`),
 * which standard views the study lacks (`standardViews.ts`), what the number is the probability of and what a
 * negative one does not exclude (`probability.ts`), the answer in short, as lists of exams show it
 * (`shortAnswer.ts`), how far heat maps may be trusted (`heatMapTrust.ts`), where on the image the attention lies
 * (`attentionWords.ts`), and the words for all of it (`wording.ts`).
 */
export { aggregate, allImages, combine } from './aggregation.js';
export { attentionCaution, isMarkable } from './attentionWords.js';
export { type HeatMapTrust, heatMapCaution, heatMapTrust } from './heatMapTrust.js';
export { areOfSeveralDays, daysText, earlierImages } from './imageDays.js';
export { type ImageName, imageNames } from './imageNames.js';
export { notExcluded, probabilityConcept, probabilityName } from './probability.js';
export { type BreastAnswer, NOT_IN_STUDY, type ShortAnswer, shortAnswer } from './shortAnswer.js';
export {
  absentViewsText,
  absentViewsTitle,
  inViewOrder,
  lacksAnswer,
  type ViewsInStudy,
  viewName,
  viewOf,
  viewsInStudy,
} from './standardViews.js';
export type { AttentionPlace, AttentionRegion, BreastFinding, ExamFindings, ImageFinding } from './types.js';
export { namedImages, unansweredImages, unansweredText } from './unanswered.js';
export {
  AI_NOTICE,
  breastName,
  NOT_FOR_PRIMARY_DIAGNOSIS,
  operatingPointPercent,
  percent,
  seriesTitle,
  verdict,
} from './wording.js';
