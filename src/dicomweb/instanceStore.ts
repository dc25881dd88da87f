import type { StudyInstanceUID } from '../dicom/index.js';
import { pathSegment } from './address.js';
import { statusError } from './answer.js';
import type { Client } from './client.js';
import type { ClientCalls } from './clientCalls.js';
import { type InstanceToStore, readStoreAnswer, type StoreAnswer, silentStoreAnswer } from './storeAnswer.js';
import { storeAsTaken, type Taken } from './storeAsTaken.js';

/** Statuses under which a store answer may say what became of each instance. */
const STORE_STATUSES = new Set([200, 202, 400, 409]);

/** The instances do not go through dicomweb-client, which insists on at least one dataset. */
const NO_DATASETS = [new ArrayBuffer(0)];

/** The store transaction (STOW-RS, PS3.18 §10.5), and what one archive has been found to take. */
export class InstanceStore {
  readonly #calls: ClientCalls;
  readonly #stow: Client;
  readonly #taken: Taken = { compressed: true };

  constructor(calls: ClientCalls, stow: Client) {
    this.#calls = calls;
    this.#stow = stow;
  }

  /** As `DicomWeb.store`. */
  store(
    studyInstanceUID: StudyInstanceUID,
    instances: readonly InstanceToStore[],
    options: { uncompressed?: boolean },
  ): Promise<StoreAnswer> {
    if (options.uncompressed) this.#taken.compressed = false;
    return storeAsTaken(instances, (some) => this.#send(studyInstanceUID, some), this.#taken);
  }

  async #send(
    studyInstanceUID: StudyInstanceUID,
    instances: readonly InstanceToStore[],
  ): Promise<StoreAnswer> {
    const uids = instances.map(({ sopInstanceUID }) => sopInstanceUID);
    if (uids.length === 0) return silentStoreAnswer(204, []);
    const { answer } = await this.#calls.call(
      {
        accept: 'application/dicom+json',
        instances: instances.map(({ bytes }) => bytes),
        decode: () => undefined,
      },
      (request) =>
        this.#stow.storeInstances({
          studyInstanceUID: pathSegment(studyInstanceUID),
          datasets: NO_DATASETS,
          request,
        }),
    );
    const { status } = answer;
    // Web servers before the PACS often limit the size of a request: one at a time may pass.
    if (status === 413 && instances.length > 1) return this.#sendEach(studyInstanceUID, instances);
    const read = STORE_STATUSES.has(status) ? readStoreAnswer(answer, uids) : undefined;
    if (read !== undefined) return read;
    if (status >= 200 && status < 300) return silentStoreAnswer(status, uids);
    // Some answer one bad instance among good ones with a plain 400 or 409.
    if (STORE_STATUSES.has(status) && instances.length > 1) return silentStoreAnswer(status, uids);
    throw statusError(answer);
  }

  async #sendEach(
    studyInstanceUID: StudyInstanceUID,
    instances: readonly InstanceToStore[],
  ): Promise<StoreAnswer> {
    const answers: StoreAnswer[] = [];
    for (const instance of instances) answers.push(await this.#send(studyInstanceUID, [instance]));
    return {
      status: Math.max(...answers.map(({ status }) => status)),
      instances: answers.flatMap((answer) => answer.instances),
      otherFailures: answers.flatMap((answer) => answer.otherFailures),
    };
  }
}
