import { PacsError } from '../dicomweb/index.js';
import type { Reason } from '../ledger/index.js';
import { reasonOf } from './nextTry.js';
import type { PollerSettings } from './pollerSettings.js';

/**
 * Studies that the archive does not let us look at, while it does others: locked, perhaps. Each is asked for less and
 * less often, as an exam is that meets the same; until then what was said of it is still true.
 */
export class RefusedStudies {
  readonly #retry: PollerSettings['retry'];
  readonly #clock: () => number;
  readonly #studies = new Map<string, { reason: Reason; times: number; until: number }>();

  /** @param clock milliseconds from any beginning, never set back */
  constructor(retry: PollerSettings['retry'], clock: () => number = () => performance.now()) {
    this.#retry = retry;
    this.#clock = clock;
  }

  /** Why the study is not asked for now; undefined where it may be. */
  why(studyInstanceUID: string): Reason | undefined {
    const known = this.#studies.get(studyInstanceUID);
    return known !== undefined && this.#clock() < known.until ? known.reason : undefined;
  }

  /** Hears what looking at a study met; other trouble than a refusal may be over at the next look. */
  met(error: unknown, studyInstanceUID: string): void {
    if (!(error instanceof PacsError) || error.code !== 'pacs-unauthorised') {
      this.over(studyInstanceUID);
      return;
    }
    const times = (this.#studies.get(studyInstanceUID)?.times ?? 0) + 1;
    const { firstDelaySeconds, longestDelaySeconds } = this.#retry;
    const delay = Math.min(4 * firstDelaySeconds * 2 ** Math.min(times - 1, 30), longestDelaySeconds);
    this.#studies.set(studyInstanceUID, {
      reason: reasonOf(error),
      times,
      until: this.#clock() + 1000 * delay,
    });
  }

  /** It could be looked at. */
  over(studyInstanceUID: string): void {
    this.#studies.delete(studyInstanceUID);
  }

  /** Forgets the studies that nobody asks about any longer. */
  forgetAllBut(isAskedAbout: (studyInstanceUID: string) => boolean): void {
    for (const study of this.#studies.keys()) if (!isAskedAbout(study)) this.#studies.delete(study);
  }
}
