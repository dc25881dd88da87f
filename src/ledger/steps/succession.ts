import { LedgerError } from '../errors.js';
import type { SetPlace } from '../ledger.js';
import { type ExamRow, keyOf, recordOf } from '../rows.js';
import { editionOf, isGivenUp, isOnItsWay } from '../rules.js';
import { boundKey } from '../statements.js';
import { note, type Step } from './store.js';

/*
 * One set of results about a study comes after the other, whichever version made it: each has a number of its own, and
 * the next names it as its predecessor.
 */

/**
 * What may come between although nobody takes up a study that another works on: a worker that wakes up after its lease
 * has run out, two that take up the study in the same moment, an order to deliver what was given up.
 *
 * @throws LedgerError `ledger-overtaken`
 */
export async function refuseOvertaken(step: Step, row: ExamRow, place: SetPlace | undefined): Promise<void> {
  const exam = keyOf(row);
  const others = await othersOf(step, row);
  const isBehind = others.some((other) => isOnItsWay(recordOf(other), exam.modelName));
  if (!isBehind && (place === undefined || (await isItsPlace(step, row, { others, place })))) return;
  throw new LedgerError(
    'ledger-overtaken',
    `While results about study ${exam.studyInstanceUID} were made, others were: theirs come first.`,
    { remedy: 'The exam is tried again by itself.' },
  );
}

async function isItsPlace(
  { statements }: Step,
  row: ExamRow,
  { others, place }: { others: readonly ExamRow[]; place: SetPlace },
): Promise<boolean> {
  if (editionOf(keyOf(row), row.revision, others.map(recordOf)) !== place.edition) return false;
  const earlier = await statements.predecessors({ ...boundKey(keyOf(row)), revision: null });
  const names = new Set(place.replaces);
  return earlier.length === names.size && earlier.every((one) => names.has(one.sop_instance_uid));
}

/**
 * Results that an earlier version made and gave up, since the archive did not take them, would be older than those that
 * are made now: no order delivers them any more. Answers the files that nobody needs.
 */
export async function giveWay(step: Step, row: ExamRow): Promise<string[]> {
  const { statements, now } = step;
  const files: string[] = [];
  for (const other of await othersOf(step, row)) {
    if (other.code === 'superseded' || !isGivenUp(recordOf(other), row.model_name)) continue;
    files.push(...(await statements.namedFilesOf(other.id)));
    await statements.dropUnconfirmedBytes({ id: other.id, revision: other.revision + 1 });
    const reason =
      'Its results could not be delivered; those that were made since, by ' +
      `version ${row.model_version} of the model, take their place.`;
    await statements.supersede({ id: other.id, reason, now });
    await note(step, other.id, 'superseded');
  }
  return files;
}

/** Of the same study, of any model, version and settings. */
async function othersOf(
  { statements }: Step,
  { id, study_instance_uid: study }: ExamRow,
): Promise<ExamRow[]> {
  const anything = { states: null, codes: null, from: null, to: null };
  const anybody = { model: null, version: null, digest: null };
  const rows = await statements.list({ ...anything, ...anybody, study, limit: -1 });
  return rows.filter((row) => row.id !== id);
}
