/** Of studies with nothing to analyse, and exams that another version took over: they are right, and no failure. */
const RIGHTLY_NOT_PROCESSED = new Set(['no-mammogram', 'no-standard-view', 'superseded']);

export function isRightlyNotProcessed(code: string | undefined): boolean {
  return RIGHTLY_NOT_PROCESSED.has(code ?? '');
}
