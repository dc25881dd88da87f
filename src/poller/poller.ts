import { setTimeout as sleep } from 'node:timers/promises';
import cron, { type ScheduledTask } from 'node-cron';
import { asUid, type StudyInstanceUID } from '../dicom/index.js';
import type { Workbench } from '../exam/index.js';
import type { ExamKey, ExamRecord } from '../ledger/index.js';
import { reasonOf } from './backoff.js';
import { type CycleReport, emptyCycle } from './cycleReport.js';
import { type ExamReport, workOn } from './examWork.js';
import { LastingTrouble, type TroubleWords } from './lastingTrouble.js';
import { Lookout, type LookoutParts } from './lookout.js';

export interface PollerParts extends LookoutParts {
  bench: Workbench;
  /** Unique among all processes that share the ledger. */
  workerName: string;
  /** Told of each try at an exam, once it has ended. */
  onExam?: ((report: ExamReport) => void) | undefined;
}

const CYCLE: TroubleWords = {
  level: 'error',
  begins: 'The cycle ended early',
  lasts: 'Cycles still end early',
  ends: 'Cycles come to their end again',
};

/** Finds new exams and sees each through to its end. */
export class Poller {
  readonly #parts: PollerParts;
  readonly #stopping = new AbortController();
  readonly #lookout: Lookout;
  readonly #cycling: LastingTrouble;
  #task: ScheduledTask | undefined;
  #running: Promise<CycleReport> | undefined;
  #latest: CycleReport | undefined;

  constructor(parts: PollerParts) {
    this.#parts = parts;
    this.#lookout = new Lookout(parts, this.#stopping.signal);
    this.#cycling = new LastingTrouble(parts.log, CYCLE);
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
      this.cycle().then(
        (report) => {
          this.#cycling.over(report.endedAt);
          onCycle(report);
        },
        (error: unknown) => {
          this.#cycling.met(reasonOf(error), new Date());
          this.#parts.log.debug({ err: error }, 'The error in full');
        },
      );
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
  async process(
    studyInstanceUIDs: StudyInstanceUID[],
    options: { force?: boolean } = {},
  ): Promise<ExamReport[]> {
    const { ledger } = this.#parts;
    const reports: ExamReport[] = [];
    for (const studyInstanceUID of studyInstanceUIDs) {
      const exam = this.#key(studyInstanceUID);
      await this.#lookout.observe(studyInstanceUID, { always: true });
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
      const due = await this.#lookout.look(report);
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
   * As many at a time as there are workers; then, one by one, those that a process was working on when it ended. One of
   * them may have ended it, and would take along what is worked on beside it; the fewest tries come first, so that the
   * others are done before it gets its next.
   */
  async #workThrough(due: ExamRecord[], report: CycleReport): Promise<void> {
    const suspects = due.filter(isLeftBehind).sort((a, b) => a.attempts - b.attempts);
    const others = due.filter((exam) => !isLeftBehind(exam));
    await this.#workInLanes(others, this.#parts.settings.workers, report);
    await this.#workInLanes(suspects, 1, report);
  }

  async #workInLanes(due: ExamRecord[], workers: number, report: CycleReport): Promise<void> {
    const waiting = [...due];
    const lane = async (number: number) => {
      for (let exam = waiting.shift(); exam !== undefined; exam = waiting.shift()) {
        if (this.#stopping.signal.aborted) return;
        // What has come while others were worked on belongs to the exam, and to what its claim is about.
        if (exam.state === 'waiting' && report.exams.length > 0) {
          await this.#lookout.observe(asUid(exam.studyInstanceUID), { always: true }).catch(() => {});
        }
        report.exams.push(await this.#work(exam, number));
      }
    };
    const lanes = Math.min(workers, due.length);
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
    this.#parts.onExam?.(report);
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

/** Due while it stands as claimed: its worker's lease ran out. */
function isLeftBehind({ state }: ExamRecord): boolean {
  return state === 'claimed' || state === 'delivering';
}
