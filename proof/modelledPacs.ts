import { createHash } from 'node:crypto';
import {
  asUid,
  fromDicomJson,
  readPart10,
  type SeriesInstanceUID,
  type SOPClassUID,
  type SOPInstanceUID,
  type StudyInstanceUID,
} from '../src/dicom/index.js';
import {
  type DicomWeb,
  type InstanceRecord,
  type InstanceToStore,
  PacsError,
  type StoreAnswer,
  type StudyQuery,
  type StudyRecord,
} from '../src/dicomweb/index.js';
import type { VirtualTime } from './virtualTime.js';

interface Held extends InstanceRecord {
  bytes: Uint8Array;
}

/** What may happen to a question, and how often of a thousand while the weather is bad. */
const FAULTS = {
  unreachable: 30,
  'server error': 30,
  busy: 15,
  'not found': 25,
  'timed out': 15,
  refused: 3,
  killed: 12,
  frozen: 6,
  'answer lost': 40,
  'nothing stored': 60,
  'stored in part': 40,
} as const;

export type Fault = keyof typeof FAULTS;

/** Of these, stores alone: the archive's answer and what it did are two things. */
const OF_STORES: ReadonlySet<Fault> = new Set(['answer lost', 'nothing stored', 'stored in part']);

export interface ModelledWeather {
  seed: number;
  time: VirtualTime;
  /** The fault that a question meets may end the process that asks: never answered, or only when it is thawed. */
  onKill(): Promise<never>;
  onFreeze(): Promise<void>;
}

/**
 * An archive in memory, on virtual time. What a question meets depends on the seed, the question and how often it was
 * asked, and on nothing else: a run is the same each time, in whatever order questions arrive.
 */
export class ModelledPacs {
  readonly held = new Map<string, Held>();
  readonly faults = new Map<Fault, number>();
  /** Stands for everything that was asked and what became of it. */
  readonly trace = createHash('sha256');
  isFoul = true;
  /** When the last result of a study was stored, by the steady time. */
  readonly storedAt = new Map<string, number>();
  readonly #weather: ModelledWeather;
  readonly #asked = new Map<string, number>();
  readonly #dates = new Map<string, string>();

  constructor(weather: ModelledWeather) {
    this.#weather = weather;
  }

  add(bytes: Uint8Array, studyDate: string): void {
    const { dataset } = readPart10(bytes);
    const uid = (keyword: string) => dataset.string(keyword)!;
    const studyInstanceUID = asUid<StudyInstanceUID>(uid('StudyInstanceUID'));
    if (!this.#dates.has(studyInstanceUID)) this.#dates.set(studyInstanceUID, studyDate);
    const sopInstanceUID = asUid<SOPInstanceUID>(uid('SOPInstanceUID'));
    // Some keep what came first.
    if (this.held.has(sopInstanceUID)) return;
    this.held.set(sopInstanceUID, {
      studyInstanceUID,
      seriesInstanceUID: asUid<SeriesInstanceUID>(uid('SeriesInstanceUID')),
      sopInstanceUID,
      sopClassUID: asUid<SOPClassUID>(uid('SOPClassUID')),
      modality: uid('Modality'),
      imageLaterality: dataset.string('ImageLaterality'),
      viewPosition: dataset.string('ViewPosition'),
      bytes,
    });
  }

  of(study: string): Held[] {
    return [...this.held.values()].filter(({ studyInstanceUID }) => studyInstanceUID === study);
  }

  /** As a process sees it. */
  get web(): DicomWeb {
    const web = {
      studies: (query: StudyQuery) => this.#search(query),
      allStudies: () => this.#pages(),
      instances: (study: string) => this.#ask('instances', study, () => this.of(study)),
      metadata: (study: string) => this.#ask('metadata', study, () => this.of(study).map(described)),
      instanceMetadata: (_study: string, _series: string, uid: string) =>
        this.#ask('instanceMetadata', uid, () => described(this.held.get(uid)!)),
      retrieveInstance: (_study: string, _series: string, uid: string) =>
        this.#ask('retrieve', uid, () => this.held.get(uid)!.bytes.slice()),
      store: (study: string, instances: readonly InstanceToStore[]) => this.#store(study, instances),
      confirm: (study: string, uids: readonly SOPInstanceUID[]) =>
        this.#ask('confirm', study, () => ({
          present: uids.filter((uid) => this.held.has(uid)),
          missing: uids.filter((uid) => !this.held.has(uid)),
        })),
      close: async () => {},
    };
    return web as unknown as DicomWeb;
  }

  #studies(): StudyRecord[] {
    const counts = new Map<string, number>();
    for (const { studyInstanceUID } of this.held.values())
      counts.set(studyInstanceUID, (counts.get(studyInstanceUID) ?? 0) + 1);
    return [...counts].map(([uid, count]) => ({
      studyInstanceUID: asUid(uid),
      studyDate: this.#dates.get(uid),
      modalities: ['MG'],
      numberOfInstances: count,
    }));
  }

  async *#search({ from, to }: StudyQuery): AsyncGenerator<StudyRecord> {
    const found = await this.#ask('studies', '', () =>
      this.#studies().filter(
        ({ studyDate }) => studyDate !== undefined && studyDate >= from && studyDate <= to,
      ),
    );
    // Doubled and in no order, as some list them.
    yield* [...found.reverse(), ...found.slice(0, 1)];
  }

  async *#pages(): AsyncGenerator<StudyRecord[]> {
    yield await this.#ask('allStudies', '', () => this.#studies());
  }

  async #store(study: string, instances: readonly InstanceToStore[]): Promise<StoreAnswer> {
    const fault = await this.#fault('store', study, true);
    const kept =
      fault === 'nothing stored' ? [] : fault === 'stored in part' ? instances.slice(0, 1) : instances;
    for (const { bytes } of kept) this.add(bytes, this.#dates.get(study)!);
    this.storedAt.set(study, this.#weather.time.steady);
    if (fault === 'answer lost') throw new PacsError('pacs-timed-out', 'No answer', { transient: true });
    // Whatever was done, the answer says that all was.
    const outcomes = instances.map(({ sopInstanceUID }) => ({ sopInstanceUID, outcome: 'stored' as const }));
    return { status: 200, instances: outcomes, otherFailures: [] };
  }

  async #ask<T>(kind: string, about: string, answer: () => T): Promise<T> {
    await this.#fault(kind, about, false);
    return answer();
  }

  async #fault(kind: string, about: string, isStore: boolean): Promise<Fault | undefined> {
    const { seed, time, onKill, onFreeze } = this.#weather;
    const key = `${kind} ${about}`;
    const times = (this.#asked.get(key) ?? 0) + 1;
    this.#asked.set(key, times);
    time.pass(200);
    const fault = this.isFoul ? drawn(`${seed} ${key} ${times}`, isStore) : undefined;
    this.trace.update(`${key} ${times} ${fault ?? ''}\n`);
    if (fault === undefined) return undefined;
    this.faults.set(fault, (this.faults.get(fault) ?? 0) + 1);
    if (fault === 'killed') return onKill();
    if (fault === 'frozen') {
      await onFreeze();
      return undefined;
    }
    if (OF_STORES.has(fault)) return fault;
    if (fault === 'timed out') time.pass(60_000);
    throw errorOf(fault);
  }
}

/** A number from 0 to 999 out of the key decides. */
function drawn(key: string, isStore: boolean): Fault | undefined {
  let left = createHash('sha256').update(key).digest().readUInt32LE(0) % 1000;
  for (const [fault, often] of Object.entries(FAULTS) as [Fault, number][]) {
    if (OF_STORES.has(fault) && !isStore) continue;
    if (left < often) return fault;
    left -= often;
  }
  return undefined;
}

function errorOf(fault: Fault): PacsError {
  const text = `Modelled: ${fault}`;
  if (fault === 'unreachable') return new PacsError('pacs-unreachable', text, { transient: true });
  if (fault === 'server error')
    return new PacsError('pacs-server-error', text, { status: 500, transient: true });
  if (fault === 'busy')
    return new PacsError('pacs-busy', text, { status: 503, transient: true, retryAfterMs: 30_000 });
  if (fault === 'not found') return new PacsError('pacs-not-found', text, { status: 404 });
  if (fault === 'refused') return new PacsError('pacs-unauthorised', text, { status: 401 });
  return new PacsError('pacs-timed-out', text, { transient: true });
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
