import { type DicomWeb, PacsError, type StudyRecord } from '../dicomweb/index.js';
import { LastingTrouble, type TroubleWords } from './lastingTrouble.js';
import type { Log } from './log.js';
import { reasonOf } from './nextTry.js';
import type { LookOptions } from './workSource.js';

/** Pages of the whole archive that a look goes through, and a whole look. */
const LOOK_PAGES = 1;
export const WHOLE_LOOK_PAGES = 10;

/** A question that an archive does not answer well is not put to it at every poll. */
const REST_MS = 10 * 60_000;

const TROUBLE: TroubleWords = {
  level: 'warn',
  begins: 'Studies without a date cannot be searched for: an exam that has none is not found',
  lasts: 'Studies without a date still cannot be searched for',
  ends: 'Studies without a date can be searched for again',
};

/** Whether a study tells no date. */
export function isUndated({ studyDate = '' }: Pick<StudyRecord, 'studyDate'>): boolean {
  return studyDate.trim() === '';
}

/**
 * Studies without a date, which no search by dates shows: found by going through the whole archive, some pages in each
 * look. Some archives refuse a search that names no date, or take too long over it. That is said, and holds up nothing
 * else: it tells nothing of the searches by dates, nor of the archive.
 */
export class UndatedStudies {
  readonly #pacs: DicomWeb;
  readonly #log: Log;
  readonly #trouble: LastingTrouble;
  #everything: AsyncIterator<StudyRecord[]> | undefined;
  #restsUntil = 0;

  constructor(pacs: DicomWeb, log: Log) {
    this.#pacs = pacs;
    this.#log = log;
    this.#trouble = new LastingTrouble(log, TROUBLE);
  }

  /** The next pages; none where they cannot be had. A whole look asks even if the last question failed just now. */
  async *next({ whole }: Pick<LookOptions, 'whole'>): AsyncGenerator<StudyRecord[]> {
    if (!whole && performance.now() < this.#restsUntil) return;
    for (let page = 0; page < (whole ? WHOLE_LOOK_PAGES : LOOK_PAGES); page++) {
      const studies = await this.#page();
      if (studies === undefined) return;
      yield studies.filter(isUndated);
    }
  }

  /** Undefined at the end of the archive, or where it does not answer; the next is the first page again. */
  async #page(): Promise<StudyRecord[] | undefined> {
    this.#everything ??= this.#pacs.allStudies('MG');
    try {
      const next = await this.#everything.next();
      this.#restsUntil = 0;
      this.#trouble.over(new Date());
      if (next.done !== true) return next.value;
    } catch (error) {
      if (!(error instanceof PacsError)) throw error;
      this.#restsUntil = performance.now() + REST_MS;
      this.#trouble.met(reasonOf(error), new Date());
      this.#log.debug({ err: error }, 'The error in full');
    }
    this.#everything = undefined;
    return undefined;
  }
}
