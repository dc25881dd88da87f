/**
 * Whether the heat maps can be believed, on images and on made exams. Whether they point at lesions is asked in
 * `localisation/`.
 *
 * - `randomised.ts`, `randomisedWeights.ts`: with other weights the map must change.
 * - `perturbation.ts`, `verdict.ts`: covering what is hot must change the answer.
 * - `completenessCheck.ts`: the evidence must add up to the score.
 * - `plantedMass.ts`: a mass that was put there must be found.
 */
export { checkExplanations } from './checks.js';
export type { ExplanationChecks, PerturbationCurve, Picture, PlantedCheck } from './types.js';
export { perturbationVerdict, type Verdict } from './verdict.js';
