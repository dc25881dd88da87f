import type { Ledger, ServedModel } from '../src/ledger/index.js';
import {
  Backfill,
  type DateRange,
  type HoursOfDay,
  OpenHours,
  planReprocess,
  Reprocess,
  type SourceParts,
  type WorkSource,
} from '../src/poller/index.js';
import type { Uniform } from '../src/random.js';
import type { VirtualTime } from './virtualTime.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** So much later than the hours end an exam may be taken up that was begun with before: its archive is slow. */
const HOURS_GRACE_MS = 10 * MINUTE_MS;

/** A source of old exams that comes to its end. */
export interface OldExams extends WorkSource {
  readonly isOver: boolean;
  /** What could not be looked at, however often, and was left out: whoever gave the order gives it again. */
  readonly leftOut: number;
}

/** What somebody has a command do, which is given again until it came to its end. */
export interface Order {
  /** After the beginning. */
  atMs: number;
  /** Undefined where nothing is left to do. @throws LedgerError */
  plan(ledger: Ledger): Promise<((parts: SourceParts, stopping: AbortSignal) => OldExams) | undefined>;
}

export interface OrdersParts {
  time: VirtualTime;
  random: Uniform;
  served: ServedModel;
  /** Of the exams that were there before, by study. */
  dates: ReadonlyMap<string, string>;
  /** Kinds of report that are switched on. */
  reports: readonly string[];
  /** A process may stand still between two steps, or the clock be set: its hours say nothing then. */
  isClockSound: boolean;
  /** Single questions fail: then a study may be left out. */
  hasFaults: boolean;
}

/** Orders about old exams, and what is promised of them: rate, hours, order, and counts that add up. */
export class SimulatedOrders {
  readonly broken = new Set<string>();
  readonly #parts: OrdersParts;
  readonly #pace: { perHour: number; hours: readonly HoursOfDay[] };

  constructor(parts: OrdersParts) {
    const { random, time } = parts;
    this.#parts = parts;
    const closed = time.wall + random() * 4 * HOUR_MS;
    const opens = closed + (0.5 + random()) * HOUR_MS;
    this.#pace = {
      perHour: 3 + Math.floor(random() * 8),
      hours: random() < 0.5 ? [] : [{ from: minuteOf(opens), to: minuteOf(closed) }],
    };
  }

  backfill(atMs: number, range: DateRange): Order {
    const { dates } = this.#parts;
    const open = (parts: SourceParts, stopping: AbortSignal) => {
      const run = this.#run('backfill');
      const source = new Backfill({ ...run.noted(parts), ...this.#pace, range }, stopping);
      return run.watched(source, () => {
        const { days, daysDone, taken, known, passedOver, empty, troubled, troubledDays } = source.progress;
        if (troubledDays.length > 0) return troubled.length + troubledDays.length;
        const counted = taken + known + passedOver + empty + troubled.length;
        const listed = [...dates.values()].filter((day) => day >= range.from && day <= range.to).length;
        if (daysDone !== days || counted !== listed)
          run.say(`counts ${counted} studies of ${listed}, and ${daysDone} days of ${days}`);
        return troubled.length;
      });
    };
    return { atMs, plan: async () => open };
  }

  reprocess(atMs: number, range: DateRange): Order {
    const { served, reports } = this.#parts;
    const plan: Order['plan'] = async (ledger) => {
      const { studies } = await planReprocess({ range }, { ledger, served, reports, kinds: reports });
      if (studies.length === 0) return undefined;
      return (parts, stopping) => {
        const run = this.#run('reprocess');
        const source = new Reprocess({ ...run.noted(parts), ...this.#pace, studies, reports }, stopping);
        return run.watched(source, () => {
          const { exams, taken, alone, passedOver, gone, troubled } = source.progress;
          const counted = taken + alone + passedOver + gone + troubled.length;
          if (counted !== exams) run.say(`counts ${counted} exams of ${exams}`);
          return troubled.length;
        });
      };
    };
    return { atMs, plan };
  }

  /** One run of a command, from its start to its end, whatever ends it. */
  #run(what: string) {
    const { time, dates, isClockSound, hasFaults } = this.#parts;
    const { perHour, hours } = this.#pace;
    const open = new OpenHours(hours);
    const begun = time.steady;
    const takenAt: number[] = [];
    let seen = '';
    let last = '99999999';
    let leftOut = 0;
    const say = (text: string) => void this.broken.add(`a ${what} at ${perHour} an hour ${text}`);
    const take = () => {
      const now = time.steady;
      takenAt.push(now);
      if (takenAt.length - 1 > ((now - begun) / HOUR_MS) * perHour)
        say(`took up ${takenAt.length} within ${Math.round((now - begun) / MINUTE_MS)} minutes of its start`);
      if (takenAt.filter((at) => at > now - HOUR_MS).length > perHour) say('took up more in an hour');
      const wall = (agoMs: number) => new Date(time.wall - agoMs);
      if (isClockSound && !open.isOpen(wall(0)) && !open.isOpen(wall(HOURS_GRACE_MS)))
        say('took one up outside its hours');
      const date = dates.get(seen) ?? '';
      if (date > last) say(`took up ${date} after ${last}`);
      last = date;
    };
    return {
      say,
      /** Notes which study is taken up. */
      noted: (parts: SourceParts): SourceParts => {
        const observe: Ledger['observe'] = (exam, sighting) => {
          seen = exam.studyInstanceUID;
          return parts.ledger.observe(exam, sighting);
        };
        return { ...parts, ledger: { ...parts.ledger, observe } };
      },
      /** @param atItsEnd answers how many were left out */
      watched: (source: Omit<OldExams, 'leftOut'>, atItsEnd: () => number): OldExams => ({
        priority: source.priority,
        get isOver() {
          return source.isOver;
        },
        get leftOut() {
          return leftOut;
        },
        look: async (options) => {
          const onDue = () => {
            take();
            options.onDue();
          };
          const look = await source.look({ ...options, onDue });
          if (source.isOver) leftOut = atItsEnd();
          if (leftOut > 0 && !hasFaults) say('left something out for an outage');
          return look;
        },
      }),
    };
  }
}

function minuteOf(wall: number): number {
  const at = new Date(wall);
  return 60 * at.getHours() + at.getMinutes();
}
