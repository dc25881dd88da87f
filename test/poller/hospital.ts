import { join } from 'node:path';
import { startArchive } from '../../src/demo/index.js';
import { asUid, dicomDate, readPart10, transferSyntax } from '../../src/dicom/index.js';
import { DicomWeb, type DicomWebOptions, type InstanceRecord } from '../../src/dicomweb/index.js';
import { OUTPUTS, type Workbench } from '../../src/exam/index.js';
import { type Clock, type Ledger, type ObjectToKeep, openLedger } from '../../src/ledger/index.js';
import type { MadeInstance } from '../../src/phantom/index.js';
import {
  type Log,
  type LookoutParts,
  Poller,
  type PollerParts,
  type PollerSettings,
} from '../../src/poller/index.js';
import { type Orthanc, type OrthancOptions, startOrthanc } from '../pacs/orthanc.js';
import { scratchFolder } from '../scratch.js';

/** An archive for tests of the whole way, with a side door for what comes from modalities. */
export interface TestArchive {
  name: string;
  access: DicomWebOptions;
  add(...files: { bytes: Uint8Array }[]): Promise<void>;
  /** Forgets everything. */
  clear(): Promise<void>;
  stop(): Promise<void>;
}

export async function realArchive(options: OrthancOptions = {}): Promise<TestArchive> {
  const orthanc = await startOrthanc(options);
  return {
    name: 'Orthanc',
    access: orthanc.access,
    add: async (...files) => {
      for (const { bytes } of files) await rest(orthanc, '/instances', 'POST', bytes);
    },
    clear: async () => {
      const patients = (await (await rest(orthanc, '/patients', 'GET')).json()) as string[];
      for (const patient of patients) await rest(orthanc, `/patients/${patient}`, 'DELETE');
    },
    stop: () => orthanc.stop(),
  };
}

/** Orthanc's own interface. */
async function rest(orthanc: Orthanc, path: string, method: string, body?: Uint8Array): Promise<Response> {
  const { restUrl, username, password } = orthanc;
  const response = await fetch(`${restUrl}${path}`, {
    method,
    headers: { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` },
    ...(body === undefined ? {} : { body: Buffer.from(body) }),
  });
  if (!response.ok) throw new Error(`Orthanc: ${method} ${path} gave ${response.status}`);
  return response;
}

export async function demoArchive(): Promise<TestArchive> {
  let archive = await startArchive();
  return {
    name: "the demo's archive",
    get access() {
      return { url: archive.url };
    },
    add: async (...files) => {
      for (const { bytes } of files) archive.add(bytes);
    },
    clear: async () => {
      await archive.close();
      archive = await startArchive();
    },
    stop: () => archive.close(),
  };
}

export const studyOf = (instances: readonly MadeInstance[]) => instances[0]!.studyInstanceUID;

/** DA of so many days ago, negative for days to come; by the calendar, as some days have 23 or 25 hours. */
export function daysAgo(days: number): string {
  const now = new Date();
  return dicomDate(new Date(now.getFullYear(), now.getMonth(), now.getDate() - days, 12));
}

export const SETTINGS: PollerSettings = {
  lookbackDays: 1,
  settleSeconds: 3600,
  views: ['LCC', 'RCC', 'LMLO', 'RMLO'],
  maxExamsPerCycle: 50,
  retry: { attempts: 3, firstDelaySeconds: 0.02, longestDelaySeconds: 0.05 },
  workers: 1,
  leaseSeconds: 60,
};

/** What a station's ledger calls its work. */
export const ALGORITHM = { modelName: 'small', modelVersion: '1.0.0', settingsDigest: 'test' };

export interface StationOptions {
  bench: Workbench;
  settings?: Partial<PollerSettings>;
  /** The ledger's file; a new one unless said. */
  file?: string;
  /** Another ledger than a file. */
  url?: string;
  version?: string;
  /** Of its model. */
  model?: string;
  /** The ledger's, where it is not the machine's. */
  clock?: Clock;
  /** Hears of everything that is logged. */
  log?: Log;
  /** Where exams come from besides the look-out. */
  sources?: PollerParts['sources'];
}

/** One Mamori at work: a poller on an archive, with a ledger of its own unless it is given one. */
export class Station {
  readonly pacs: DicomWeb;
  readonly poller: Poller;
  /** What was kept for delivery, by SOP Instance UID. */
  readonly kept = new Map<string, Uint8Array>();

  private constructor(
    access: DicomWebOptions,
    readonly ledger: Ledger,
    readonly file: string,
    options: StationOptions,
  ) {
    this.pacs = new DicomWeb({ retries: 0, ...access });
    const parts: LookoutParts = {
      pacs: this.pacs,
      ledger: this.#watched(ledger),
      settings: { ...SETTINGS, ...options.settings },
      served: {
        ...ALGORITHM,
        ...(options.version && { modelVersion: options.version }),
        ...(options.model && { modelName: options.model }),
      },
      log: options.log ?? SILENT,
    };
    this.poller = new Poller({
      ...parts,
      bench: options.bench,
      workerName: `station ${process.pid}/${++stations}`,
      sources: options.sources,
    });
  }

  static async open(access: DicomWebOptions, options: StationOptions): Promise<Station> {
    const file = options.file ?? join(scratch(), 'ledger.db');
    return new Station(
      access,
      await openLedger(options.url ?? `sqlite:${file}`, options.clock),
      file,
      options,
    );
  }

  /** Keeps a copy of what is handed to the ledger; everything else is the ledger itself. */
  #watched(ledger: Ledger): Ledger {
    const { kept } = this;
    return new Proxy(ledger, {
      get(target, property) {
        const value: unknown = Reflect.get(target, property);
        if (typeof value !== 'function') return value;
        if (property !== 'keepObjects') return value.bind(target);
        return (claim: unknown, objects: ObjectToKeep[], ...rest: unknown[]) => {
          for (const { sopInstanceUID, bytes } of objects) kept.set(sopInstanceUID, bytes.slice());
          return value.call(target, claim, objects, ...rest);
        };
      },
    });
  }

  async close(): Promise<void> {
    await this.poller.stop();
    await this.pacs.close();
    await this.ledger.disconnect();
  }
}

let stations = 0;

export const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {} };

export const scratch = () => scratchFolder('poller');

/** DA of today, so that made exams are found among the latest. */
export const today = () => daysAgo(0);

/** Kinds of one class are told apart by where their series numbers begin. */
const KINDS = Object.entries(OUTPUTS).sort(([, a], [, b]) => b.seriesNumber - a.seriesNumber);
const CLASSES: ReadonlySet<string> = new Set(KINDS.map(([, { sopClassUID }]) => sopClassUID));

/** What of ours stands in a study, with its bytes as the archive has them. */
export async function resultsIn(
  pacs: DicomWeb,
  studyInstanceUID: string,
): Promise<(InstanceRecord & { kind: string; bytes: Uint8Array })[]> {
  const instances = await pacs.instances(asUid(studyInstanceUID));
  const results: (InstanceRecord & { kind: string; bytes: Uint8Array })[] = [];
  for (const instance of instances) {
    if (!CLASSES.has(instance.sopClassUID ?? '')) continue;
    const { seriesInstanceUID, sopInstanceUID } = instance;
    const bytes = await pacs.retrieveInstance(asUid(studyInstanceUID), seriesInstanceUID, sopInstanceUID);
    const { dataset, transferSyntaxUID } = readPart10(bytes);
    const seriesNumber = dataset.number('SeriesNumber') ?? 0;
    const [kind] =
      KINDS.find(([, row]) => row.sopClassUID === instance.sopClassUID && row.seriesNumber <= seriesNumber) ??
      [];
    if (kind === undefined) continue;
    const { ExplicitVRLittleEndian, RLELossless } = transferSyntax;
    // An archive that does not show a compressed picture has it uncompressed.
    const syntaxes: string[] = [ExplicitVRLittleEndian, ...(dataset.has('PixelData') ? [RLELossless] : [])];
    if (!syntaxes.includes(transferSyntaxUID)) throw new Error(`${kind} in ${transferSyntaxUID}`);
    results.push({ ...instance, kind, bytes });
  }
  return results.sort((a, b) => (a.kind < b.kind ? -1 : 1));
}

export const kindsOf = (results: { kind: string }[]) => results.map(({ kind }) => kind).sort();
