import type { ExamKey, ServedModel } from '../../ledger.js';

/** An served as the statements name its parts. */
export interface AlgorithmBindings extends Record<string, string | number | null> {
  model: string;
  version: string;
  digest: string;
}

/** An exam's key as the statements name its parts. */
export interface KeyBindings extends AlgorithmBindings {
  study: string;
}

export const THIS_ALGORITHM =
  'model_name = :model AND model_version = :version AND settings_digest = :digest';

export function boundAlgorithm({ modelName, modelVersion, settingsDigest }: ServedModel): AlgorithmBindings {
  return { model: modelName, version: modelVersion, digest: settingsDigest };
}

export function boundKey(exam: ExamKey): KeyBindings {
  return { ...boundAlgorithm(exam), study: exam.studyInstanceUID };
}
