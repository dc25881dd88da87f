/**
 * Whether anything but lesions could explain the figures. A network takes the easiest way: the scanner, the way that a
 * film lay, a letter in the corner.
 *
 * - `variants.ts`: one image in the forms that the network is shown: as it lies, turned, without its breast, without
 *   all else.
 * - `plainFigures.ts`, `pictureStatistics.ts`, `learned.ts`: what numbers without any form tell.
 * - `columns.ts`: what the labels' own columns tell (site, machine, data set).
 * - `fingerprint.ts`, `copiedImages.ts`: copies of one image on both sides.
 * - `shortcutChecks.ts`: all of it as figures.
 */
export { type ColumnCheck, columnChecks } from './columns.js';
export { findCopies, type PrintedImage } from './copiedImages.js';
export { type Fingerprint, fingerprintOf } from './fingerprint.js';
export { learnedShortcuts } from './learned.js';
export { type PictureStatistics, pictureStatisticsOf } from './pictureStatistics.js';
export { type PlainFigures, plainFiguresOf } from './plainFigures.js';
export { blindShortcut, type ShortcutChecks, shortcutChecks } from './shortcutChecks.js';
export type { FormAnswers, Shortcut } from './types.js';
export { asItLies, canonical, turns, withoutBackground, withoutBreast } from './variants.js';
