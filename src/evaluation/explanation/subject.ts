import type { Bundle, Engine } from '../../model/index.js';
import type { Answer } from '../answers.js';
import type { EvaluationOptions } from '../evaluationOptions.js';
import type { ExaminationPool } from '../examinationPool.js';

/** What the checks of the heat maps work with. */
export interface ExplanationSubject {
  answers: readonly Answer[];
  bundle: Bundle;
  engine: Engine;
  pool: ExaminationPool;
  seed: number;
  choice: Pick<EvaluationOptions, 'engine' | 'device'>;
}

/** An image's input for the network. */
export interface Sample {
  case: string;
  input: Float32Array;
}
