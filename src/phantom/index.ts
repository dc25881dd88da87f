/**
 * Mammograms of invented patients: exams that look like mammograms to a network and to a viewer, made by code from a
 * seed, so that they can be passed on, stored in any archive, and be made again pixel by pixel.
 *
 * An exam (`exam.ts`) is a patient who does not exist (`patient.ts`), views of her breasts, and lesions as bodies in
 * space that each view shows where they project to (`lesion.ts`). A view is drawn in millimetres: the outline
 * (`outline.ts`), what lies within it (`anatomy.ts`), its texture with the spectrum of real tissue (`texture.ts`,
 * `fourier.ts`; `sharedTexture.ts` keeps what images of one patient have in common), then the exposure with its quantum
 * noise (`exposedField.ts`) and the maker's way from attenuation to stored values (`tone.ts`).
 *
 * What makes files of different makers hard to read is part of it: a habit (`habit.ts`) is how one make of machine
 * writes codes, windows and series. `instance.ts` makes a whole DICOM file of it all; `transferSyntax.ts` and
 * `examDataset.ts` write the same file in other encodings.
 * `spoiled.ts` makes what is sent as a mammogram and is none, or no more.
 *
 * It claims no realism beyond what tests need: a network that is good on these images is not good on patients.
 */
export type { Composition } from './anatomy.js';
export { type ExamLesion, type ExamOptions, makeExam } from './exam.js';
export type { HabitName, Modifier } from './habit.js';
export { type InstanceKind, type InstanceOptions, type MadeInstance, makeInstance } from './instance.js';
export type { Lesion, LesionRequest } from './lesion.js';
export type { NameScript } from './patient.js';
export {
  NO_MAMMOGRAMS,
  type NoMammogram,
  noMammogram,
  SPOILINGS,
  type Spoiling,
  spoiled,
} from './spoiled.js';
export { makeMammogram, type StoredMammogram, type StoredMammogramOptions } from './storedPixels.js';
