/**
 * The report: one page that loads nothing, written from the figures alone. `reportPage.ts` puts its sections in order,
 * what holds within a machine first; each section is a file; `words.ts` says how a figure is written, `plot.ts` how it
 * is drawn.
 */
export { rocDrawing } from './drawing.js';
export { reportPage } from './reportPage.js';
