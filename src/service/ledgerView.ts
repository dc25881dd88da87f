import type { DayStretch, RecentExams } from '../admin/index.js';
import { MamoriError } from '../errors.js';
import type {
  Backlog,
  ExamRecord,
  ExamState,
  Ledger,
  Pausing,
  ReasonCount,
  ServedModel,
} from '../ledger/index.js';
import { dayFigures } from './dayFigures.js';
import { inTime } from './inTime.js';
import { recentExams } from './recentExams.js';

const EXAMS_SHOWN = 50;

/** Whoever looks at a page waits no longer for the ledger: a server that is away is waited for a minute. */
const DEADLINE_MS = 1500;
/** Several who look at the same time get the same. */
const FRESH_MS = 2000;
/** The day changes slowly, and costs the most. */
const DAY_FRESH_MS = 10_000;

/** What the ledger tells of all exams, at one moment. */
export interface Reading {
  counts: Record<ExamState, number>;
  exams: ExamRecord[];
  queue: number;
  backlog: Backlog;
  reasons: ReasonCount[];
  pausing: Pausing | undefined;
  recent: RecentExams;
  day: DayStretch[];
}

/** The latest reading, and why there is none of now. */
export interface View {
  reading: Reading | undefined;
  toldAt: Date | undefined;
  trouble: { code: string; reason: string; since: Date } | undefined;
}

/**
 * Looks at the ledger for people and supervisors, who have to be answered while it is away: what it told last, and that
 * it does not answer. It is asked one thing at a time, so that workers find a connection, and never twice at once.
 */
export class LedgerView {
  readonly #ledger: Ledger;
  readonly #served: ServedModel;
  readonly #deadlineMs: number;
  #reading: Reading | undefined;
  #toldAt: Date | undefined;
  /** Steady clock, as all that says how old something is here: the other may be set. */
  #freshUntil = Number.NEGATIVE_INFINITY;
  #dayAt = Number.NEGATIVE_INFINITY;
  /** How often somebody has changed what the ledger tells, and how often before the latest reading that ended. */
  #changes = 0;
  #changesRead = 0;
  #pending: Promise<void> | undefined;
  #trouble: View['trouble'];

  constructor(ledger: Ledger, served: ServedModel, deadlineMs = DEADLINE_MS) {
    this.#ledger = ledger;
    this.#served = served;
    this.#deadlineMs = deadlineMs;
  }

  /** Answers within the deadline, whatever the ledger does. */
  async look(): Promise<View> {
    const isOutdated = this.#changesRead < this.#changes || performance.now() > this.#freshUntil;
    if (this.#trouble !== undefined || isOutdated) {
      const asked = new Date();
      await inTime(this.#readAgain(), this.#deadlineMs, () => new Error('too late')).catch(() => {
        this.#trouble ??= { code: 'ledger-slow', reason: 'The ledger does not answer.', since: asked };
      });
    }
    return { reading: this.#reading, toldAt: this.#toldAt, trouble: this.#trouble };
  }

  /** What was read is out of date: somebody has just changed it. */
  forget(): void {
    this.#changes++;
  }

  /** One reading for all who wait; what was begun before the latest change does not tell of it. */
  async #readAgain(): Promise<void> {
    do {
      this.#pending ??= this.#read().finally(() => {
        this.#pending = undefined;
      });
      await this.#pending;
    } while (this.#changesRead < this.#changes);
  }

  /** Never rejects. */
  async #read(): Promise<void> {
    const [ledger, served] = [this.#ledger, this.#served];
    const began = new Date();
    const changes = this.#changes;
    try {
      const counts = await ledger.counts();
      const exams = await ledger.list({ limit: EXAMS_SHOWN });
      const queue = await ledger.countDue(served);
      const backlog = await ledger.backlog(served);
      const reasons = await ledger.reasons();
      const pausing = await ledger.pausing();
      const isOld = performance.now() - this.#dayAt > DAY_FRESH_MS;
      const day = isOld ? await dayFigures(ledger, began) : this.#reading!.day;
      if (isOld) this.#dayAt = performance.now();
      const recent = recentExams(exams, began);
      this.#reading = { counts, exams, queue, backlog, reasons, pausing, recent, day };
      this.#toldAt = new Date();
      this.#freshUntil = performance.now() + FRESH_MS;
      this.#trouble = undefined;
    } catch (error) {
      const code = error instanceof MamoriError ? error.code : 'ledger-failed';
      const reason = error instanceof MamoriError ? error.message : 'The ledger cannot be read; see the log.';
      this.#trouble = { code, reason, since: this.#trouble?.since ?? began };
    }
    this.#changesRead = changes;
  }
}
