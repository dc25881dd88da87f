import type { ExamKey, Observation, RetryFilter, ServedModel, Sighting } from '../ledger.js';
import { boundFilter } from '../retriable.js';
import { keyOf, recordOf } from '../rows.js';
import { CLOSED, changeOf, retryOf } from '../rules.js';
import { boundKey, boundModel } from '../statements.js';
import { leftBehind, note, rowOf, type Step, type Store } from './store.js';

/*
 * Which exams are there to be worked on: what writes and needs no claim.
 */

export async function observe(store: Store, exam: ExamKey, sighting: Sighting): Promise<Observation> {
  const { fingerprint, studyDate, priority, instances } = sighting;
  const { dropped, ...observation } = await store.transact(
    async (step): Promise<Observation & { dropped: string[] }> => {
      const { statements, now } = step;
      const seen = {
        fingerprint,
        studyDate: studyDate ?? null,
        priority: priority ?? 0,
        instances: instances ?? null,
        now,
      };
      const inserted = await statements.insertSeen({ ...boundKey(exam), ...seen });
      if (inserted !== undefined) {
        await note(step, inserted, 'seen');
        return { record: recordOf(await statements.findById(inserted)), change: 'new', dropped: [] };
      }
      const before = (await rowOf(step, exam))!;
      await statements.updateSeen({ id: before.id, ...seen });
      if (before.fingerprint !== fingerprint) await note(step, before.id, 'changed');
      const known = { ...before, claimedFingerprint: before.claimed_fingerprint ?? undefined };
      const change = changeOf(known, fingerprint);
      const dropped =
        change === 'reopened' ? await open(step, before.id, { dueAt: null, keepsAnswer: 1 }) : [];
      return { record: recordOf(await statements.findById(before.id)), change, dropped };
    },
  );
  await store.bytes.remove(dropped);
  return observation;
}

export async function due(
  store: Store,
  exam: ExamKey,
  fingerprint: string,
  at: Date | undefined,
): Promise<void> {
  await store.transact(async ({ statements }) => {
    await statements.setDue({ ...boundKey(exam), fingerprint, dueAt: at?.getTime() ?? null });
  });
}

export async function retry(store: Store, which: RetryFilter = {}): Promise<ExamKey[]> {
  const bindings = {
    ...boundFilter(which),
    ...(which.served ? boundModel(which.served) : { model: null, version: null, digest: null }),
  };
  const { keys, dropped } = await store.transact(async (step) => {
    const { statements, now } = step;
    const keys: ExamKey[] = [];
    const dropped: string[] = [];
    for (const { id, state, outcome, code, undelivered } of await statements.retriable(bindings)) {
      const exam = {
        state,
        answered: outcome !== null,
        undelivered: undelivered === 1,
        code: code ?? undefined,
      };
      const what = retryOf(exam, which);
      if (what === undefined) continue;
      if (what === 'reopen') dropped.push(...(await open(step, id, { dueAt: now, keepsAnswer: 1 })));
      else {
        await statements.retry({ id, now });
        await note(step, id, 'retried');
      }
      keys.push(keyOf(await statements.findById(id)));
    }
    return { keys, dropped };
  });
  await store.bytes.remove(dropped);
  return keys;
}

export async function reopen(store: Store, exam: ExamKey, revision?: number): Promise<boolean> {
  const dropped = await store.transact(async (step) => {
    const row = await rowOf(step, exam);
    return row === undefined || !CLOSED.includes(row.state) || row.revision !== (revision ?? row.revision)
      ? undefined
      : open(step, row.id, { dueAt: null, keepsAnswer: 0 });
  });
  await store.bytes.remove(dropped ?? []);
  return dropped !== undefined;
}

export async function adopt(store: Store, served: ServedModel): Promise<number> {
  const target = boundModel(served);
  const { adopted, dropped } = await store.transact(async (step) => {
    const { statements, now } = step;
    const dropped: string[] = [];
    let adopted = 0;
    for (const { id, study, lost } of await statements.lockAdoptable({
      ...target,
      ...(await leftBehind(step)),
    })) {
      if (lost === 1) dropped.push(...(await open(step, id, { dueAt: now, keepsAnswer: 1 })));
      const standing = await statements.lockByKey({ ...target, study });
      if (standing === undefined) {
        await statements.adopt({ id, version: target.version, digest: target.digest, now });
        await note(step, id, 'adopted');
        adopted++;
        continue;
      }
      const reason = `Taken up by version ${served.modelVersion} of the model instead.`;
      await statements.supersede({ id, reason, now });
      await note(step, id, 'superseded');
      if (standing.code !== 'superseded') continue;
      // It had made way for the one that makes way now: one of them has to go on.
      dropped.push(...(await open(step, standing.id, { dueAt: null, keepsAnswer: 1 })));
      adopted++;
    }
    return { adopted, dropped };
  });
  await store.bytes.remove(dropped);
  return adopted;
}

export async function adoptable(store: Store, served: ServedModel): Promise<number> {
  return store.look(async (view) => {
    const bindings = { ...boundModel(served), ...(await leftBehind(view)) };
    return (await view.statements.adoptable(bindings)).length;
  });
}

/**
 * Makes an exam that is closed, or whose objects are lost, a new revision that waits. Answers the files that nobody
 * needs any more.
 */
async function open(
  step: Step,
  id: number,
  how: { dueAt: number | null; keepsAnswer: 0 | 1 },
): Promise<string[]> {
  const { statements, now } = step;
  await statements.reopen({ id, ...how, now });
  await note(step, id, 'reopened');
  const { revision } = await statements.findById(id);
  const files = await statements.namedFilesOf(id);
  await statements.dropUnconfirmedBytes({ id, revision });
  return files;
}
