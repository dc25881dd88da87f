import { isPacsErrorCode } from '../dicomweb/index.js';
import type { Among, Claim, Ledger, ServedModel } from '../ledger/index.js';
import type { Breaker, LeftAlone } from './breaker.js';
import { type CycleReport, emptyCycle, joinLooks } from './cycleReport.js';
import type { ExamReport } from './examReport.js';
import { type ExamTurn, ExamTurns } from './examTurns.js';
import { reasonOf } from './nextTry.js';
import type { PollerSettings } from './pollerSettings.js';
import { Shift } from './shift.js';
import type { Look, WorkSource } from './workSource.js';

export interface CycleParts {
  ledger: Ledger;
  served: ServedModel;
  settings: PollerSettings;
  /** Unique among all that use the ledger. */
  nameOf(worker: number): string;
  sources: readonly WorkSource[];
  /** The cycle before ended by an error: what its workers hold, they could not tell the ledger, or do not know. */
  isAfterError: boolean;
  breaker: Breaker;
  /** Sees one exam through. */
  work(claim: Claim, turn: ExamTurn): Promise<ExamReport>;
  stopping: AbortSignal;
}

/** An exam that is claimed, and its place among the others. */
interface TakenExam {
  claim: Claim;
  turn: ExamTurn;
}

/** How far a look goes; see `LookOptions`. */
export interface CycleOptions {
  whole: boolean;
}

/** Of as many exams as a cycle may take, so many may be such that a process left behind, beside those that are due. */
const FOR_LEFT_BEHIND = 0.1;

/**
 * A look at the archive, and work on all that is due, from the moment on that the archive has answered: what is listed
 * first is worked on while the rest is still being listed. While the work lasts, further looks may be taken.
 */
export class Cycle {
  readonly report: CycleReport = emptyCycle(new Date());
  readonly #parts: CycleParts;
  readonly #shift: Shift<TakenExam>;
  readonly #turns: ExamTurns;
  #left: number;
  /** Retries that are due later wait for the next cycle: no exam is tried twice in one. */
  #dueBy: Date | undefined;
  #furtherLook: Promise<void> | undefined;
  /** What a look met that was not about the archive. */
  #failure: unknown;
  #isOver = false;
  /** What an exam met; it may be over by the end of the cycle. */
  #outage: LeftAlone | undefined;

  constructor(parts: CycleParts) {
    const { settings, stopping } = parts;
    this.#parts = parts;
    this.#left = settings.maxExamsPerCycle;
    this.#turns = new ExamTurns(settings.workers, stopping);
    this.#shift = new Shift({
      // For each exam that is finished one that is begun.
      workers: this.#workers.length,
      next: (worker) => this.#takeDue(worker),
      work: (taken) => this.#work(taken),
      stopping,
    });
  }

  /** Looks again, beside the work, unless a look is under way or there is no work any more. */
  lookAgain(): void {
    if (this.#isOver || this.#shift.isLooking || this.#parts.breaker.leftAlone !== undefined) return;
    this.#furtherLook = this.#look({ whole: false });
  }

  /** @throws what the ledger meets; the report tells it, too */
  async run(options: CycleOptions): Promise<CycleReport> {
    const { ledger, served, isAfterError } = this.#parts;
    const { report } = this;
    try {
      if (isAfterError) await ledger.handBack(this.#workers);
      if (this.#isLeftAlone()) return report;
      this.#dueBy = await ledger.now();
      const [, worked] = await Promise.allSettled([this.#look(options), this.#shift.run()]);
      this.#isOver = true;
      await this.#furtherLook;
      if (worked.status === 'rejected') throw worked.reason;
      if (this.#failure !== undefined) throw this.#failure;
      const isMore = this.#left === 0;
      if (this.#shift.isOpen) await this.#workOnLeftBehind();
      if (isMore || this.#left === 0) report.postponed = await ledger.countDue(served, this.#dueBy);
      this.#isLeftAlone();
    } catch (error) {
      report.problems.push(reasonOf(error));
      throw error;
    } finally {
      this.#isOver = true;
      report.endedAt = new Date();
    }
    return report;
  }

  /** One look of every source. What it finds stands in the report, in place of what the last one found. */
  async #look({ whole }: CycleOptions): Promise<void> {
    const shift = this.#shift;
    const listening = { whole, onAnswer: () => shift.open(true), onDue: () => shift.signal() };
    await shift.during(async () => {
      try {
        const looks: Look[] = [];
        for (const source of this.#parts.sources) {
          const look = await source.look(listening);
          looks.push(look);
          // Those after it would only meet the same outage, and count it against what they look for.
          if (!look.workable) break;
        }
        const { workable, ...seen } = joinLooks(looks);
        Object.assign(this.report, seen);
        shift.open(workable);
        await this.#noteLook(seen);
      } catch (error) {
        this.#failure ??= error;
        shift.open(false);
      }
    });
  }

  /**
   * For whoever asks how it went and finds no process any more. One that was broken off tells nothing. That it cannot
   * be noted holds no exam back: whoever works meets the same ledger.
   */
  async #noteLook({ searched, problems }: Pick<Look, 'searched' | 'problems'>): Promise<void> {
    const problem = searched
      ? undefined
      : (problems.find(({ code }) => isPacsErrorCode(code)) ?? problems[0]);
    if (searched || problem !== undefined) await this.#parts.ledger.noteLook(problem).catch(() => {});
  }

  /**
   * One by one those that a process was working on when it ended. One of them may have ended it, and would take along
   * what is worked on beside it; the fewest tries come first, so that the others are done before it gets its next.
   */
  async #workOnLeftBehind(): Promise<void> {
    // However much is due in each cycle, as old exams are: what was left behind gets on, too.
    this.#left = Math.max(this.#left, Math.ceil(this.#parts.settings.maxExamsPerCycle * FOR_LEFT_BEHIND));
    for (;;) {
      const claim = await this.#take('left-behind', 0);
      if (claim === undefined) return;
      await this.#work({ claim, turn: await this.#turns.begin() });
    }
  }

  async #takeDue(worker: number): Promise<TakenExam | undefined> {
    const turn = await this.#turns.begin();
    let claim: Claim | undefined;
    try {
      // After an outage one exam goes first.
      if (!this.#parts.breaker.isRecovering || worker === 0) claim = await this.#take('due', worker);
    } finally {
      if (claim === undefined) turn.end();
    }
    return claim && { claim, turn };
  }

  get #workers(): string[] {
    const { settings, nameOf } = this.#parts;
    return Array.from({ length: 2 * settings.workers }, (_, worker) => nameOf(worker));
  }

  async #take(among: Among, worker: number): Promise<Claim | undefined> {
    const { ledger, served, settings, breaker, stopping, nameOf } = this.#parts;
    const dueBy = this.#dueBy;
    if (this.#left === 0 || stopping.aborted || breaker.leftAlone !== undefined || dueBy === undefined)
      return undefined;
    this.#left--;
    const turn = { worker: nameOf(worker), leaseMs: settings.leaseSeconds * 1000, among, dueBy };
    // Asked each time: what is ordered while a cycle lasts holds from then on.
    const pausing = await ledger.pausing();
    this.report.pausing = pausing;
    const claim = pausing === undefined ? await ledger.claimNext(served, turn) : undefined;
    if (claim === undefined) this.#left++;
    return claim;
  }

  async #work({ claim, turn }: TakenExam): Promise<void> {
    try {
      this.report.exams.push(await this.#parts.work(claim, turn));
    } finally {
      turn.end();
    }
    this.#outage ??= this.#parts.breaker.leftAlone;
  }

  /** Says in the report that the archive is left alone, or was, and why. */
  #isLeftAlone(): boolean {
    const leftAlone = this.#parts.breaker.leftAlone ?? this.#outage;
    if (leftAlone === undefined) return false;
    const { report } = this;
    report.unsearchableSince ??= leftAlone.since;
    const { reason } = leftAlone;
    if (!report.problems.some(({ code }) => code === reason.code)) report.problems.push(reason);
    return true;
  }
}
