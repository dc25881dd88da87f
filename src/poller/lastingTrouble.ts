import type { Reason } from '../ledger/index.js';
import type { Log } from './log.js';

/** What is said of one kind of trouble. */
export interface TroubleWords {
  level: 'warn' | 'error';
  begins: string;
  lasts: string;
  ends: string;
}

/** Minutes from the beginning to the first reminders; after these there is one every hour. */
const REMINDERS_MINUTES = [1, 5, 15];
const MINUTE_MS = 60_000;

/**
 * Trouble that is met again at every poll, in a log that people read: said when it begins, then at growing intervals,
 * when it becomes another, and when it ends, with its length.
 */
export class LastingTrouble {
  readonly #log: Log;
  readonly #words: TroubleWords;
  readonly #lasting = new Map<string, { since: Date; code: string; reminders: number }>();

  constructor(log: Log, words: TroubleWords) {
    this.#log = log;
    this.#words = words;
  }

  /** When the trouble with a study, or whatever `about` names, began; undefined where there is none. */
  since(about = ''): Date | undefined {
    return this.#lasting.get(about)?.since;
  }

  met(reason: Reason, now: Date, about = ''): void {
    const { level, begins, lasts } = this.#words;
    const known = this.#lasting.get(about);
    if (known === undefined) {
      this.#lasting.set(about, { since: now, code: reason.code, reminders: 0 });
      this.#log[level]({ ...named(about), ...reason }, begins);
      return;
    }
    const minutes = (now.getTime() - known.since.getTime()) / MINUTE_MS;
    const isDue = minutes >= reminderMinutes(known.reminders);
    while (minutes >= reminderMinutes(known.reminders)) known.reminders++;
    if (!isDue && known.code === reason.code) return;
    known.code = reason.code;
    this.#log[level]({ ...named(about), ...reason, since: known.since }, lasts);
  }

  over(now: Date, about = ''): void {
    const known = this.#lasting.get(about);
    if (known === undefined) return;
    this.#lasting.delete(about);
    const seconds = Math.round((now.getTime() - known.since.getTime()) / 1000);
    this.#log.info({ ...named(about), since: known.since, seconds }, this.#words.ends);
  }

  /** Says no more of what nobody asks about any longer. */
  forgetAllBut(isAskedAbout: (about: string) => boolean): void {
    for (const about of this.#lasting.keys()) if (!isAskedAbout(about)) this.#lasting.delete(about);
  }
}

function reminderMinutes(reminder: number): number {
  return REMINDERS_MINUTES[reminder] ?? 60 * (reminder - REMINDERS_MINUTES.length + 1);
}

function named(study: string): { study?: string } {
  return study === '' ? {} : { study };
}
