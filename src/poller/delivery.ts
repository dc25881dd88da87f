import { setTimeout as sleep } from 'node:timers/promises';
import {
  asUid,
  isCompressed,
  type SOPClassUID,
  type SOPInstanceUID,
  type StudyInstanceUID,
} from '../dicom/index.js';
import type { DicomWeb, InstanceToStore, StoreAnswer } from '../dicomweb/index.js';
import { type Claim, type KeptObject, type Ledger, LedgerError, type Reason } from '../ledger/index.js';
import { DeliveryError } from './errors.js';
import { reasonOf } from './nextTry.js';

/** One request's worth; a larger object goes alone. Web servers before archives often refuse much larger bodies. */
const MAX_REQUEST_BYTES = 64 * 1024 * 1024;

/** Hears of each object on its way to the archive. */
export interface DeliveryWatch {
  begun(study: StudyInstanceUID, objects: readonly ObjectName[]): void;
  /** They were read back, or were not: then why. */
  ended(study: StudyInstanceUID, objects: readonly ObjectName[], failure?: Reason): void;
}

export type ObjectName = Pick<KeptObject, 'sopClassUID' | 'sopInstanceUID'>;

export interface Delivery {
  claim: Claim;
  pacs: DicomWeb;
  ledger: Ledger;
  /** Objects whose bytes are still in memory, and need not be read from the ledger's folder. */
  made?: readonly { sopInstanceUID: string; bytes: Uint8Array }[];
  watch?: DeliveryWatch | undefined;
}

/**
 * Hands an exam's kept objects to the archive and reads every one of them back.
 *
 * The archive's answer proves nothing (it may be lost, or say yes to what is then discarded), so what counts is what
 * it shows afterwards; the answer only serves to say why something is missing. Repeating is harmless: the same UIDs
 * carry the same bytes.
 *
 * @throws DeliveryError when something is missing afterwards, PacsError when the archive cannot be talked to,
 * LedgerError `ledger-object-damaged` when kept bytes are lost of what the archive does not hold
 */
export async function deliver(delivery: Delivery): Promise<void> {
  const { claim, ledger, watch } = delivery;
  try {
    await handOver(delivery, await ledger.objectsToDeliver(claim));
  } catch (error) {
    if (isDamaged(error) && (await isThereAfterAll(delivery))) return;
    const left = await ledger.objectsToDeliver(claim).catch(() => []);
    if (left.length > 0) watch?.ended(studyOf(claim), left, reasonOf(error));
    throw error;
  }
}

/** Whether kept bytes are lost or changed. */
export function isDamaged(error: unknown): boolean {
  return error instanceof LedgerError && error.code === 'ledger-object-damaged';
}

/**
 * Whether the archive holds all of a set whose bytes are lost here; what it holds counts as confirmed. All of it is
 * asked for, and not only what was noted as sent: a ledger that was restored from a backup knows less than the archive.
 *
 * @throws PacsError when the archive cannot be asked
 */
async function isThereAfterAll(delivery: Delivery): Promise<boolean> {
  const { claim, pacs, ledger } = delivery;
  let waiting = await ledger.objectsToDeliver(claim);
  for (const delay of pacs.readBackDelaysMs) {
    await sleep(delay);
    waiting = await withoutConfirmed(waiting, delivery);
    // What was never sent will not come.
    if (waiting.every(({ sentAt }) => sentAt === undefined)) break;
  }
  return waiting.length === 0;
}

async function handOver(delivery: Delivery, kept: KeptObject[]): Promise<void> {
  const { claim, pacs, ledger, made = [], watch } = delivery;
  const inMemory = new Map(made.map(({ sopInstanceUID, bytes }) => [sopInstanceUID, bytes]));
  const bytesOf = async ({ sopInstanceUID, bytes }: KeptObject) =>
    inMemory.get(sopInstanceUID) ?? (await bytes());
  const studyInstanceUID = studyOf(claim);
  let waiting = kept;
  if (waiting.some((object) => object.sentAt !== undefined)) {
    // An earlier try got so far; perhaps only the answer was lost.
    waiting = await withoutConfirmed(waiting, delivery);
  }

  const answers: StoreAnswer[] = [];
  let failure: unknown;
  for (const batch of batches(waiting)) {
    const uids = batch.map(({ sopInstanceUID }) => sopInstanceUID);
    const instances = await Promise.all(
      batch.map(async (object) => instanceToStore(object, await bytesOf(object))),
    );
    // Before and not after: what is lost may be the answer, and then the next try has to look before it sends.
    await ledger.sent(claim, uids);
    watch?.begun(studyInstanceUID, batch);
    try {
      answers.push(await pacs.store(studyInstanceUID, instances));
    } catch (error) {
      failure = error;
      break;
    }
  }
  if (failure !== undefined) {
    // Whatever went wrong on the way back, all may be there.
    const missing = await withoutConfirmed(waiting, delivery).catch(() => waiting);
    if (missing.length > 0) throw failure;
    return;
  }

  const shown = async () => {
    for (const delay of pacs.readBackDelaysMs) {
      if (waiting.length === 0) return;
      await sleep(delay);
      waiting = await withoutConfirmed(waiting, delivery);
    }
  };
  await shown();
  if (waiting.length === 0) return;
  const unseen = await compressedOnes(waiting, bytesOf);
  if (unseen.length > 0) {
    // Some archives say yes to compressed pixels and discard them.
    answers.push(await pacs.store(studyInstanceUID, unseen, { uncompressed: true }));
    await shown();
  }
  if (waiting.length > 0) throw missing(waiting, answers, studyInstanceUID);
}

async function compressedOnes(
  objects: KeptObject[],
  bytesOf: (object: KeptObject) => Promise<Uint8Array>,
): Promise<InstanceToStore[]> {
  const instances = await Promise.all(
    objects.map(async (object) => instanceToStore(object, await bytesOf(object))),
  );
  return instances.filter(({ bytes }) => isCompressed(bytes));
}

function instanceToStore({ sopInstanceUID, sopClassUID }: KeptObject, bytes: Uint8Array): InstanceToStore {
  return {
    sopInstanceUID: asUid<SOPInstanceUID>(sopInstanceUID),
    sopClassUID: asUid<SOPClassUID>(sopClassUID),
    bytes,
  };
}

async function withoutConfirmed(
  objects: KeptObject[],
  { claim, pacs, ledger, watch }: Delivery,
): Promise<KeptObject[]> {
  const uids = objects.map(({ sopInstanceUID }) => asUid<SOPInstanceUID>(sopInstanceUID));
  const { present } = await pacs.confirm(studyOf(claim), uids);
  await ledger.confirm(claim, present);
  const confirmed = new Set<string>(present);
  const shown = objects.filter(({ sopInstanceUID }) => confirmed.has(sopInstanceUID));
  if (shown.length > 0) watch?.ended(studyOf(claim), shown);
  return objects.filter(({ sopInstanceUID }) => !confirmed.has(sopInstanceUID));
}

function studyOf(claim: Claim): StudyInstanceUID {
  return asUid(claim.exam.studyInstanceUID);
}

function* batches(objects: KeptObject[]): Generator<KeptObject[]> {
  let batch: KeptObject[] = [];
  let bytes = 0;
  for (const object of objects) {
    if (batch.length > 0 && bytes + object.size > MAX_REQUEST_BYTES) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(object);
    bytes += object.size;
  }
  if (batch.length > 0) yield batch;
}

function missing(objects: KeptObject[], answers: StoreAnswer[], study: string): DeliveryError {
  const outcomes = answers.flatMap((answer) => answer.instances);
  // What was sent a second time, uncompressed, is missing for the reason of that second time.
  const refusal = objects
    .map(({ sopInstanceUID }) => outcomes.findLast((outcome) => outcome.sopInstanceUID === sopInstanceUID))
    .find((outcome) => outcome?.outcome === 'refused');
  const what = `${objects.length} of the results for study ${study}`;
  if (refusal !== undefined) {
    const { reason } = refusal;
    const why = reason ? `: ${reason.meaning} (0x${reason.code.toString(16).toUpperCase()})` : '';
    return new DeliveryError('delivery-refused', `The PACS refused ${what}${why}.`, {
      // A7xx is "out of resources" (PS3.4 CC.2.3): room may be made without anybody at Mamori.
      transient: reason !== undefined && reason.code >> 8 === 0xa7,
      remedy: 'Check what the PACS accepts (rights, SOP classes, storage rules), then: mamori retry.',
    });
  }
  return new DeliveryError('delivery-unconfirmed', `The PACS does not show ${what} after storing them.`, {
    transient: true,
    remedy: 'They are kept and sent again; look for filters, full storage or quarantine in the PACS.',
  });
}
