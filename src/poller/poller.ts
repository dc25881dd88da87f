import { setTimeout as sleep } from 'node:timers/promises';
import cron, { type ScheduledTask } from 'node-cron';
import type { StudyInstanceUID } from '../dicom/index.js';
import type { DicomWeb } from '../dicomweb/index.js';
import type { Workbench } from '../exam/index.js';
import type { Claim, ExamKey, ExamRecord } from '../ledger/index.js';
import { Breaker, type LeftAlone } from './breaker.js';
import { watchClock } from './clockWatch.js';
import { Cycle, type CycleOptions } from './cycle.js';
import type { CycleReport } from './cycleReport.js';
import type { DeliveryWatch } from './delivery.js';
import { type ExamReport, emptyReport, isClosedBy } from './examReport.js';
import { type ExamTurn, ExamTurns } from './examTurns.js';
import { type ExamMaking, workOn } from './examWork.js';
import { guardedPacs, questionsFor } from './guardedPacs.js';
import { LastingTrouble, type TroubleWords } from './lastingTrouble.js';
import { Listings } from './listings.js';
import { Lookout, type LookoutParts } from './lookout.js';
import { reasonOf } from './nextTry.js';
import { heldExams, othersLeaveWork, othersOnTheirWay } from './otherWorkers.js';
import { pausesOf } from './pauses.js';
import { PausingNews } from './pausingNews.js';
import type { WorkSource } from './workSource.js';

/** What another source of exams works with; its `pacs` is not asked while the archive is left alone. */
export interface SourceParts extends LookoutParts {
  /** Whether an error is the archive's, and says nothing about what was asked for. */
  isOutage(error: unknown): Promise<boolean>;
}

export interface PollerParts extends LookoutParts {
  bench: Workbench;
  /** What makes results of images: the exam room's, unless said. */
  making?: ExamMaking;
  /** Unique among all processes that share the ledger. */
  workerName: string;
  /** Where exams come from besides the look-out for new ones. */
  sources?: ((parts: SourceParts) => readonly WorkSource[]) | undefined;
  /** Told of each try at an exam, once it has ended. */
  onExam?: ((report: ExamReport) => void) | undefined;
  /** Told of each object on its way to the archive. */
  onDelivery?: DeliveryWatch | undefined;
}

const CYCLE: TroubleWords = {
  level: 'error',
  begins: 'The cycle ended early',
  lasts: 'Cycles still end early',
  ends: 'Cycles come to their end again',
};

/** How long `untilDone` waits for exams that another process works on, unless it is told otherwise. */
const PATIENCE_MS = 600_000;

/** Finds new exams and sees each through to its end. */
export class Poller {
  /** The archive for whoever else asks it: left alone by them while it is left alone by the work. */
  readonly pacs: DicomWeb;
  readonly #parts: PollerParts;
  readonly #stopping = new AbortController();
  readonly #breaker: Breaker;
  readonly #listings = new Listings();
  readonly #lookout: Lookout;
  readonly #sources: readonly WorkSource[];
  readonly #cycling: LastingTrouble;
  readonly #pausing: PausingNews;
  #task: ScheduledTask | undefined;
  #clockWatch: ReturnType<typeof watchClock> | undefined;
  #running: Promise<CycleReport> | undefined;
  #underWay: Cycle | undefined;
  #latest: CycleReport | undefined;
  #lastSign = new Date();
  #lastStep = new Date();
  #inHand = 0;
  #endedEarly = false;

  constructor({ pacs, ...others }: PollerParts) {
    const { retry } = others.settings;
    this.#breaker = new Breaker({ questions: questionsFor(pacs), pauses: pausesOf(retry), log: others.log });
    const parts = { pacs: guardedPacs(pacs, this.#breaker), ...others };
    this.#parts = parts;
    this.pacs = guardedPacs(pacs, this.#breaker, 'besides');
    this.#lookout = new Lookout(parts, this.#listings, this.#stopping.signal);
    const isOutage = (error: unknown) => this.#breaker.isOutage(error);
    this.#sources = [this.#lookout, ...(parts.sources?.({ ...parts, pacs: this.pacs, isOutage }) ?? [])];
    this.#cycling = new LastingTrouble(parts.log, CYCLE);
    this.#pausing = new PausingNews(parts.log);
  }

  /** Whether a cycle is under way. */
  get running(): boolean {
    return this.#running !== undefined;
  }

  /** While the archive is left alone: why, and until when. */
  get leftAlone(): LeftAlone | undefined {
    return this.#breaker.leftAlone;
  }

  /** The last cycle that came to an end, well or not. */
  get latest(): CycleReport | undefined {
    return this.#latest;
  }

  /** When something last got on: a look, or an exam. */
  get lastSign(): Date {
    return new Date(Math.max(this.#lookout.lastSign.getTime(), this.#lastSign.getTime()));
  }

  /** When an exam last got on, while one is in hand: of several at once, any. Looks beside the work do not count. */
  get lastStep(): Date | undefined {
    return this.#inHand > 0 ? this.#lastStep : undefined;
  }

  /**
   * Runs a cycle on every beat of the schedule (node-cron, seconds first), the first at once. A beat during a cycle
   * looks for new exams beside the work, so that the next to be worked on is the newest; a beat during a look is left
   * out, so that a slow archive is not asked faster than it answers.
   */
  start(schedule: string, onCycle: (report: CycleReport) => void = () => {}): void {
    const beat = () => {
      if (this.#stopping.signal.aborted) return;
      if (this.#running !== undefined) return this.#underWay?.lookAgain();
      this.cycle({ whole: false }).then(
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
    const arrange = () => {
      this.#task = cron.schedule(schedule, beat, { noOverlap: false });
      // Left alone it writes a line for each beat that it missed: thousands, where a clock is set forward by hours.
      this.#task.on('execution:missed', () => {});
    };
    this.#clockWatch = watchClock(() => {
      this.#parts.log.warn({}, 'The clock was set: the schedule begins again');
      void this.#task?.destroy();
      arrange();
      beat();
    });
    arrange();
    beat();
  }

  /** Ends the schedule and waits for the work under way, which is finished or handed back. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#clockWatch?.stop();
    await this.#task?.destroy();
    await this.#running?.catch(() => {});
  }

  /**
   * One poll, and work until every complete exam is done.
   *
   * @param options.whole false for what the schedule does: of what is known already, only a stretch is looked at
   */
  async cycle(options: CycleOptions = { whole: true }): Promise<CycleReport> {
    this.#running ??= this.#cycle(options).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #cycle(options: CycleOptions): Promise<CycleReport> {
    const { ledger, served, settings } = this.#parts;
    const cycle = new Cycle({
      ledger,
      served,
      settings,
      nameOf: (worker) => this.#worker(worker),
      sources: this.#sources,
      isAfterError: this.#endedEarly,
      breaker: this.#breaker,
      work: (claim, turn) => this.#work(claim, turn),
      stopping: this.#stopping.signal,
    });
    this.#underWay = cycle;
    this.#endedEarly = true;
    try {
      const report = await cycle.run(options);
      this.#endedEarly = false;
      return report;
    } finally {
      this.#underWay = undefined;
      this.#latest = cycle.report;
      this.#pausing.tell(cycle.report.pausing);
      this.#lastSign = new Date();
    }
  }

  /**
   * Cycles until no exam is arriving any more, and waits for those that another process works on: what `once` does.
   *
   * @param patienceMs how long it waits for another process's work to come to an end
   */
  async untilDone(onCycle: (report: CycleReport) => void, patienceMs = PATIENCE_MS): Promise<CycleReport[]> {
    const { ledger, served, log } = this.#parts;
    const others = { ledger, served, log, until: performance.now() + patienceMs };
    const reports: CycleReport[] = [];
    for (;;) {
      const report = await this.cycle();
      reports.push(report);
      onCycle(report);
      if (this.#stopping.signal.aborted || this.leftAlone !== undefined || report.pausing !== undefined)
        return reports;
      if (report.postponed > 0) continue;
      const next = report.nextCompleteAt;
      if (next === undefined) {
        if (await othersLeaveWork(others, this.#stopping.signal)) continue;
        return reports;
      }
      // By the ledger's clock, which may be another machine's.
      const inMs = next.getTime() - (await ledger.now()).getTime();
      await sleep(Math.max(100, inMs), undefined, { signal: this.#stopping.signal }).catch(() => {});
    }
  }

  /** Exams that are in another process's hands now; this one holds none between its cycles. */
  heldByOthers(): Promise<ExamRecord[]> {
    return heldExams(this.#parts);
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
    const { ledger, served, settings } = this.#parts;
    const reports: ExamReport[] = [];
    for (const studyInstanceUID of studyInstanceUIDs) {
      const alone = new ExamTurns(1, this.#stopping.signal);
      const exam = this.#key(studyInstanceUID);
      await this.#lookout.observe({ studyInstanceUID, always: true });
      if (options.force) await ledger.reopen(exam);
      await ledger.retry({ studies: [studyInstanceUID], served });
      const work = async (key: ExamKey) => {
        const claim = await ledger.claim(key, this.#worker(0), settings.leaseSeconds * 1000);
        return claim && (await this.#work(claim, await alone.begin()));
      };
      // What another version made of the study, and could not deliver yet, comes first.
      const keys = [...(await othersOnTheirWay(exam, ledger)), exam];
      let report: ExamReport | undefined;
      for (const key of keys) {
        report = await work(key);
        if (report === undefined || !isClosedBy(report)) break;
      }
      reports.push(report ?? emptyReport(studyInstanceUID));
    }
    return reports;
  }

  async #work(claim: Claim, turn: ExamTurn): Promise<ExamReport> {
    const onStep = () => {
      this.#lastStep = new Date();
    };
    onStep();
    this.#inHand++;
    const report = await workOn(claim, {
      ...this.#parts,
      onStep,
      turn,
      breaker: this.#breaker,
      listings: this.#listings,
      stopping: this.#stopping.signal,
    }).finally(() => {
      this.#inHand--;
    });
    this.#lastSign = new Date();
    onStep();
    this.#parts.onExam?.(report);
    const { studyInstanceUID: study, end, delivered: objects, times } = report;
    if (isClosedBy(report)) {
      const fields = { study, end, objects, ms: Math.round(times.delivered) };
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
