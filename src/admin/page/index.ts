/**
 * The pages, rendered here as a whole: nothing is built for the browser, and without its script they still say
 * everything.
 *
 * `layout.ts` is what surrounds each: head, landmarks, links. `statusPage.ts` is the service at a glance, of
 * `conditionPart.ts` (is it working), `queuePart.ts` (what waits and why), `reasonsPart.ts` (what failed and what to
 * do) and `dayPart.ts` (the last 24 hours, drawn by `bars.ts`). `examsPage.ts` lists exams, `examPage.ts` tells of one,
 * `pageRoutes.ts` takes the questions.
 * `pageWords.ts` has what states, steps and kinds are called.
 *
 * A part with `data-live` is replaced by the script when it has changed (`../assets/pageScript.mjs`); a button with
 * `data-order` is an order to the API.
 */
export type { Viewer } from './layout.js';
export { pageRoutes } from './pageRoutes.js';
