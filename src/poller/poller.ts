import { setTimeout as sleep } from 'node:timers/promises';
import cron, { type ScheduledTask } from 'node-cron';
import type { StudyInstanceUID } from '../dicom/index.js';
import type { Workbench } from '../exam/index.js';
import type { Among, Claim, ExamKey } from '../ledger/index.js';
import { Breaker, type Pause, type Pauses } from './breaker.js';
import { type CycleReport, emptyCycle, joinLooks } from './cycleReport.js';
import { type ExamReport, emptyReport, workOn } from './examWork.js';
import { guardedPacs, questionsFor } from './guardedPacs.js';
import { LastingTrouble, type TroubleWords } from './lastingTrouble.js';
import { Listings } from './listings.js';
import { Lookout, type LookoutParts } from './lookout.js';
import { reasonOf } from './nextTry.js';
import type { Look, WorkSource } from './workSource.js';

export interface PollerParts extends LookoutParts {
  bench: Workbench;
  /** Unique among all processes that share the ledger. */
  workerName: string;
  /** Where exams come from besides the look-out for new ones. */
  sources?: readonly WorkSource[];
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
  readonly #breaker: Breaker;
  readonly #listings = new Listings();
  readonly #lookout: Lookout;
  readonly #sources: readonly WorkSource[];
  readonly #cycling: LastingTrouble;
  #task: ScheduledTask | undefined;
  #running: Promise<CycleReport> | undefined;
  #latest: CycleReport | undefined;

  constructor({ pacs, ...others }: PollerParts) {
    const { retry } = others.settings;
    this.#breaker = new Breaker({ questions: questionsFor(pacs), pauses: pausesOf(retry), log: others.log });
    const parts = { pacs: guardedPacs(pacs, this.#breaker), ...others };
    this.#parts = parts;
    this.#lookout = new Lookout(parts, this.#listings, this.#stopping.signal);
    this.#sources = [this.#lookout, ...(parts.sources ?? [])];
    this.#cycling = new LastingTrouble(parts.log, CYCLE);
  }

  /** Whether a cycle is under way. */
  get running(): boolean {
    return this.#running !== undefined;
  }

  /** While the archive is left alone: why, and until when. */
  get pause(): Pause | undefined {
    return this.#breaker.pause;
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
      if (this.#stopping.signal.aborted || this.pause !== undefined) return reports;
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
    const { ledger, settings } = this.#parts;
    const reports: ExamReport[] = [];
    for (const studyInstanceUID of studyInstanceUIDs) {
      const exam = this.#key(studyInstanceUID);
      await this.#lookout.observe({ studyInstanceUID, always: true });
      if (options.force) await ledger.reopen(exam);
      await ledger.retry({ studies: [studyInstanceUID] });
      const claim = await ledger.claim(exam, this.#worker(0), settings.leaseSeconds * 1000);
      reports.push(claim === undefined ? emptyReport(studyInstanceUID) : await this.#work(claim));
    }
    return reports;
  }

  async #cycle(): Promise<CycleReport> {
    const report = emptyCycle(new Date());
    try {
      if (this.#isLeftAlone(report)) return report;
      const looks: Look[] = [];
      for (const source of this.#sources) looks.push(await source.look());
      const { workable, ...seen } = joinLooks(looks);
      Object.assign(report, seen);
      if (workable && !this.#stopping.signal.aborted) await this.#workThrough(report);
      this.#isLeftAlone(report);
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
   * others are done before it gets its next. No exam is tried twice in a cycle.
   */
  async #workThrough(report: CycleReport): Promise<void> {
    const { ledger, served, settings } = this.#parts;
    const dueBy = await ledger.now();
    let left = settings.maxExamsPerCycle;
    const next = async (among: Among, lane: number): Promise<Claim | undefined> => {
      if (left === 0 || this.#stopping.signal.aborted || this.pause !== undefined) return undefined;
      left--;
      const turn = { worker: this.#worker(lane), leaseMs: settings.leaseSeconds * 1000, among, dueBy };
      const claim = await ledger.claimNext(served, turn);
      if (claim === undefined) left++;
      return claim;
    };
    const lane = async (among: Among, number: number) => {
      for (let claim = await next(among, number); claim !== undefined; claim = await next(among, number))
        report.exams.push(await this.#work(claim));
    };
    // After an outage one exam goes first.
    if (this.#breaker.isRecovering) {
      const first = await next('due', 0);
      if (first !== undefined) report.exams.push(await this.#work(first));
    }
    const lanes = Array.from({ length: settings.workers }, (_, number) => lane('due', number));
    // To the end of every lane: one that went on beside the next cycle would share its worker's name and claims.
    const ends = await Promise.allSettled(lanes);
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    await lane('left-behind', 0);
    if (left === 0) report.postponed = await ledger.countDue(served, dueBy);
  }

  /** Says in the report that the archive is left alone, and why. */
  #isLeftAlone(report: CycleReport): boolean {
    const { pause } = this;
    if (pause === undefined) return false;
    report.unsearchableSince ??= pause.since;
    if (!report.problems.some(({ code }) => code === pause.reason.code)) report.problems.push(pause.reason);
    return true;
  }

  async #work(claim: Claim): Promise<ExamReport> {
    const report = await workOn(claim, {
      ...this.#parts,
      breaker: this.#breaker,
      listings: this.#listings,
      stopping: this.#stopping.signal,
    });
    this.#parts.onExam?.(report);
    const { studyInstanceUID: study, end, times } = report;
    if (end === 'delivered' || end === 'partial' || end === 'not-processed') {
      const fields = { study, end, objects: report.objects.length, ms: Math.round(times.delivered) };
      const level = end === 'delivered' ? 'info' : 'warn';
      this.#parts.log[level]({ ...fields, ...report.reason }, 'Exam closed');
    }
    return report;
  }

  #worker(lane: number): string {
    return `${this.#parts.workerName}/${lane}`;
  }

  #key(studyInstanceUID: string): ExamKey {
    return { studyInstanceUID, ...this.#parts.served };
  }
}

/** Longer than that, a PACS that is back would be waited for without need: the question is a small one. */
const LONGEST_OUTAGE_PAUSE_SECONDS = 300;

/** Hospitals lock an account after some wrong passwords in half an hour: three with the usual settings. */
function pausesOf({ firstDelaySeconds, longestDelaySeconds }: PollerParts['settings']['retry']): Pauses {
  const longest = Math.min(longestDelaySeconds, LONGEST_OUTAGE_PAUSE_SECONDS);
  return {
    outage: { first: 1000 * Math.min(firstDelaySeconds, longest), longest: 1000 * longest },
    credentials: {
      first: 5000 * firstDelaySeconds,
      longest: Math.max(5000 * firstDelaySeconds, 4000 * longestDelaySeconds),
    },
  };
}
