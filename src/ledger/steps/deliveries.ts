import { LedgerError } from '../errors.js';
import type { Claim, KeptObject, ObjectToKeep, Outcome } from '../ledger.js';
import { dateOf } from '../rows.js';
import { held, heldNow, note, type Step, type Store } from './store.js';
import { giveWay, refuseOvertaken } from './succession.js';

/*
 * What a claim's holder does with the objects that it has made: kept, sent, and read back.
 */

export async function keepObjects(
  store: Store,
  claim: Claim,
  objects: readonly ObjectToKeep[],
  outcome: Outcome,
): Promise<void> {
  if (objects.length === 0) {
    throw new LedgerError('ledger-misuse', 'There is no object to keep; an exam without any is given up.');
  }
  if ((await store.look((view) => heldNow(view, claim))).outcome !== null) return;
  const stored = await store.bytes.put(
    objects.map(({ bytes }) => bytes),
    claim.exam.studyInstanceUID,
  );
  const rows = objects.map((object, position) => ({
    position,
    kind: object.kind,
    sopClass: object.sopClassUID,
    series: object.seriesInstanceUID,
    sopInstance: object.sopInstanceUID,
    imageView: object.view ?? null,
    ...stored[position]!,
  }));
  let gone: string[] | undefined;
  try {
    gone = await store.transact(async (step) => {
      const { statements, now } = step;
      await statements.lockStudy(claim.exam.studyInstanceUID);
      const exam = await held(step, claim);
      if (exam.outcome !== null) return undefined;
      const { id, revision } = exam;
      await refuseOvertaken(step, exam, outcome.place);
      for (const row of rows) await statements.keepObject({ id, revision, ...row });
      const { kind, restsOn, images, shortAnswer } = outcome;
      const { code = null, reason = null } = outcome;
      const rests = restsOn === undefined ? null : JSON.stringify(restsOn);
      const shown = images === undefined ? null : JSON.stringify(images);
      const short = shortAnswer === undefined ? null : JSON.stringify(shortAnswer);
      const said = { outcome: kind, code, reason, rests, images: shown, shortAnswer: short };
      await statements.beginDelivery({ id, ...said, now });
      await note(step, id, 'objects-kept', { worker: claim.worker, code, reason });
      return giveWay(step, exam);
    });
  } finally {
    if (gone === undefined) await store.bytes.remove(stored.map(({ file }) => file));
  }
  await store.bytes.remove(gone ?? []);
}

export async function objectsToDeliver(store: Store, claim: Claim): Promise<KeptObject[]> {
  const rows = await store.look(async (view) => {
    const { id, revision } = await heldNow(view, claim);
    return view.statements.objectsToDeliver({ id, revision });
  });
  return rows.map((row) => ({
    studyInstanceUID: claim.exam.studyInstanceUID,
    seriesInstanceUID: row.series_instance_uid,
    sopInstanceUID: row.sop_instance_uid,
    sopClassUID: row.sop_class_uid,
    kind: row.kind,
    size: row.size,
    sentAt: dateOf(row.sent_at),
    bytes: () => store.bytes.read({ ...row, file: row.file ?? '' }, row.sop_instance_uid),
  }));
}

export async function sent(store: Store, claim: Claim, sopInstanceUIDs: readonly string[]): Promise<void> {
  await store.transact(async (step) => {
    const { id } = await held(step, claim);
    await mark(step, claim, id, { sopInstanceUIDs, as: 'markSent' });
    await note(step, id, 'sent', { worker: claim.worker });
  });
}

export async function confirm(store: Store, claim: Claim, sopInstanceUIDs: readonly string[]): Promise<void> {
  const files = await store.transact(async (step) => {
    const { id, revision } = await held(step, claim);
    const waiting = await step.statements.objectsToDeliver({ id, revision });
    await mark(step, claim, id, { sopInstanceUIDs, as: 'confirm' });
    const confirmed = waiting.filter((row) => sopInstanceUIDs.includes(row.sop_instance_uid));
    if (confirmed.length > 0) await note(step, id, 'confirmed', { worker: claim.worker });
    return confirmed.map(({ file }) => file).filter((file) => file !== null);
  });
  await store.bytes.remove(files);
}

interface Marked {
  sopInstanceUIDs: readonly string[];
  as: 'markSent' | 'confirm';
}

async function mark(step: Step, claim: Claim, id: number, { sopInstanceUIDs, as }: Marked): Promise<void> {
  for (const sopInstance of sopInstanceUIDs) {
    const bindings = { id, revision: claim.revision, sopInstance, now: step.now };
    if (await step.statements[as](bindings)) continue;
    throw new LedgerError(
      'ledger-misuse',
      `Object ${sopInstance} is none of those kept for exam ${claim.exam.studyInstanceUID}.`,
    );
  }
}
