import type { Bundle, Engine } from '../../model/index.js';
import type { Answer } from '../answers.js';
import type { ExaminationPool } from '../examination-pool.js';
import type { Picture } from '../report/page.js';
import type { EvaluationEvents, EvaluationOptions } from '../types.js';

export interface ExplanationChecks {
  images: number;
}
export interface ExplanationSubject {
  answers: readonly (Answer & { rawProbability: number })[];
  bundle: Bundle;
  engine: Engine;
  pool: ExaminationPool;
  seed: number;
  choice: Pick<EvaluationOptions, 'engine' | 'device'>;
}
export async function checkExplanations(
  subject: ExplanationSubject,
  _events: EvaluationEvents,
): Promise<{ checks: ExplanationChecks; pictures: Picture[] }> {
  return { checks: { images: subject.answers.length }, pictures: [] };
}
