import {
  asUid,
  fromDicomJson,
  type SeriesInstanceUID,
  type SOPClassUID,
  type SOPInstanceUID,
  type StudyInstanceUID,
  sopClass,
} from '../src/dicom/index.js';
import { DEFAULT_READ_BACK_DELAYS_MS } from '../src/dicomweb/connectionSettings.js';
import {
  type DicomWeb,
  type InstanceOutcome,
  type InstanceRecord,
  type InstanceToStore,
  PacsError,
  type StoreAnswer,
  type StudyQuery,
  type StudyRecord,
} from '../src/dicomweb/index.js';
import type { Uniform } from '../src/random.js';
import { Askers } from './askers.js';
import type { ModelledImage, ModelledResult } from './modelledExams.js';
import { type ArchiveTrouble, errorOf, isOfAStore, type PacsFault, singleFault } from './modelledFaults.js';
import type { ServerProfile } from './serverProfiles.js';
import type { VirtualTime } from './virtualTime.js';

interface Held extends InstanceRecord {
  bytes: Uint8Array;
  /** By the steady clock. */
  shownAt: number;
  result: ModelledResult | undefined;
}

/** What is answered without the image store. */
const SEARCHES: ReadonlySet<string> = new Set(['studies', 'allStudies', 'instances']);

/** An archive in memory, on virtual time, of one profile. All that it does follows from the random numbers. */
export class ModelledPacs {
  readonly held = new Map<string, Held>();
  readonly faults = new Map<PacsFault, number>();
  /** Objects of which other bytes came under the same name. */
  readonly differing = new Set<string>();
  /** When the last result of a study was stored, by the steady time. */
  readonly storedAt = new Map<string, number>();
  /** Images that are listed and described, and whose files are gone. */
  readonly lost = new Set<string>();
  readonly askers: Askers;
  /** Single questions go wrong. */
  hasFaults = true;
  /** Nothing is stored any more. */
  isFull = false;
  #trouble: ArchiveTrouble | undefined;
  readonly #time: VirtualTime;
  readonly #random: Uniform;
  readonly #profile: ServerProfile;
  readonly #note: (what: string) => void;
  readonly #latency: () => number;
  readonly #dates = new Map<string, string>();

  /** @param latency of half an answer, in milliseconds; unless said mostly short, and now and then a short wait */
  constructor(parts: {
    time: VirtualTime;
    random: Uniform;
    profile: ServerProfile;
    note(what: string): void;
    latency?: () => number;
  }) {
    this.#time = parts.time;
    this.#random = parts.random;
    this.#profile = parts.profile;
    this.#note = parts.note;
    this.#latency = parts.latency ?? (() => 10 + 2000 * this.#random() ** 6);
    this.askers = new Askers(parts.time);
  }

  get trouble(): ArchiveTrouble | undefined {
    return this.#trouble;
  }

  set trouble(trouble: ArchiveTrouble | undefined) {
    this.#trouble = trouble;
    this.askers.forgetTrouble();
  }

  /** What a modality sends. @param isShown at once: it was sent long ago */
  add(image: ModelledImage, studyDate: string, isShown = false): void {
    const { studyInstanceUID, sopInstanceUID, seriesInstanceUID, view, patient } = image;
    if (!this.#dates.has(studyInstanceUID)) this.#dates.set(studyInstanceUID, studyDate);
    this.held.set(sopInstanceUID, {
      studyInstanceUID,
      seriesInstanceUID,
      sopInstanceUID,
      sopClassUID: sopClass.DigitalMammographyForPresentation as SOPClassUID,
      modality: 'MG',
      imageLaterality: view.slice(0, 1),
      viewPosition: view.slice(1),
      bytes: Buffer.from(`${view} ${patient} ${sopInstanceUID}`),
      shownAt: isShown ? this.#time.steady : this.#shownAt(),
      result: undefined,
    });
  }

  /** Somebody takes an image out. */
  remove({ sopInstanceUID }: ModelledImage): void {
    this.held.delete(sopInstanceUID);
  }

  of(study: string): Held[] {
    return [...this.held.values()].filter(({ studyInstanceUID }) => studyInstanceUID === study);
  }

  /** As processes see it. */
  get web(): DicomWeb {
    const shown = (study: string) =>
      this.#shown().filter(({ studyInstanceUID }) => studyInstanceUID === study);
    const web = {
      readBackDelaysMs: DEFAULT_READ_BACK_DELAYS_MS,
      studies: (query: StudyQuery) => this.#search(query),
      allStudies: () => this.#pages(),
      instances: (study: string) =>
        this.#ask('instances', () => shown(study).map((held) => this.#listed(held))),
      metadata: (study: string) => this.#ask('metadata', () => shown(study).map(described)),
      instanceMetadata: (_study: string, _series: string, uid: string) =>
        this.#ask('instanceMetadata', () => described(this.#one(uid))),
      retrieveInstance: (_study: string, _series: string, uid: string) =>
        this.#ask('retrieve', () => this.#file(uid)),
      store: (study: string, instances: readonly InstanceToStore[]) => this.#store(study, instances),
      confirm: (study: string, uids: readonly SOPInstanceUID[]) =>
        this.#ask('confirm', () => {
          const present = new Set<string>(shown(study).map(({ sopInstanceUID }) => sopInstanceUID));
          return {
            present: uids.filter((uid) => present.has(uid)),
            missing: uids.filter((uid) => !present.has(uid)),
          };
        }),
      close: async () => {},
    };
    return web as unknown as DicomWeb;
  }

  #one(uid: string): Held {
    const held = this.held.get(uid);
    if (held === undefined) throw errorOf('not found');
    return held;
  }

  #file(uid: string): Uint8Array {
    if (this.lost.has(uid)) throw this.#failing('lost image');
    const bytes = this.#one(uid).bytes.slice();
    this.askers.given();
    return bytes;
  }

  #shownAt(): number {
    return this.#time.steady + this.#random() * this.#profile.indexedAfterMs;
  }

  #shown(): Held[] {
    return [...this.held.values()].filter(({ shownAt }) => shownAt <= this.#time.steady);
  }

  #listed({ bytes: _, result: __, ...record }: Held): InstanceRecord {
    const { tellsClasses, tellsViews } = this.#profile;
    return {
      ...record,
      sopClassUID: tellsClasses ? record.sopClassUID : undefined,
      imageLaterality: tellsViews ? record.imageLaterality : undefined,
      viewPosition: tellsViews ? record.viewPosition : undefined,
    };
  }

  #studies(): StudyRecord[] {
    const counts = new Map<string, number>();
    for (const { studyInstanceUID } of this.#shown())
      counts.set(studyInstanceUID, (counts.get(studyInstanceUID) ?? 0) + 1);
    const { tellsCounts, tellsDates, repeats } = this.#profile;
    const studies = [...counts].map(([uid, count]) => ({
      studyInstanceUID: asUid<StudyInstanceUID>(uid),
      studyDate: tellsDates ? this.#dates.get(uid) : undefined,
      modalities: ['MG'],
      numberOfInstances: tellsCounts ? count : undefined,
    }));
    return repeats ? [...studies.reverse(), ...studies.slice(0, 1)] : studies;
  }

  async *#search({ from, to }: StudyQuery): AsyncGenerator<StudyRecord> {
    yield* await this.#ask('studies', () =>
      this.#studies().filter(
        ({ studyDate }) => studyDate !== undefined && studyDate >= from && studyDate <= to,
      ),
    );
  }

  async *#pages(): AsyncGenerator<StudyRecord[]> {
    yield await this.#ask('allStudies', () => this.#studies());
  }

  async #store(study: string, instances: readonly InstanceToStore[]): Promise<StoreAnswer> {
    const fault = await this.#arrival('store');
    const kept =
      fault === 'nothing stored' || fault === 'no room'
        ? []
        : fault === 'stored in part'
          ? instances.slice(0, 1)
          : instances;
    const outcomes = instances.map((instance) => this.#take(study, instance, kept.includes(instance)));
    this.storedAt.set(study, this.#time.steady);
    await this.#time.sleep(this.#latency());
    if (fault === 'answer lost') throw new PacsError('pacs-timed-out', 'No answer', { transient: true });
    if (kept.length === 0 && this.#profile.unstored === 'conflict')
      throw new PacsError('pacs-server-error', 'Modelled: nothing stored', { status: 500, transient: true });
    return { status: 200, instances: outcomes, otherFailures: [] };
  }

  #take(study: string, instance: InstanceToStore, isKept: boolean): InstanceOutcome {
    const { sopInstanceUID, sopClassUID, bytes } = instance;
    const { duplicates, unstored } = this.#profile;
    const before = this.held.get(sopInstanceUID);
    if (before !== undefined) {
      if (!Buffer.from(before.bytes).equals(bytes)) this.differing.add(sopInstanceUID);
      if (duplicates !== 'refused') return { sopInstanceUID, outcome: duplicates };
      return {
        sopInstanceUID,
        outcome: 'refused',
        duplicate: true,
        reason: { code: 45070, meaning: 'there already' },
      };
    }
    if (!isKept) {
      if (unstored === 'stored') return { sopInstanceUID, outcome: 'stored' };
      if (unstored === 'unknown') return { sopInstanceUID, outcome: 'unknown' };
      return { sopInstanceUID, outcome: 'refused', reason: { code: 0xa700, meaning: 'out of resources' } };
    }
    this.held.set(sopInstanceUID, {
      studyInstanceUID: asUid<StudyInstanceUID>(study),
      seriesInstanceUID: asUid<SeriesInstanceUID>('2.25.9'),
      sopInstanceUID,
      sopClassUID,
      modality: sopClassUID === sopClass.SecondaryCapture ? 'OT' : 'SR',
      imageLaterality: undefined,
      viewPosition: undefined,
      bytes,
      shownAt: this.#shownAt(),
      result: JSON.parse(Buffer.from(bytes).toString()),
    });
    return { sopInstanceUID, outcome: 'stored' };
  }

  async #ask<T>(kind: string, answer: () => T): Promise<T> {
    await this.#arrival(kind);
    const answered = answer();
    await this.#time.sleep(this.#latency());
    return answered;
  }

  /** A question on its way: what the archive does with it, unless it fails at once. */
  async #arrival(kind: string): Promise<PacsFault | undefined> {
    this.askers.asked(kind);
    await this.#time.sleep(this.#latency());
    const fault = this.#drawn(kind);
    this.#note(`${kind} ${fault ?? ''}`);
    if (fault === undefined) return undefined;
    const error = this.#failing(fault);
    if (isOfAStore(fault)) return fault;
    if (fault === 'timed out') await this.#time.sleep(60_000);
    if (error.code === 'pacs-unauthorised') this.askers.refused();
    // Whether the archive gives no images, a look cannot tell.
    if (fault === this.trouble && kind !== 'metadata') this.askers.met();
    throw error;
  }

  #failing(fault: PacsFault): PacsError {
    this.faults.set(fault, (this.faults.get(fault) ?? 0) + 1);
    return errorOf(fault);
  }

  #drawn(kind: string): PacsFault | undefined {
    const isStore = kind === 'store';
    if (this.trouble !== undefined && (this.trouble !== 'images away' || !SEARCHES.has(kind)))
      return this.trouble;
    if (this.isFull && isStore) return 'no room';
    return this.hasFaults ? singleFault(isStore, this.#random()) : undefined;
  }
}

function described({ studyInstanceUID, sopInstanceUID, modality, imageLaterality, viewPosition }: Held) {
  const value = (vr: string, text: string | undefined) => ({ vr, Value: text === undefined ? [] : [text] });
  return fromDicomJson({
    '0020000D': value('UI', studyInstanceUID),
    '00080018': value('UI', sopInstanceUID),
    '00080060': value('CS', modality),
    '00200062': value('CS', imageLaterality),
    '00185101': value('CS', viewPosition),
  });
}
