import { LRUCache } from 'lru-cache';
import type { ExamRecord, Observation } from '../ledger/index.js';
import { awaited, type Completeness, completeness } from './completeness.js';
import type { PollerSettings } from './pollerSettings.js';

/** More exams than arrive anywhere at one time. */
const MOST = 10_000;

/**
 * Since when nothing new has come to an exam.
 *
 * By the steady clock where this process saw the last change itself: an exam is neither taken for settled nor made to
 * wait because somebody sets the time. What was there before this process began, or another process noted, is known by
 * the ledger's clock alone.
 */
export class QuietTimes {
  readonly #changes = new LRUCache<string, { noted: number; steady: number }>({ max: MOST });

  /** An exam was listed and noted. */
  saw({ record, change }: Observation): void {
    const { studyInstanceUID, lastChange } = record;
    const noted = lastChange.getTime();
    if (change !== 'unchanged') {
      this.#changes.set(studyInstanceUID, { noted, steady: performance.now() });
      return;
    }
    const known = this.#changes.get(studyInstanceUID);
    // The clock was set back: what lay in the future then counts for the ledger as of now.
    if (known !== undefined && noted < known.noted) known.noted = noted;
  }

  /** @param now by the ledger's clock */
  since({ studyInstanceUID, lastChange }: ExamRecord, now: Date): Date {
    const known = this.#changes.get(studyInstanceUID);
    if (known?.noted !== lastChange.getTime()) return lastChange;
    return new Date(now.getTime() - (performance.now() - known.steady));
  }

  /** Whether an exam is complete because nothing new has come for long enough. */
  settled(record: ExamRecord, now: Date, settings: PollerSettings): Completeness {
    return completeness([], this.since(record, now), now, awaited(record.answer, settings));
  }
}
