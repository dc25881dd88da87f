/**
 * The file that nobody can change unseen.
 *
 * `link.ts` is a line: its number, the hash of the line before, its own hash over both and its message. `trailFiles.ts`
 * knows the files, each named by its first line, through which one chain runs. `trailFile.ts` adds lines, from several
 * processes at once, and finds out whether the trail is as it was left; `head.ts` is how they take turns, and remembers
 * how far the trail reaches, so that lines missing at the end show, and which orders are open; `orderLock.ts` is what
 * one of these holds. `trailVerification.ts` goes through all of it; `trailReader.ts` follows it while it grows.
 */

export { HEAD_FILE, type HeadStore } from './head.js';
export { type Anchor, anchorText, type Link, readAnchor } from './link.js';
export { OrderLock } from './orderLock.js';
export { TrailFile } from './trailFile.js';
export { storedLines, trailFiles } from './trailFiles.js';
export { TrailReader } from './trailReader.js';
export { type TrailProblem, type Verification, verifyTrail } from './trailVerification.js';
