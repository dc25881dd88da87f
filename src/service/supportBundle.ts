import { availableParallelism, release, totalmem } from 'node:os';
import { installedVersion, type Settings } from '../config/index.js';
import { readPart10, type StudyInstanceUID } from '../dicom/index.js';
import { MamoriError } from '../errors.js';
import { type ExamRecord, type LedgerReader, openExistingLedgerToRead } from '../ledger/index.js';
import { loadBundle } from '../model/index.js';
import {
  type BundlePart,
  linesAbout,
  Pseudonyms,
  plainExam,
  plainHeader,
  plainSettings,
} from '../support/index.js';
import { blackener } from './blackener.js';
import { examine } from './doctor/index.js';
import { openPacs } from './service.js';

export interface SupportRequest {
  settings: Settings;
  /** The file that they came from: the doctor reads it for itself. */
  file: string;
  study: StudyInstanceUID;
  /** Lines of the service's log; undefined where none was given. */
  log: AsyncIterable<string> | undefined;
  headers: boolean;
}

const AROUND_MS = 600_000;
/** More images say no more. */
const MOST_HEADERS = 24;

/** What goes into a bundle, before it is made. */
export function supportContents({ log, headers }: Pick<SupportRequest, 'log' | 'headers'>): BundlePart[] {
  return [
    { name: 'README.txt', text: 'what is in the bundle, and what is not' },
    { name: 'versions.json', text: 'versions, machine, model' },
    {
      name: 'settings.json',
      text: 'settings by key; secrets, accounts, addresses of people and patterns not shown',
    },
    { name: 'doctor.json', text: 'what mamori doctor finds now' },
    { name: 'ledger.json', text: "the exam's states, tries, reasons and objects" },
    {
      name: 'log.txt',
      text:
        log === undefined
          ? 'nothing: no log was named (--log)'
          : 'log lines about the exam, and those about none in its time; no debug lines, no errors in full',
    },
    ...(headers
      ? [
          {
            name: 'headers.json',
            text: "of each image, pixel format, view and machine; no other attribute, nothing of the patient's",
          },
        ]
      : []),
  ];
}

/**
 * Everything about one exam that may leave the hospital.
 *
 * @returns `isKnown`: whether the ledger knows an exam of that study
 * @throws LedgerError where there is no ledger, or none that can be read
 */
export async function supportBundle(
  request: SupportRequest,
): Promise<{ parts: BundlePart[]; isKnown: boolean }> {
  const { settings, file, study, log } = request;
  const blackOut = blackener(settings);
  const ledger = await openExistingLedgerToRead(settings.ledger);
  const told = await ledgerPart(ledger, study).finally(() => ledger.disconnect());
  const own = new Set([study, ...told.made]);
  const uids = new Pseudonyms(own);
  const lines = log === undefined ? [] : await linesAbout(log, { ...told.around, uids: own });
  // UIDs first: a gap in one of them would leave the rest of it as it is.
  const clean = (text: string) => blackOut(uids.in(text));
  const part = (name: string, content: unknown): BundlePart => ({
    name,
    text: `${JSON.stringify(content, null, 2)}\n`,
  });
  // Versions and headers hold nothing of the settings, and headers other UIDs already.
  const parts = [
    { name: 'README.txt', text: readme(request) },
    part('versions.json', await versions(settings)),
    part('settings.json', valuesBy(clean, plainSettings(settings))),
    part('doctor.json', valuesBy(clean, await examine(file, { write: false }))),
    part('ledger.json', valuesBy(clean, told.exams)),
    { name: 'log.txt', text: lines.map((line) => `${clean(line)}\n`).join('') },
    ...(request.headers ? [part('headers.json', await headers(settings, study, uids))] : []),
  ];
  return { parts, isKnown: told.exams.length > 0 };
}

/** Every text in the content made clean. Keys are ours. */
function valuesBy(clean: (text: string) => string, content: unknown): unknown {
  if (typeof content === 'string') return clean(content);
  if (Array.isArray(content)) return content.map((one) => valuesBy(clean, one));
  if (typeof content !== 'object' || content === null || content instanceof Date) return content;
  return Object.fromEntries(Object.entries(content).map(([key, value]) => [key, valuesBy(clean, value)]));
}

function readme(request: SupportRequest): string {
  const contents = supportContents(request).map(({ name, text }) => `${name.padEnd(14)} ${text}`);
  return [
    `A support bundle of Mamori ${installedVersion()} about one exam.`,
    contents.join('\n'),
    'UIDs of studies, series and instances are replaced by others, the same in all files of this bundle. Their ' +
      'key is kept nowhere. UIDs of the DICOM standard are as they were.',
    'It holds names of hosts and folders, and the times at which Mamori had to do with the exam: in the hospital ' +
      'these may tell which exam it was. It holds no pixel, no attribute of a patient, no study date, no password, ' +
      "and no hash of the images' UIDs.",
  ].join('\n\n');
}

async function versions({ model }: Settings) {
  const bundle = await loadBundle(model.bundle).catch((error: unknown) => {
    if (error instanceof MamoriError)
      return { name: undefined, version: undefined, digest: undefined, code: error.code };
    throw error;
  });
  return {
    mamori: installedVersion(),
    node: process.version,
    system: `${process.platform} ${process.arch} ${release()}`,
    cores: availableParallelism(),
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    model: {
      name: bundle.name,
      version: bundle.version,
      digest: bundle.digest,
      ...('code' in bundle && { problem: bundle.code }),
    },
    engine: { asked: model.engine, device: model.device },
  };
}

/** Without names of workers, which are those of machines, or who gave an order. */
async function ledgerPart(ledger: LedgerReader, study: StudyInstanceUID) {
  const records = await ledger.list({ studyInstanceUID: study });
  const workers = new Map<string, string>();
  const workerOf = (name: string | undefined) => {
    if (name === undefined) return undefined;
    if (!workers.has(name)) workers.set(name, `worker ${workers.size + 1}`);
    return workers.get(name);
  };
  const exams = [];
  const made: string[] = [];
  for (const record of records) {
    const [history, objects] = await Promise.all([ledger.history(record), ledger.made(record)]);
    made.push(...objects.flatMap((object) => [object.sopInstanceUID, object.seriesInstanceUID]));
    exams.push(
      plainExam({
        record: { ...record, worker: workerOf(record.worker) },
        history: history.map((event) => ({ ...event, worker: workerOf(event.worker) })),
        objects,
      }),
    );
  }
  const images = records.flatMap((record) => record.images ?? []).map(({ sopInstanceUID }) => sopInstanceUID);
  return { exams, made: [...made, ...images], around: aroundOf(records) };
}

function aroundOf(records: readonly ExamRecord[]): { from: Date; to: Date } {
  const times = records.flatMap(({ firstSeen, updatedAt }) => [firstSeen.getTime(), updatedAt.getTime()]);
  if (times.length === 0) return { from: new Date(0), to: new Date(0) };
  return { from: new Date(Math.min(...times) - AROUND_MS), to: new Date(Math.max(...times) + AROUND_MS) };
}

/** What cannot be fetched or read is named by its code. */
async function headers(settings: Settings, study: StudyInstanceUID, uids: Pseudonyms) {
  const pacs = openPacs(settings);
  const problem = (error: unknown) => {
    if (error instanceof MamoriError) return { problem: error.code };
    throw error;
  };
  try {
    const listed = await pacs.instances(study);
    const found = [];
    for (const { seriesInstanceUID, sopInstanceUID } of listed.slice(0, MOST_HEADERS))
      found.push(
        await pacs
          .retrieveInstance(study, seriesInstanceUID, sopInstanceUID)
          .then((bytes) => plainHeader(readPart10(bytes), uids))
          .catch((error: unknown) => ({ sopInstanceUID: uids.of(sopInstanceUID), ...problem(error) })),
      );
    return { instances: listed.length, headers: found };
  } catch (error) {
    return problem(error);
  } finally {
    await pacs.close();
  }
}
