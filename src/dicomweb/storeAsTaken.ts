import { isCompressed, nativeCopy } from '../dicom/index.js';
import { PacsError } from './errors.js';
import type { InstanceOutcome, InstanceToStore, StoreAnswer } from './storeAnswer.js';

/** What an archive has been found to take, for as long as this process runs: after a restart it is asked again. */
export interface Taken {
  compressed: boolean;
}

/**
 * Stores instances as they are, and those that the archive refuses compressed once more without compression: some take
 * no compressed pixels, and say so with 406 or 415, with 0xC122 or with any other reason.
 *
 * @param taken is remembered once the archive has taken uncompressed what it had refused before
 * @throws PacsError
 */
export async function storeAsTaken(
  instances: readonly InstanceToStore[],
  send: (instances: readonly InstanceToStore[]) => Promise<StoreAnswer>,
  taken: Taken,
): Promise<StoreAnswer> {
  if (!taken.compressed || !instances.some(({ bytes }) => isCompressed(bytes)))
    return send(instances.map(uncompressed));
  let answer: StoreAnswer;
  try {
    answer = await send(instances);
  } catch (error) {
    if (!(error instanceof PacsError) || error.code !== 'pacs-refused') throw error;
    answer = await send(instances.map(uncompressed));
    if (answer.instances.some(isStored)) taken.compressed = false;
    return answer;
  }
  const refused = new Set(answer.instances.filter(isRefused).map(({ sopInstanceUID }) => sopInstanceUID));
  const again = instances.filter(
    ({ sopInstanceUID, bytes }) => refused.has(sopInstanceUID) && isCompressed(bytes),
  );
  if (again.length === 0) return answer;
  const second = await send(again.map(uncompressed));
  if (second.instances.some(isStored)) taken.compressed = false;
  const outcomes = new Map(second.instances.map((outcome) => [outcome.sopInstanceUID, outcome]));
  return {
    status: Math.max(answer.status, second.status),
    instances: answer.instances.map((first) => outcomes.get(first.sopInstanceUID) ?? first),
    otherFailures: second.otherFailures,
  };
}

function uncompressed(instance: InstanceToStore): InstanceToStore {
  return { ...instance, bytes: nativeCopy(instance.bytes) };
}

function isStored({ outcome }: InstanceOutcome): boolean {
  return outcome === 'stored';
}

function isRefused({ outcome, duplicate }: InstanceOutcome): boolean {
  return outcome === 'refused' && duplicate !== true;
}
