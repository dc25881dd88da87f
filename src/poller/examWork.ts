import { asUid, type StudyInstanceUID } from '../dicom/index.js';
import type { DicomWeb, InstanceRecord } from '../dicomweb/index.js';
import { declineExam, type ExamOutcome, processExam, type Workbench } from '../exam/index.js';
import {
  type Claim,
  editionOf,
  type Ledger,
  LedgerError,
  lacksViewsSince,
  type Outcome,
  type Reason,
  renewalMs,
  saysMore,
  whichTry,
} from '../ledger/index.js';
import type { Breaker } from './breaker.js';
import { type DeliveryWatch, deliver, isDamaged } from './delivery.js';
import { processEnded } from './errors.js';
import { type ExamReport, emptyReport } from './examReport.js';
import type { ExamTurn } from './examTurns.js';
import type { Listings } from './listings.js';
import type { Log } from './log.js';
import { examInstances, fingerprintOf } from './mammograms.js';
import { nextTry, reasonOf } from './nextTry.js';
import { outcomeToKeep } from './outcomeToKeep.js';
import type { PollerSettings } from './pollerSettings.js';
import { predecessorsOf } from './predecessors.js';
import { fetchable } from './retrieval.js';
import { timedPacs } from './timedPacs.js';

/** What makes an exam's results of its images. */
export interface ExamMaking {
  process: typeof processExam;
  decline: typeof declineExam;
}

/** What it takes to work on an exam. */
export interface ExamParts {
  /** The exam room's, unless said. */
  making?: ExamMaking | undefined;
  pacs: DicomWeb;
  ledger: Ledger;
  bench: Workbench;
  settings: PollerSettings;
  log: Log;
  breaker: Breaker;
  /** When it may go on, beside the others. */
  turn: ExamTurn;
  /** What the look-out has just listed. */
  listings: Listings;
  onDelivery?: DeliveryWatch | undefined;
  /** Told whenever a step of the work has come to its end: an image is there, objects are made, kept or sent. */
  onStep: () => void;
  /** Fires when the service is asked to stop: work is handed back instead of being tried to its end. */
  stopping: AbortSignal;
}

/**
 * One try at one exam that is claimed: analyse, keep the objects, deliver them, close. Every step stands in the ledger
 * before the next begins, so that a crash anywhere is taken up where it happened and nothing is made twice.
 *
 * Does not throw for what is wrong with the exam, the archive or the engine: that goes into the ledger.
 */
export async function workOn(claim: Claim, parts: ExamParts): Promise<ExamReport> {
  const { ledger, settings, log } = parts;
  const studyInstanceUID = asUid<StudyInstanceUID>(claim.exam.studyInstanceUID);
  const report = emptyReport(studyInstanceUID);
  const { pacs, times } = timedPacs(parts.pacs, parts.onStep);
  const heartbeat = setInterval(() => {
    ledger.renew(claim, settings.leaseSeconds * 1000).catch((error: unknown) => {
      log.warn({ study: studyInstanceUID, ...reasonOf(error) }, 'The claim could not be renewed');
    });
  }, renewalMs(settings.leaseSeconds));
  try {
    await tryExam(claim, { ...parts, pacs }, report);
    parts.breaker.proved();
  } catch (error) {
    await settle(error, claim, parts, report);
  } finally {
    clearInterval(heartbeat);
    Object.assign(report.times, times);
  }
  return report;
}

async function tryExam(claim: Claim, parts: ExamParts, report: ExamReport): Promise<void> {
  const { ledger, pacs, turn } = parts;
  const start = performance.now();
  const elapsed = () => performance.now() - start - turn.waitedMs;
  let made: ExamOutcome['objects'] = [];
  if (!claim.objectsKept) {
    const { outcome, place } = await analyse(claim, parts, report);
    parts.onStep();
    report.times.analysed = elapsed();
    if (!(await keep(claim, { outcome, place }, parts, report))) return;
    made = outcome.objects;
  }
  report.times.kept = elapsed();
  report.kept = true;
  parts.onStep();
  await turn.prepared();
  await deliver({ claim, pacs, ledger, made, watch: parts.onDelivery });
  report.times.delivered = elapsed();
  report.end = await ledger.close(claim);
  // What cannot be told of it now is no reason to try an exam again that is closed.
  const closed = await ledger.find(claim.exam).catch(() => undefined);
  report.shortAnswer = closed?.shortAnswer;
  report.delivered = closed?.objects.kept ?? report.objects.length;
  if (report.end === 'partial') report.reason ??= reasonIn(closed);
}

/** What came of an exam, and the place that its results have among all about the study, as they say themselves. */
interface Analysed {
  outcome: ExamOutcome;
  place: Outcome['place'];
}

async function analyse(claim: Claim, parts: ExamParts, report: ExamReport): Promise<Analysed> {
  const studyInstanceUID = asUid<StudyInstanceUID>(claim.exam.studyInstanceUID);
  const { breaker, turn } = parts;
  const { process, decline } = parts.making ?? { process: processExam, decline: declineExam };
  const tried = whichTry(claim.attempt, parts.settings.retry.attempts);
  if (tried === 'over') throw processEnded(studyInstanceUID, claim.attempt - 1);
  const listed = await listing(claim, parts);
  await turn.sized(listed.length);
  const instances = fetchable(studyInstanceUID, listed, parts.pacs, {
    lastTry: tried !== 'usual',
    isOutage: (error, peers, own) => breaker.isOutage(error, peers, own),
    onBytes: (bytes) => {
      report.retrievedBytes += bytes;
    },
  });
  const predecessors = await predecessorsOf(claim.exam, parts.ledger);
  const edition = editionOf(claim.exam, claim.revision, await parts.ledger.list({ studyInstanceUID }));
  const place = { edition, replaces: predecessors.map(({ sopInstanceUID }) => sopInstanceUID) };
  const { revision } = claim;
  const prepared = () => turn.prepared();
  const context = { createdAt: new Date(), predecessors, revision, edition, prepared };
  if (tried === 'lost') {
    const why = reasonOf(processEnded(studyInstanceUID, claim.attempt - 1));
    parts.log.error({ study: studyInstanceUID, ...why }, 'The exam is not tried again');
    return { place, outcome: await decline(instances, parts.bench, context, why) };
  }
  try {
    return { place, outcome: await process(instances, parts.bench, context) };
  } catch (error) {
    if (tried === 'usual' || parts.stopping.aborted || (await breaker.isOutage(error))) throw error;
    // No further try will follow: say so in the study rather than nowhere.
    const { code, reason } = reasonOf(error);
    parts.log.error({ study: studyInstanceUID, code, reason }, 'The exam could not be analysed');
    return { place, outcome: await decline(instances, parts.bench, context, { code, reason }) };
  }
}

/** The exam's instances. What has come since it was looked at belongs to it, and to what its claim is about. */
async function listing(claim: Claim, { pacs, ledger, listings }: ExamParts): Promise<InstanceRecord[]> {
  const studyInstanceUID = asUid<StudyInstanceUID>(claim.exam.studyInstanceUID);
  const fresh = listings.take(studyInstanceUID);
  if (fresh !== undefined && fingerprintOf(fresh) === claim.fingerprint) return fresh;
  const found = await examInstances(await pacs.instances(studyInstanceUID), ledger);
  await ledger.claimedWith(claim, fingerprintOf(found));
  return found;
}

/** What an earlier try found that had made the objects. */
function reasonIn({ code, reason }: Partial<Reason> = {}): Reason | undefined {
  return code === undefined || reason === undefined ? undefined : { code, reason };
}

/** An exam was closed and taken up again, and says what it said before. */
const NOTHING_NEW: Reason = {
  code: 'nothing-new',
  reason: 'The results in the PACS rest on the same images; nothing is written a second time.',
};

/** False where there is nothing to deliver: the exam is closed then, with its reason in the ledger alone. */
async function keep(
  claim: Claim,
  { outcome, place }: Analysed,
  parts: ExamParts,
  report: ExamReport,
): Promise<boolean> {
  const { ledger, log } = parts;
  const { objects, previews: _, ...analysis } = outcome;
  const study = claim.exam.studyInstanceUID;
  const said = outcomeToKeep(outcome, parts.settings.keepsAnswers);
  report.outcome = analysis;
  if (said.kind !== 'processed') report.reason = { code: said.code, reason: said.reason };
  if (claim.answer !== undefined && !saysMore(claim.answer, said)) {
    const why = report.reason ?? NOTHING_NEW;
    // Silence about views that came since must not read as an answer about them.
    const as = lacksViewsSince(claim.answer, said) ? 'partial' : undefined;
    report.end = await ledger.withdraw(claim, why, as);
    log[report.reason ? 'warn' : 'info']({ study, end: report.end, ...why }, 'Nothing is written');
    return false;
  }
  report.objects = objects.map(({ kind, name, sopInstanceUID, bytes: { byteLength: bytes } }) => {
    return { kind, name, sopInstanceUID, bytes };
  });
  if (outcome.status !== 'not-processed') {
    for (const { sopInstanceUID, completeness } of outcome.completeness)
      log.debug({ study, sopInstanceUID, ...completeness }, 'How far the heat map accounts for the answer');
  }
  if (objects.length > 0) {
    await ledger.keepObjects(claim, objects, { ...said, place });
    return true;
  }
  await ledger.giveUp(claim, report.reason ?? NOTHING_NEW);
  report.end = 'not-processed';
  return false;
}

/** Ends the claim after an error: for another try, for good, or not at all where it is another worker's now. */
async function settle(error: unknown, claim: Claim, parts: ExamParts, report: ExamReport): Promise<void> {
  const { ledger, breaker, settings, log, stopping } = parts;
  const study = claim.exam.studyInstanceUID;
  log.debug({ study, err: error }, 'The error in full');
  try {
    if (isClaimLost(error)) throw error;
    if (stopping.aborted) {
      await ledger.release(claim);
      report.end = 'released';
      return;
    }
    const reason = reasonOf(error);
    report.reason = reason;
    if (isDamaged(error)) {
      const inMs = 1000 * settings.retry.firstDelaySeconds;
      report.retryAt = await ledger.makeAgain(claim, reason, inMs);
      report.end = 'failed';
      log.error({ study, ...reason, retryAt: report.retryAt }, 'The results are made once more');
      return;
    }
    const pausedMs = (await breaker.isOutage(error)) ? breaker.pauseMs : undefined;
    const work = { undelivered: report.kept, pausedMs };
    const next = nextTry(error, claim.attempt, settings.retry, work);
    if (next.again) {
      report.retryAt = await ledger.fail(claim, reason, next.inMs, next);
      report.end = 'failed';
      log.warn(
        { study, ...reason, attempt: claim.attempt, counts: next.counts, retryAt: report.retryAt },
        'The exam is tried again later',
      );
    } else {
      await ledger.giveUp(claim, reason);
      report.end = 'not-processed';
      log.error({ study, ...reason, attempts: claim.attempt }, 'The exam is given up');
    }
  } catch (failure) {
    if (!isClaimLost(failure)) {
      log.error({ study, ...reasonOf(failure) }, 'The ledger could not be told what became of the exam');
      throw failure;
    }
    report.end = 'taken';
    log.warn({ study, code: 'ledger-claim-lost' }, 'Another worker has taken over this exam');
  }
}

function isClaimLost(error: unknown): boolean {
  return error instanceof LedgerError && error.code === 'ledger-claim-lost';
}
