import { chmod, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { csvLine } from '../dataset/index.js';
import { makeDraft } from '../folder.js';
import { EvaluationError } from './errors.js';
import type { Picture } from './explanation/index.js';
import { reportPage } from './report/index.js';
import type { Evaluation, Prediction } from './types.js';

export const RESULT_FILES = ['evaluation.html', 'evaluation.json', 'predictions.csv'] as const;

/**
 * Refuses a folder that holds anything but an earlier evaluation, or that cannot be written, before any work is done.
 *
 * @throws EvaluationError `evaluation-place-taken`
 */
export async function checkPlace(out: string): Promise<void> {
  const target = resolve(out);
  await refuseForeign(target);
  await rm(await draftFor(target), { recursive: true });
}

function draftFor(target: string): Promise<string> {
  return makeDraft(target).catch((cause) => {
    throw unwritable(target, cause);
  });
}

function unwritable(target: string, cause: unknown): EvaluationError {
  const { code = 'unknown' } = cause as NodeJS.ErrnoException;
  return new EvaluationError('evaluation-place-taken', `${target} cannot be written (${code})`, {
    cause,
    remedy: 'Name a folder that this account may write to, on a disk with room.',
  });
}

async function refuseForeign(target: string): Promise<void> {
  let present: string[];
  try {
    present = await readdir(target);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw new EvaluationError('evaluation-place-taken', `${target} cannot be a folder for the results`, {
      cause,
      remedy: 'Name a folder that does not exist yet.',
    });
  }
  const foreign = present.filter((name) => !(RESULT_FILES as readonly string[]).includes(name));
  if (foreign.length === 0) return;
  throw new EvaluationError(
    'evaluation-place-taken',
    `${target} holds ${foreign[0]}, which is no result of an evaluation`,
    {
      remedy: 'Name a folder that does not exist yet; nothing was changed.',
    },
  );
}

/**
 * Writes all results beside their place and moves them there whole; an earlier evaluation there is replaced.
 *
 * @throws EvaluationError `evaluation-place-taken`
 */
export async function writeResults(
  out: string,
  evaluation: Evaluation,
  predictions: Prediction[],
  others: Evaluation[],
  pictures: Picture[],
): Promise<void> {
  const target = resolve(out);
  const draft = await draftFor(target);
  try {
    await writeFile(join(draft, 'evaluation.json'), `${JSON.stringify(evaluation, undefined, 1)}\n`);
    await writeFile(join(draft, 'predictions.csv'), predictionsCsv(predictions));
    await writeFile(join(draft, 'evaluation.html'), reportPage(evaluation, others, pictures));
    // mkdtemp keeps others out; who reads the report may be another user.
    await chmod(draft, 0o755);
    await refuseForeign(target);
    await rm(target, { recursive: true, force: true });
    await rename(draft, target);
  } catch (error) {
    throw (error as NodeJS.ErrnoException).syscall === undefined ? error : unwritable(target, error);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** A new column is a row here, and a word in docs/evaluation.md. */
const PREDICTION_COLUMNS: readonly [name: string, cell: (prediction: Prediction) => string | number][] = [
  ['file', ({ file }) => file],
  ['case', (prediction) => prediction.case],
  ['label', ({ label }) => label],
  ['raw_probability', ({ rawProbability }) => rawProbability.toFixed(6)],
  ['probability', ({ probability }) => probability.toFixed(6)],
  ['positive', ({ positive }) => Number(positive)],
  ['distance', ({ distance }) => distance?.toFixed(4) ?? ''],
  ['not_analysed', ({ notAnalysed }) => notAnalysed ?? ''],
];

function predictionsCsv(predictions: Prediction[]): string {
  const head = csvLine(PREDICTION_COLUMNS.map(([name]) => name));
  const lines = predictions.map((one) => csvLine(PREDICTION_COLUMNS.map(([, cell]) => cell(one))));
  return [head, ...lines, ''].join('\n');
}
