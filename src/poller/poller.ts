import { setTimeout as sleep } from 'node:timers/promises';
import cron, { type ScheduledTask } from 'node-cron';
import { dicomDate } from '../dicom/index.js';
import { type DicomWeb, type InstanceRecord, PacsError, type StudyRecord } from '../dicomweb/index.js';
import type { Workbench } from '../exam/index.js';
import { type Algorithm, type ExamKey, type ExamRecord, type Ledger, LedgerError } from '../ledger/index.js';
import { completeness } from './completeness.js';
import { type CycleReport, emptyCycle } from './cycleReport.js';
import { type ExamReport, workOn } from './examWork.js';
import type { Log } from './log.js';
import { examInstances, fingerprintOf, seenInstances } from './mammograms.js';
import { reasonOf } from './retry.js';
import type { PollerSettings } from './settings.js';

export interface PollerParts {
  pacs: DicomWeb;
  ledger: Ledger;
  bench: Workbench;
  settings: PollerSettings;
  /** Names this kind of work in the ledger: model, version and the settings that change results. */
  algorithm: Algorithm;
  /** Unique among all processes that share the ledger. */
  workerName: string;
  log: Log;
}

/**
 * A study with as many instances as before is not asked for them again for so long; longer than that would miss an
 * image that was replaced by another.
 */
const SETTLED_MS = 600_000;

/** Finds new exams and sees each through to its end. */
export class Poller {
  readonly #parts: PollerParts;
  readonly #stopping = new AbortController();
  /** Studies whose last look left nothing to do. */
  readonly #settled = new Map<string, { instances: number; until: number }>();
  #task: ScheduledTask | undefined;
  #running: Promise<CycleReport> | undefined;
  #latest: CycleReport | undefined;

  constructor(parts: PollerParts) {
    this.#parts = parts;
  }

  /** Whether a cycle is under way. */
  get running(): boolean {
    return this.#running !== undefined;
  }

  /** The last cycle that came to an end, well or not. */
  get latest(): CycleReport | undefined {
    return this.#latest;
  }

  /**
   * Runs a cycle on every beat of the schedule (node-cron, seconds first), the first at once. A beat during a
   * cycle is left out: exams are not worked on twice, and a slow archive is not asked faster than it answers.
   */
  start(schedule: string, onCycle: (report: CycleReport) => void = () => {}): void {
    const beat = () => {
      if (this.#running !== undefined || this.#stopping.signal.aborted) return;
      this.cycle().then(onCycle, (error: unknown) => {
        this.#parts.log.error(reasonOf(error), 'The cycle ended early');
        this.#parts.log.debug({ err: error }, 'The error in full');
      });
    };
    this.#task = cron.schedule(schedule, beat, { noOverlap: false });
    beat();
  }

  /** Ends the schedule and waits for the work under way, which is finished or handed back. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#task?.destroy();
    await this.#running?.catch(() => {});
  }

  /** One poll, and work until every complete exam is done. */
  async cycle(): Promise<CycleReport> {
    this.#running ??= this.#cycle().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Cycles until no exam is arriving any more: what `once` does. */
  async untilDone(onCycle: (report: CycleReport) => void): Promise<CycleReport[]> {
    const reports: CycleReport[] = [];
    for (;;) {
      const report = await this.cycle();
      reports.push(report);
      onCycle(report);
      if (this.#stopping.signal.aborted) return reports;
      if (report.postponed > 0) continue;
      const next = report.nextCompleteAt;
      if (next === undefined) return reports;
      await sleep(Math.max(100, next.getTime() - Date.now()), undefined, {
        signal: this.#stopping.signal,
      }).catch(() => {});
    }
  }

  /**
   * These studies now, complete or not.
   *
   * @param options.force also takes up exams that are closed
   */
  async process(studyInstanceUIDs: string[], options: { force?: boolean } = {}): Promise<ExamReport[]> {
    const { ledger } = this.#parts;
    const reports: ExamReport[] = [];
    for (const studyInstanceUID of studyInstanceUIDs) {
      const exam = this.#key(studyInstanceUID);
      await this.#observe(studyInstanceUID, { always: true });
      if (options.force) await ledger.reopen(exam, new Date());
      await ledger.retry([studyInstanceUID], new Date());
      reports.push(await this.#work(exam, 0));
    }
    return reports;
  }

  async #cycle(): Promise<CycleReport> {
    const report = emptyCycle(new Date());
    const { ledger, algorithm, settings } = this.#parts;
    try {
      // Not at the start alone: another process may have left unfinished exams of an earlier version since.
      await ledger.adopt(algorithm, report.startedAt);
      const due = await this.#look(report);
      report.postponed = Math.max(0, due.length - settings.maxExamsPerCycle);
      await this.#workThrough(due.slice(0, settings.maxExamsPerCycle), report);
    } catch (error) {
      report.problems.push(reasonOf(error));
      throw error;
    } finally {
      report.endedAt = new Date();
      this.#latest = report;
    }
    return report;
  }

  /**
   * Notes what the archive holds now; answers the exams that can be worked on, oldest first. None where the archive
   * cannot be searched: it could not be worked with either, and an outage must not use up the exams' tries.
   */
  async #look(report: CycleReport): Promise<ExamRecord[]> {
    const { pacs, ledger, settings, algorithm, log } = this.#parts;
    const now = new Date();
    const complete = new Map<string, boolean>();
    const listed = new Set<string>();
    const look = async (
      studyInstanceUID: string,
      seen: { instances?: number | undefined; waits?: boolean },
    ) => {
      try {
        complete.set(studyInstanceUID, await this.#isComplete(studyInstanceUID, seen, report));
      } catch (error) {
        // Not about this study, and it would be so for every other.
        if (error instanceof LedgerError) throw error;
        const reason = reasonOf(error);
        log.warn({ study: studyInstanceUID, ...reason }, 'The study could not be looked at');
        report.problems.push(reason);
        complete.set(studyInstanceUID, false);
      }
    };

    try {
      const from = new Date(now.getTime() - settings.lookbackDays * 86_400_000);
      // A study of tomorrow in a clock that is ahead, or in a time zone that is, is a study of today.
      const to = new Date(now.getTime() + 86_400_000);
      for await (const study of pacs.studies({ from: dicomDate(from), to: dicomDate(to), modality: 'MG' })) {
        if (this.#stopping.signal.aborted) return [];
        report.studies++;
        listed.add(study.studyInstanceUID);
        if (!this.#isSettled(study)) {
          await look(study.studyInstanceUID, { instances: study.numberOfInstances });
        }
      }
      report.searched = true;
    } catch (error) {
      if (error instanceof LedgerError) throw error;
      const reason = reasonOf(error);
      log.error(reason, 'The PACS could not be searched');
      log.debug({ err: error }, 'The error in full');
      report.problems.push(reason);
      // All that can be had has been given then.
      if (!(error instanceof PacsError) || error.code !== 'pacs-listing-incomplete') return [];
    }
    if (this.#latest?.searched === false && report.searched) log.info({}, 'The PACS can be searched again');
    for (const study of this.#settled.keys()) if (!listed.has(study)) this.#settled.delete(study);

    const due: ExamRecord[] = [];
    for (const record of await ledger.unfinished(algorithm, now)) {
      const { studyInstanceUID } = record;
      // An exam that waits and was not among the studies found: older than the days looked at, say.
      if (record.state === 'waiting' && !complete.has(studyInstanceUID)) {
        await look(studyInstanceUID, { waits: true });
      }
      if (record.state !== 'waiting' || complete.get(studyInstanceUID)) due.push(record);
    }
    return due;
  }

  #isSettled(study: StudyRecord): boolean {
    const before = this.#settled.get(study.studyInstanceUID);
    return before !== undefined && before.instances === study.numberOfInstances && Date.now() < before.until;
  }

  #settle(studyInstanceUID: string, instances: number): void {
    // Not all at the same time, or all would be looked at anew in the same cycle.
    const until = Date.now() + SETTLED_MS * (1 + Math.random());
    this.#settled.set(studyInstanceUID, { instances, until });
  }

  async #isComplete(
    studyInstanceUID: string,
    { instances, waits = false }: { instances?: number | undefined; waits?: boolean },
    report: CycleReport,
  ): Promise<boolean> {
    const { settings, pacs } = this.#parts;
    // An exam that waits although its images are gone from the archive is to be closed and not to wait for ever.
    const observed = await this.#observe(studyInstanceUID, { always: waits });
    if (observed === undefined || observed.record.state !== 'waiting') {
      const closed = observed === undefined || observed.record.closedAt !== undefined;
      if (closed && instances !== undefined) this.#settle(studyInstanceUID, instances);
      return false;
    }
    this.#settled.delete(studyInstanceUID);
    const { instances: found, record } = observed;
    const now = new Date();
    if (completeness([], record.lastChange, now, settings).complete) return true;
    const views = await seenInstances(found, settings.views.length, () => pacs.metadata(studyInstanceUID));
    const answer = completeness(views, record.lastChange, now, settings);
    if (answer.complete) return true;
    report.arriving++;
    if (report.nextCompleteAt === undefined || answer.until < report.nextCompleteAt) {
      report.nextCompleteAt = answer.until;
    }
    return false;
  }

  /** Undefined where the study holds nothing that an exam is made of. */
  async #observe(
    studyInstanceUID: string,
    options: { always?: boolean } = {},
  ): Promise<{ record: ExamRecord; instances: InstanceRecord[] } | undefined> {
    const { pacs, ledger } = this.#parts;
    const instances = await examInstances(await pacs.instances(studyInstanceUID), ledger);
    if (instances.length === 0 && !options.always) return undefined;
    const { record } = await ledger.observe(
      this.#key(studyInstanceUID),
      fingerprintOf(instances),
      new Date(),
    );
    return { record, instances };
  }

  async #workThrough(due: ExamRecord[], report: CycleReport): Promise<void> {
    const waiting = [...due];
    const lane = async (number: number) => {
      for (let exam = waiting.shift(); exam !== undefined; exam = waiting.shift()) {
        if (this.#stopping.signal.aborted) return;
        // What has come while others were worked on belongs to the exam, and to what its claim is about.
        if (exam.state === 'waiting' && report.exams.length > 0) {
          await this.#observe(exam.studyInstanceUID, { always: true }).catch(() => {});
        }
        report.exams.push(await this.#work(exam, number));
      }
    };
    const lanes = Math.min(this.#parts.settings.workers, Math.max(1, due.length));
    // To the end of every lane: one that went on beside the next cycle would share its worker's name and claims.
    const ends = await Promise.allSettled(Array.from({ length: lanes }, (_, number) => lane(number)));
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  async #work(exam: ExamKey, lane: number): Promise<ExamReport> {
    const { workerName, log } = this.#parts;
    const report = await workOn(exam, `${workerName}/${lane}`, {
      ...this.#parts,
      stopping: this.#stopping.signal,
    });
    const { studyInstanceUID: study, end, times } = report;
    if (end === 'delivered' || end === 'not-processed') {
      const fields = { study, end, objects: report.objects.length, ms: Math.round(times.delivered) };
      log.info({ ...fields, ...report.reason }, 'Exam closed');
    }
    return report;
  }

  #key(studyInstanceUID: string): ExamKey {
    return { studyInstanceUID, ...this.#parts.algorithm };
  }
}
