import { patientAndStudyFromJson, transferSyntax } from '../dicom/index.js';
import { type DicomWeb, type InstanceRecord, PacsError } from '../dicomweb/index.js';
import {
  declineExam,
  type ExamInstance,
  type ExamOutcome,
  InstanceUnavailable,
  processExam,
  type Workbench,
} from '../exam/index.js';
import { type Claim, type ExamKey, type Ledger, LedgerError, type Reason } from '../ledger/index.js';
import { deliver } from './delivery.js';
import type { Log } from './log.js';
import { examInstances } from './mammograms.js';
import { reasonOf, verdict } from './retry.js';
import type { PollerSettings } from './settings.js';

/** An exam's outcome without its pictures and files. */
export type Analysis = DistributiveOmit<ExamOutcome, 'objects' | 'previews'>;

type DistributiveOmit<T, K extends string> = T extends unknown ? Omit<T, K> : never;

/** What became of one exam in one try. */
export interface ExamReport {
  studyInstanceUID: string;
  /** `failed` is tried again at `retryAt`; `taken` is in another worker's hands. */
  end: 'delivered' | 'not-processed' | 'failed' | 'released' | 'taken';
  reason: Reason | undefined;
  retryAt: Date | undefined;
  /** The analysis, unless the objects were kept by an earlier try. */
  outcome: Analysis | undefined;
  objects: { kind: string; sopInstanceUID: string; bytes: number }[];
  /** Milliseconds of wall clock since the claim. */
  times: { analysed: number; kept: number; delivered: number };
  retrievedBytes: number;
}

/** What it takes to work on an exam. */
export interface ExamParts {
  pacs: DicomWeb;
  ledger: Ledger;
  bench: Workbench;
  settings: PollerSettings;
  log: Log;
  /** Fires when the service is asked to stop: work is handed back instead of being tried to its end. */
  stopping: AbortSignal;
}

/**
 * One try at one exam: claim, analyse, keep the objects, deliver them, close. Every step stands in the ledger
 * before the next begins, so that a crash anywhere is taken up where it happened and nothing is made twice.
 *
 * Does not throw for what is wrong with the exam, the archive or the engine: that goes into the ledger.
 */
export async function workOn(exam: ExamKey, worker: string, parts: ExamParts): Promise<ExamReport> {
  const { ledger, settings, log } = parts;
  const leaseEnd = () => new Date(Date.now() + settings.leaseSeconds * 1000);
  const claim = await ledger.claim(exam, worker, leaseEnd(), new Date());
  const report = emptyReport(exam.studyInstanceUID);
  if (claim === undefined) return report;

  const heartbeat = setInterval(
    () => {
      ledger.renew(claim, leaseEnd()).catch((error: unknown) => {
        log.warn({ study: exam.studyInstanceUID, ...reasonOf(error) }, 'The claim could not be renewed');
      });
    },
    (settings.leaseSeconds * 1000) / 3,
  );
  try {
    await tryExam(claim, parts, report);
  } catch (error) {
    await settle(error, claim, parts, report);
  } finally {
    clearInterval(heartbeat);
  }
  return report;
}

function emptyReport(studyInstanceUID: string): ExamReport {
  return {
    studyInstanceUID,
    end: 'taken',
    reason: undefined,
    retryAt: undefined,
    outcome: undefined,
    objects: [],
    times: { analysed: 0, kept: 0, delivered: 0 },
    retrievedBytes: 0,
  };
}

async function tryExam(claim: Claim, parts: ExamParts, report: ExamReport): Promise<void> {
  const { ledger, pacs } = parts;
  const start = performance.now();
  if (!claim.objectsKept) {
    const outcome = await analyse(claim, parts, report);
    report.times.analysed = performance.now() - start;
    await keep(claim, outcome, parts, report);
  }
  report.times.kept = performance.now() - start;
  await deliver(claim, pacs, ledger);
  report.times.delivered = performance.now() - start;
  report.end = await ledger.close(claim, new Date());
}

async function analyse(claim: Claim, parts: ExamParts, report: ExamReport): Promise<ExamOutcome> {
  const { studyInstanceUID } = claim.exam;
  const instances = await fetchable(studyInstanceUID, parts, (bytes) => {
    report.retrievedBytes += bytes;
  });
  const predecessors = await parts.ledger.predecessors(claim.exam);
  const context = { createdAt: new Date(), predecessors, revision: claim.revision };
  try {
    return await processExam(instances, parts.bench, context);
  } catch (error) {
    const last = claim.attempt >= parts.settings.retry.attempts;
    if (!last || parts.stopping.aborted) throw error;
    // No further try will follow: say so in the study rather than nowhere.
    const { code, reason } = reasonOf(error);
    parts.log.error({ study: studyInstanceUID, code, reason }, 'The exam could not be analysed');
    return await declineExam(instances, parts.bench, context, { code, reason });
  }
}

/** The study's instances as an exam takes them in. `onBytes` hears of every instance that was fetched. */
export async function fetchable(
  studyInstanceUID: string,
  { pacs, ledger }: Pick<ExamParts, 'pacs' | 'ledger'>,
  onBytes: (bytes: number) => void,
): Promise<ExamInstance[]> {
  const found = await examInstances(await pacs.instances(studyInstanceUID), ledger);
  return found.map((instance) => ({
    studyInstanceUID,
    seriesInstanceUID: instance.seriesInstanceUID,
    sopInstanceUID: instance.sopInstanceUID,
    sopClassUID: instance.sopClassUID ?? '',
    fetch: async (as) => {
      const bytes = await retrieve(instance, as, pacs);
      onBytes(bytes.byteLength);
      return bytes;
    },
    patientAndStudy: async () => {
      const { seriesInstanceUID, sopInstanceUID } = instance;
      return patientAndStudyFromJson(
        await ofOneInstance(() => pacs.instanceMetadata(studyInstanceUID, seriesInstanceUID, sopInstanceUID)),
      );
    },
  }));
}

/** One instance that the archive lists and cannot give must not hold up the others: the report says so. */
const ABOUT_ONE_INSTANCE = new Set<string>([
  'pacs-not-found',
  'pacs-refused',
  'pacs-answer-too-large',
  'pacs-answer-malformed',
]);

async function retrieve(
  { studyInstanceUID, seriesInstanceUID, sopInstanceUID }: InstanceRecord,
  as: 'stored' | 'explicit-little-endian',
  pacs: DicomWeb,
): Promise<Uint8Array> {
  const syntax = as === 'stored' ? 'stored' : transferSyntax.ExplicitVRLittleEndian;
  return ofOneInstance(() =>
    pacs.retrieveInstance(studyInstanceUID, seriesInstanceUID, sopInstanceUID, { transferSyntax: syntax }),
  );
}

async function ofOneInstance<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof PacsError && ABOUT_ONE_INSTANCE.has(error.code)) {
      const status = error.status === undefined ? '' : ` (HTTP status ${error.status})`;
      throw new InstanceUnavailable(error.code, `The PACS lists this image and did not give it${status}.`, {
        cause: error,
      });
    }
    throw error;
  }
}

async function keep(claim: Claim, outcome: ExamOutcome, parts: ExamParts, report: ExamReport): Promise<void> {
  const { objects, previews: _, ...rest } = outcome;
  report.outcome = rest;
  report.objects = objects.map(({ kind, sopInstanceUID, bytes }) => ({
    kind,
    sopInstanceUID,
    bytes: bytes.byteLength,
  }));
  const result =
    outcome.status === 'not-processed'
      ? { kind: 'not-processed' as const, code: outcome.code, reason: outcome.reason }
      : { kind: 'processed' as const };
  if (result.kind === 'not-processed') report.reason = { code: result.code, reason: result.reason };
  await parts.ledger.keepObjects(claim, objects, result, new Date());
}

async function settle(error: unknown, claim: Claim, parts: ExamParts, report: ExamReport): Promise<void> {
  const { ledger, settings, log, stopping } = parts;
  const study = claim.exam.studyInstanceUID;
  const now = new Date();
  if (error instanceof LedgerError && error.code === 'ledger-claim-lost') {
    log.warn({ study, code: error.code }, 'Another worker has taken over this exam');
    return;
  }
  if (stopping.aborted) {
    report.end = 'released';
    await ledger.release(claim, now);
    return;
  }
  const reason = reasonOf(error);
  const next = verdict(error, claim.attempt, settings.retry, now);
  log.debug({ study, err: error }, 'The error in full');
  report.reason = reason;
  if (next.again) {
    report.end = 'failed';
    report.retryAt = next.at;
    log.warn({ study, ...reason, attempt: claim.attempt, retryAt: next.at }, 'The exam is tried again later');
    await ledger.fail(claim, reason, next.at, now);
  } else {
    report.end = 'not-processed';
    log.error({ study, ...reason, attempts: claim.attempt }, 'The exam is given up');
    await ledger.giveUp(claim, reason, now);
  }
}
