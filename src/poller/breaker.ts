import type { SeriesInstanceUID, SOPInstanceUID, StudyInstanceUID } from '../dicom/index.js';
import { PacsError } from '../dicomweb/index.js';
import type { Reason } from '../ledger/index.js';
import { isNotFound, mayBeTheArchive, nothingGiven, refusesUs } from './archiveFault.js';
import { LastingTrouble, type TroubleWords } from './lastingTrouble.js';
import type { Log } from './log.js';
import { reasonOf } from './nextTry.js';

/** An instance by the names under which it is retrieved. */
export type InstanceNames = readonly [StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID];

/** The cheapest questions that tell whether an archive is there. Each fails with a PacsError. */
export interface Questions {
  search(): Promise<void>;
  retrieve(names: InstanceNames): Promise<void>;
  /** Asks for its metadata, which lie under the same address. */
  describe(names: InstanceNames): Promise<void>;
}

/** How long the archive is left alone, in milliseconds: doubled each time that it is not back. */
export interface Pauses {
  outage: { first: number; longest: number };
  credentials: { first: number; longest: number };
}

/** Why the archive is left alone, and until when. */
export interface LeftAlone {
  reason: Reason;
  since: Date;
  until: Date;
}

/** What it is opened for: each has pauses of its own. */
type Kind = keyof Pauses;

export interface BreakerParts {
  questions: Questions;
  pauses: Pauses;
  log: Log;
  /** Milliseconds from any beginning, never set back; another one than the process's is for tests. */
  clock?: () => number;
  /** 0 to 1. */
  random?: () => number;
}

const LEFT_ALONE: TroubleWords = {
  level: 'error',
  begins: 'The PACS gives no images: it is left alone for a while, and no try of an exam is counted',
  lasts: 'The PACS still gives no images',
  ends: 'The PACS gives images again',
};

/** Other instances of the same exam that are asked for, where nothing else is known to be there. */
const MOST_PEERS = 2;

/** Pauses are spread by so much to both sides: many processes on one archive must not come back as one. */
const SPREAD = 0.2;

/**
 * A circuit breaker around the archive: an outage must use up no exam's tries, and an archive in trouble must not be
 * asked by all at once.
 *
 * **Closed**, everything passes. **Open**, nothing is asked: whoever tries gets the error that opened it. When the
 * pause is over the next search is let through, and then one exam before all others (**recovering**); if either fails,
 * it is open for twice as long.
 *
 * An outage is told from a bad exam by what else the archive can do at that moment (`isOutage`): a search, and then an
 * image that it gave before, or another of the same exam. If it gives that, the fault is the exam's, and the try
 * counts. If it does not, or if nothing is known that it could give, the archive is at fault; an exam whose every image
 * fails is then not closed before the archive has given some other image. A search that fails needs no second question.
 *
 * **404 for an image** is the exam's, as a rule. But while no image was ever read since the start, and every other one
 * that is asked for answers 404 as well, and so does the description of this one, it is the address under which images
 * are asked for: an outage, until somebody mends the settings or some other exam's image is given.
 *
 * Refused credentials (401, no token, a search that answers 403) open it at once, with pauses of their own: hospitals
 * lock an account after a few wrong passwords. Any other 403 may be about one locked study, and the same question
 * decides. No library fits that: cockatiel and opossum count failures in a row, whereas here one question decides.
 */
export class Breaker {
  readonly #parts: BreakerParts;
  readonly #clock: () => number;
  readonly #giving: LastingTrouble;
  /** Errors that were found to be the archive's. */
  readonly #outages = new WeakSet<PacsError>();
  #open:
    | { error: PacsError; kind: Kind; by: 'search' | 'other'; since: Date; until: number; searched: boolean }
    | undefined;
  /** Of each kind, until it is over. */
  readonly #openings: Record<Kind, number> = { outage: 0, credentials: 0 };
  #witness: InstanceNames | undefined;
  #hasGiven = false;
  #asking: Promise<PacsError | 'nothing-to-ask-for' | undefined> | undefined;

  constructor(parts: BreakerParts) {
    this.#parts = parts;
    this.#clock = parts.clock ?? (() => performance.now());
    this.#giving = new LastingTrouble(parts.log, LEFT_ALONE);
  }

  /** While the archive is left alone: why, and until when. */
  get leftAlone(): LeftAlone | undefined {
    const open = this.#open;
    if (open === undefined || this.pauseMs === 0) return undefined;
    return { reason: reasonOf(open.error), since: open.since, until: new Date(Date.now() + this.pauseMs) };
  }

  /** For how many milliseconds it is still left alone. */
  get pauseMs(): number {
    return this.#open === undefined ? 0 : Math.max(0, this.#open.until - this.#clock());
  }

  /** The pause is over, and no exam has come through since: one is tried before the others. */
  get isRecovering(): boolean {
    return this.#open !== undefined && this.leftAlone === undefined;
  }

  /** @throws PacsError the one that opened it, while the archive is left alone */
  admit(): void {
    if (this.leftAlone !== undefined) throw this.#open!.error;
  }

  /** The archive gave this instance: it can be asked for again to see whether it still gives any. */
  gave(names: InstanceNames): void {
    this.#witness = names;
    this.#hasGiven = true;
  }

  /** The search for studies came to its end. */
  searched(): void {
    const open = this.#open;
    if (open === undefined || this.leftAlone !== undefined) return;
    open.searched = true;
    if (open.by === 'search') this.#openings[open.kind] = 0;
  }

  /** A request failed; not whose fault it is. */
  failed(error: PacsError, what: 'search' | 'other'): void {
    if (what === 'search' ? mayBeTheArchive(error) : refusesUs(error)) this.#leaveAlone(error, what);
  }

  /** An exam came through. */
  proved(): void {
    if (this.leftAlone !== undefined) return;
    this.#open = undefined;
    this.#forget();
    this.#giving.over(new Date());
  }

  /**
   * Whether the archive is at fault, and not the exam that met the error.
   *
   * @param peers other instances of the exam, where one of them could not be retrieved
   * @param own that one
   */
  async isOutage(error: unknown, peers?: readonly InstanceNames[], own?: InstanceNames): Promise<boolean> {
    if (!(error instanceof PacsError)) return false;
    if (this.#outages.has(error)) return true;
    const mayBeTheAddress = own !== undefined && isNotFound(error) && (await this.#maybeAddress(own));
    if (!mayBeTheArchive(error) && !mayBeTheAddress) return false;
    if (this.leftAlone === undefined) {
      this.#asking ??= this.#ask(peers?.slice(0, MOST_PEERS) ?? []).finally(() => {
        this.#asking = undefined;
      });
      const answer = await this.#asking;
      const fault = answer === 'nothing-to-ask-for' ? (peers === undefined ? undefined : error) : answer;
      if (answer === undefined) this.proved();
      if (fault === undefined) return false;
      this.#leaveAlone(isNotFound(fault) ? nothingGiven(fault) : fault, 'other');
    }
    this.#outages.add(error);
    return true;
  }

  /** Whether it may be the address: nothing was read since the start, and not even a description is found there. */
  async #maybeAddress(own: InstanceNames): Promise<boolean> {
    if (this.#hasGiven) return false;
    if (this.leftAlone !== undefined) return true;
    const { questions } = this.#parts;
    const failure = await failureOf(() => questions.describe(own), LONGEST_ANSWER_MS.search);
    if (failure === undefined) return false;
    if (!refusesUs(failure)) return isNotFound(failure);
    // A refused account asks nothing more, whatever it was asking.
    this.failed(failure, 'other');
    return true;
  }

  /** What the archive fails with now; undefined where it does what it is there for. */
  async #ask(peers: readonly InstanceNames[]): Promise<PacsError | 'nothing-to-ask-for' | undefined> {
    const { questions } = this.#parts;
    const search = await failureOf(() => questions.search(), LONGEST_ANSWER_MS.search);
    if (search !== undefined) return search;
    let failure: PacsError | undefined;
    for (const names of [...(this.#witness === undefined ? [] : [this.#witness]), ...peers]) {
      // Somebody else has found out meanwhile.
      if (this.leftAlone !== undefined) return this.#open!.error;
      const met = await failureOf(() => questions.retrieve(names), LONGEST_ANSWER_MS.retrieve);
      if (met === undefined) {
        this.gave(names);
        return undefined;
      }
      // A refused account is not asked with again, for whichever image.
      if (refusesUs(met)) return met;
      if (mayBeTheArchive(met)) failure = met;
      // It may have been taken out of the archive since.
      else if (names === this.#witness) this.#witness = undefined;
    }
    return failure ?? 'nothing-to-ask-for';
  }

  #leaveAlone(error: PacsError, by: 'search' | 'other'): void {
    this.#outages.add(error);
    if (this.leftAlone !== undefined) return;
    const { pauses, log, random = Math.random } = this.#parts;
    const now = new Date();
    if (this.#isPast()) {
      this.#forget();
      this.#giving.over(now);
    }
    const kind: Kind = error.code === 'pacs-unauthorised' ? 'credentials' : 'outage';
    const { first, longest } = pauses[kind];
    const doubled = Math.min(first * 2 ** Math.min(this.#openings[kind], 30), longest);
    const spread = doubled * (1 + SPREAD * (2 * random() - 1));
    const pauseMs = Math.max(spread, error.retryAfterMs ?? 0);
    const since = this.#open?.kind === kind ? this.#open.since : now;
    this.#open = { error, kind, by, since, until: this.#clock() + pauseMs, searched: false };
    this.#openings[kind]++;
    const reason = reasonOf(error);
    if (kind === 'outage' && by === 'other') this.#giving.met(reason, now);
    if (kind === 'credentials') {
      log.error(
        { ...reason, until: new Date(now.getTime() + pauseMs), refusals: this.#openings[kind] },
        'The PACS refuses us: it is not asked again before then, so that the account is not locked',
      );
    }
  }

  /**
   * Whether what it was opened for has ended since, though no exam has come through: what a search met is over with the
   * next search. What an exam met is met again soon after the pause, unless it is over or there is no exam.
   */
  #isPast(): boolean {
    const open = this.#open;
    if (!open?.searched) return false;
    return open.by === 'search' || this.#clock() - open.until > this.#parts.pauses[open.kind].longest;
  }

  #forget(): void {
    this.#open = undefined;
    this.#openings.outage = 0;
    this.#openings.credentials = 0;
  }
}

/** Questions so small are answered sooner, or not at all: a search for one page, and one image, on a slow line too. */
const LONGEST_ANSWER_MS = { search: 30_000, retrieve: 120_000 };

async function failureOf(question: () => Promise<void>, longestMs: number): Promise<PacsError | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<PacsError>((resolve) => {
    timer = setTimeout(
      () =>
        resolve(
          new PacsError('pacs-timed-out', 'The PACS did not answer a short question', { transient: true }),
        ),
      longestMs,
    );
  });
  const answered = question().then(
    () => undefined,
    (error: unknown) => {
      if (error instanceof PacsError) return error;
      throw error;
    },
  );
  try {
    return await Promise.race([answered, tooLong]);
  } finally {
    clearTimeout(timer);
  }
}
