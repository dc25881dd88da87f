export type { Composition } from './anatomy.js';
export { type ExamLesion, type ExamOptions, makeExam } from './exam.js';
export type { HabitName, Modifier } from './habit.js';
export { type InstanceKind, type InstanceOptions, type MadeInstance, makeInstance } from './instance.js';
export type { Lesion, LesionRequest } from './lesion.js';
export type { NameScript } from './patient.js';
export { makeMammogram, type StoredMammogram, type StoredMammogramOptions } from './storedPixels.js';
