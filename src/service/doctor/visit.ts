import type { Settings } from '../../config/index.js';
import { type DicomInstance, dicomDate, readPart10 } from '../../dicom/index.js';
import {
  DicomWeb,
  type DicomWebOptions,
  type InstanceRecord,
  PacsError,
  PacsProbe,
  type StudyRecord,
} from '../../dicomweb/index.js';
import type { MamoriError } from '../../errors.js';
import { pacsOptions } from '../pacsOptions.js';
import type { HeldPictures } from './testObjects.js';

/** Studies with mammograms, as far back as it took to find any. */
export interface RecentStudies {
  lookbackDays: number;
  /** The newest first. */
  studies: StudyRecord[];
  /** The PACS could not be brought to list them all. */
  incomplete: boolean;
}

/** One study as the PACS lists it. */
export interface SampleStudy {
  study: StudyRecord;
  instances: InstanceRecord[];
  /** The image that the checks look at; undefined where the study holds no mammogram by its modality. */
  image: InstanceRecord | undefined;
}

/** One image as the PACS gives it. */
export interface SampleFile {
  listed: InstanceRecord;
  instance: DicomInstance;
  bytes: number;
  milliseconds: number;
}

/** Nobody waits longer than this for one answer of a doctor's visit. */
const PATIENCE_MS = 30_000;
/** Where the days of the settings hold no mammogram. */
const FURTHER_BACK_DAYS = [30, 365];
const MOST_STUDIES = 500;
const DAY_MS = 86_400_000;

/** What the checks look at: opened or fetched when the first of them asks, and once. */
export class Visit {
  readonly settings: Settings;
  readonly write: boolean;
  /** What storing has found out about pictures before they were removed again, or what kept it from that. */
  pictures: HeldPictures | MamoriError | undefined;
  readonly notify: boolean;
  /** What looking at the disk has found out: nothing can be written where the ledger lies, or soon. */
  isDiskUnfit = false;
  /** What looking at the audit trail has found out: what is stored could not be noted. */
  isTrailUnfit = false;
  readonly #known = new Map<string, Promise<unknown>>();
  readonly #open: { close(): Promise<void> }[] = [];

  constructor(settings: Settings, { write, notify }: { write: boolean; notify: boolean }) {
    this.settings = settings;
    this.write = write;
    this.notify = notify;
  }

  /** @throws PacsError `pacs-settings` */
  async pacs(): Promise<DicomWeb> {
    return this.#once('pacs', async () => this.#keep(new DicomWeb(this.#options())));
  }

  /** @throws PacsError `pacs-settings` */
  async probe(): Promise<PacsProbe> {
    return this.#once('probe', async () => this.#keep(new PacsProbe(this.#options())));
  }

  /** @throws PacsError */
  recent(): Promise<RecentStudies> {
    return this.#once('recent', async () => {
      const own = this.settings.poll.lookbackDays;
      const further = FURTHER_BACK_DAYS.filter((days) => days > own);
      let found = await this.#studiesOf(own);
      for (const days of further) if (found.studies.length === 0) found = await this.#studiesOf(days);
      return found;
    });
  }

  /** The newest study that holds a mammogram, or the newest; undefined where there is none. @throws PacsError */
  sample(): Promise<SampleStudy | undefined> {
    return this.#once('sample', async () => {
      const { studies } = await this.recent();
      const pacs = await this.pacs();
      let first: SampleStudy | undefined;
      for (const study of studies.slice(0, 5)) {
        const instances = await pacs.instances(study.studyInstanceUID);
        const image = instances.find(({ modality, sopClassUID }) => isMammogram(modality, sopClassUID));
        first ??= { study, instances, image };
        if (image !== undefined) return { study, instances, image };
      }
      return first;
    });
  }

  /** @throws PacsError, DicomReadError */
  file(listed: InstanceRecord): Promise<SampleFile> {
    return this.#once('file', async () => {
      const pacs = await this.pacs();
      const { studyInstanceUID, seriesInstanceUID, sopInstanceUID } = listed;
      const start = performance.now();
      const bytes = await pacs.retrieveInstance(studyInstanceUID, seriesInstanceUID, sopInstanceUID);
      const milliseconds = performance.now() - start;
      return { listed, instance: readPart10(bytes), bytes: bytes.length, milliseconds };
    });
  }

  async close(): Promise<void> {
    for (const part of this.#open.reverse()) await part.close();
  }

  /** Repeats would only make the same answer come later. */
  #options(): DicomWebOptions {
    const options = pacsOptions(this.settings);
    const { headersMs = PATIENCE_MS } = options.timeouts ?? {};
    const timeouts = { ...options.timeouts, headersMs: Math.min(headersMs, PATIENCE_MS) };
    return { ...options, timeouts, retries: 0 };
  }

  async #studiesOf(lookbackDays: number): Promise<RecentStudies> {
    const now = Date.now();
    const range = {
      from: dicomDate(new Date(now - lookbackDays * DAY_MS)),
      to: dicomDate(new Date(now + DAY_MS)),
    };
    const studies: StudyRecord[] = [];
    let incomplete = false;
    try {
      for await (const study of (await this.pacs()).studies({ ...range, modality: 'MG' })) {
        studies.push(study);
        if (studies.length === MOST_STUDIES) break;
      }
    } catch (error) {
      if (!(error instanceof PacsError) || error.code !== 'pacs-listing-incomplete') throw error;
      incomplete = true;
    }
    studies.sort((a, b) => ((a.studyDate ?? '') < (b.studyDate ?? '') ? 1 : -1));
    return { lookbackDays, studies, incomplete };
  }

  #keep<T extends { close(): Promise<void> }>(part: T): T {
    this.#open.push(part);
    return part;
  }

  #once<T>(name: string, find: () => Promise<T>): Promise<T> {
    let known = this.#known.get(name) as Promise<T> | undefined;
    if (known === undefined) {
      known = find();
      this.#known.set(name, known);
    }
    return known;
  }
}

/** By what a listing tells; Mamori's own results are no image of the exam. */
function isMammogram(modality: string | undefined, sopClassUID: string | undefined): boolean {
  return modality === 'MG' && !/\.1\.1\.(7|7\.\d|11\.\d+|88\.\d+)$/.test(sopClassUID ?? '');
}
