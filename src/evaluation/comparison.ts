import { readFile } from 'node:fs/promises';
import { EvaluationError } from './errors.js';
import type { Evaluation } from './types.js';

/**
 * Reads evaluation.json files of other evaluations.
 *
 * @throws EvaluationError `evaluation-comparison`
 */
export async function readComparisons(files: string[]): Promise<Evaluation[]> {
  return Promise.all(
    files.map(async (file) => {
      const refused = (what: string, cause?: unknown) =>
        new EvaluationError('evaluation-comparison', `${file} ${what}`, {
          cause,
          remedy: 'Name the evaluation.json of another evaluation, made by the same version of Mamori.',
        });
      let found: Evaluation;
      try {
        found = JSON.parse(await readFile(file, 'utf8')) as Evaluation;
      } catch (cause) {
        throw refused('cannot be read as JSON', cause);
      }
      if (found?.format !== 1 || found.levels?.image?.auc === undefined || found.table?.classes?.length !== 2)
        throw refused('is no evaluation of this format');
      return found;
    }),
  );
}
