/** Which work on which study: a study is worked on once for each model, version and result-changing settings. */
export interface ExamKey {
  studyInstanceUID: string;
  modelName: string;
  modelVersion: string;
  /** Names the settings that change what is written (`resultDigest`). */
  settingsDigest: string;
}

/** The key without the study: what a running service stands for. */
export type ServedModel = Omit<ExamKey, 'studyInstanceUID'>;

/** Whether an exam is of this very model, version and settings. */
export function isServed(exam: ServedModel, served: ServedModel): boolean {
  return (
    exam.modelName === served.modelName &&
    exam.modelVersion === served.modelVersion &&
    exam.settingsDigest === served.settingsDigest
  );
}
