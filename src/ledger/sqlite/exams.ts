import { RETRIABLE_STATES } from '../examState.js';
import type { ExamKey, Observation, RetryFilter, ServedModel, Sighting } from '../ledger.js';
import { CLOSED, changeOf, isNamed, retryOf } from '../rules.js';
import { keyOf, recordOf } from './rows.js';
import * as statements from './statements/index.js';
import { boundAlgorithm, boundKey } from './statements/index.js';
import { leftBehind, note, rowOf, type Store, timeOf } from './store.js';

/*
 * Which exams are there to be worked on: what writes and needs no claim.
 */

export async function observe(store: Store, exam: ExamKey, sighting: Sighting): Promise<Observation> {
  const { database, spool } = store;
  const { fingerprint, studyDate, priority, instances } = sighting;
  const seen = {
    fingerprint,
    studyDate: studyDate ?? null,
    priority: priority ?? 0,
    instances: instances ?? null,
    now: timeOf(store),
  };
  const dropped: string[] = [];
  const observation = database.transact((): Observation => {
    const inserted = statements.insertSeen(database, { ...boundKey(exam), ...seen });
    if (inserted !== undefined) {
      note(store, inserted, 'seen');
      return { record: recordOf(statements.findById(database, inserted)), change: 'new' };
    }
    const before = rowOf(store, exam)!;
    statements.updateSeen(database, { id: before.id, ...seen });
    if (before.fingerprint !== fingerprint) note(store, before.id, 'changed');
    const change = changeOf(
      { ...before, claimedFingerprint: before.claimed_fingerprint ?? undefined },
      fingerprint,
    );
    if (change === 'reopened') dropped.push(...open(store, before.id, { dueAt: null, keepsAnswer: 1 }));
    return { record: recordOf(statements.findById(database, before.id)), change };
  });
  await spool.remove(dropped);
  return observation;
}

export function due({ database }: Store, exam: ExamKey, fingerprint: string, at: Date | undefined): void {
  statements.setDue(database, { ...boundKey(exam), fingerprint, dueAt: at?.getTime() ?? null });
}

export async function retry(store: Store, which: RetryFilter = {}): Promise<ExamKey[]> {
  const { database, spool } = store;
  const dropped: string[] = [];
  const bindings = {
    studies: which.studies === undefined ? null : JSON.stringify(which.studies),
    states: JSON.stringify(which.states ?? RETRIABLE_STATES),
    codes: which.codes === undefined ? null : JSON.stringify(which.codes),
    since: which.since?.getTime() ?? 0,
  };
  const keys = database.transact(() =>
    statements.retriable(database, bindings).flatMap(({ id, state, outcome, code, undelivered }) => {
      const exam = {
        state,
        answered: outcome !== null,
        undelivered: undelivered === 1,
        superseded: code === 'superseded',
      };
      const what = retryOf(exam, isNamed(which));
      if (what === undefined) return [];
      const now = timeOf(store);
      if (what === 'reopen') dropped.push(...open(store, id, { dueAt: now, keepsAnswer: 1 }));
      else {
        statements.retry(database, { id, now });
        note(store, id, 'retried');
      }
      return keyOf(statements.findById(database, id));
    }),
  );
  await spool.remove(dropped);
  return keys;
}

export async function reopen(store: Store, exam: ExamKey): Promise<boolean> {
  const dropped = store.database.transact(() => {
    const row = rowOf(store, exam);
    return row === undefined || !CLOSED.includes(row.state)
      ? undefined
      : open(store, row.id, { dueAt: null, keepsAnswer: 0 });
  });
  await store.spool.remove(dropped ?? []);
  return dropped !== undefined;
}

export async function adopt(store: Store, served: ServedModel): Promise<number> {
  const { database, spool } = store;
  const target = boundAlgorithm(served);
  const now = timeOf(store);
  const dropped: string[] = [];
  const adopted = database.transact(
    () =>
      statements.adoptable(database, { ...target, leftBehind: leftBehind(store) }).filter(({ id, study }) => {
        const standing = statements.findByKey(database, { ...target, study });
        if (standing === undefined) {
          statements.adopt(database, { id, version: target.version, digest: target.digest, now });
          note(store, id, 'adopted');
          return true;
        }
        const reason = `Taken up by version ${served.modelVersion} of the model instead.`;
        statements.supersede(database, { id, reason, now });
        note(store, id, 'superseded');
        if (standing.code !== 'superseded') return false;
        // It had made way for the one that makes way now: one of them has to go on.
        dropped.push(...open(store, standing.id, { dueAt: null, keepsAnswer: 1 }));
        return true;
      }).length,
  );
  await spool.remove(dropped);
  return adopted;
}

export function adoptable(store: Store, served: ServedModel): number {
  const bindings = { ...boundAlgorithm(served), leftBehind: leftBehind(store) };
  return statements.adoptable(store.database, bindings).length;
}

/** Makes a closed exam a new revision that waits. Answers the files that nobody needs any more. */
function open(store: Store, id: number, how: { dueAt: number | null; keepsAnswer: 0 | 1 }): string[] {
  const { database } = store;
  statements.reopen(database, { id, ...how, now: timeOf(store) });
  note(store, id, 'reopened');
  const { revision } = statements.findById(database, id);
  const files = statements.namedFilesOf(database, id);
  statements.dropUnconfirmedBytes(database, { id, revision });
  return files;
}
