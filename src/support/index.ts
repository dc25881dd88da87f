/**
 * What may leave the hospital, so that somebody elsewhere can tell what went wrong with an exam.
 *
 * Nothing is kept because nobody thought of removing it: each part says what it takes, and everything else stays
 * behind. `keptAttributes.ts` is the table of what is taken of an image's header, `plainHeader.ts` takes it;
 * `plainExam.ts` picks fields of the ledger, `logLines.ts` lines of a log, `plainSettings.ts` keys of the settings.
 * `pseudonyms.ts` gives every UID another one, the same in all parts. `bundleFile.ts` packs the parts into one file.
 *
 * The room knows no archive and no ledger: `service/` puts a bundle together.
 */
export { type BundlePart, writeBundleFile } from './bundleFile.js';
export { SupportError, type SupportErrorCode } from './errors.js';
export { KEPT_KEYWORDS } from './keptAttributes.js';
export { type LogSelection, linesAbout } from './logLines.js';
export { type KnownExam, plainExam } from './plainExam.js';
export { type PlainHeader, plainHeader } from './plainHeader.js';
export { plainSettings } from './plainSettings.js';
export { Pseudonyms } from './pseudonyms.js';
