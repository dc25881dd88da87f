import { isIncompleteListing, type StudyRecord } from '../dicomweb/index.js';
import { Listings } from './listings.js';
import { OldStudies, type OldStudiesParts } from './oldStudies.js';
import { QuietTimes } from './quietTimes.js';
import { observeStudy } from './studyVisit.js';
import {
  BACKFILL_PRIORITY,
  type DateRange,
  type Look,
  type LookOptions,
  type WorkSource,
} from './workSource.js';

export interface BackfillParts extends OldStudiesParts {
  range: DateRange;
}

/** How far a backfill has come. */
export interface BackfillProgress {
  days: number;
  daysDone: number;
  /** The study date that it is at. */
  day: string | undefined;
  /** Exams taken up; those that the ledger knew already; studies that the settings pass over; without mammograms. */
  taken: number;
  known: number;
  passedOver: number;
  empty: number;
  /** Studies that could not be looked at, however often. */
  troubled: string[];
  /** Study dates of which not all studies could be found, as DICOM dates. */
  troubledDays: string[];
  /** Hours until the last is taken up, by the days so far and the rate; undefined before the first day is done. */
  hoursLeft: number | undefined;
  /** The time of day at which exams may be taken up again; undefined where they may now. */
  opensAt: string | undefined;
}

/** Days that one look searches: what the archive holds of exams is not spread evenly. */
const DAYS_A_LOOK = 30;
const HOUR_MS = 3_600_000;

/**
 * Old exams of a range of study dates, the newest first, so many in an hour. They come after everything that the
 * look-out finds. Where it has come to need not be remembered: what the ledger knows is left alone the next time.
 */
export class Backfill implements WorkSource {
  readonly priority = BACKFILL_PRIORITY;
  readonly #parts: BackfillParts;
  readonly #stopping: AbortSignal;
  readonly #old: OldStudies;
  readonly #days: string[];
  /** Days not searched yet, the newest last. */
  readonly #daysLeft: string[];
  readonly #troubledDays: string[] = [];
  readonly #counts = { taken: 0, known: 0, passedOver: 0, empty: 0 };
  /** Of the day that it is at. */
  #studies: StudyRecord[] = [];

  constructor(parts: BackfillParts, stopping: AbortSignal) {
    this.#parts = parts;
    this.#stopping = stopping;
    this.#old = new OldStudies(parts);
    this.#days = daysOf(parts.range);
    this.#daysLeft = [...this.#days];
  }

  /** Whether every study of the range was seen. What was taken up may still be worked on. */
  get isOver(): boolean {
    return this.#daysLeft.length === 0 && this.#studies.length === 0;
  }

  get progress(): BackfillProgress {
    const days = this.#days.length;
    const daysDone = days - this.#daysLeft.length - (this.#studies.length > 0 ? 1 : 0);
    const { taken } = this.#counts;
    const { pace, troubled } = this.#old;
    const perDay = taken / Math.max(1, daysDone);
    const left = (days - daysDone) * perDay;
    return {
      days,
      daysDone,
      day: this.#days[this.#daysLeft.length],
      ...this.#counts,
      troubled: [...troubled],
      troubledDays: [...this.#troubledDays],
      hoursLeft: daysDone === 0 ? undefined : pace.hoursFor(left),
      opensAt: this.isOver ? undefined : pace.opensAt,
    };
  }

  look({ onAnswer, onDue }: LookOptions): Promise<Look> {
    return this.#old.look(async (look) => {
      const { pace } = this.#old;
      for (let searched = 0; !this.isOver && !this.#stopping.aborted; ) {
        // Not in these hours: neither is the archive searched for old exams.
        const mayTake = pace.allows(this.#counts.taken);
        if (!pace.isOpen) break;
        if (this.#studies.length === 0) {
          if (searched++ === DAYS_A_LOOK) break;
          await this.#searchNextDay(look);
          onAnswer();
          continue;
        }
        if (!mayTake) break;
        if (await this.#old.isAhead()) break;
        if (await this.#takeNext(look)) onDue();
      }
    });
  }

  /** @throws PacsError where the day is to be searched again in the next look */
  async #searchNextDay(look: Look): Promise<void> {
    const { pacs, log } = this.#parts;
    const day = this.#daysLeft.at(-1)!;
    const found: StudyRecord[] = [];
    await this.#old.tried(day, look, {
      step: async () => {
        for await (const study of pacs.studies({ from: day, to: day, modality: 'MG' })) found.push(study);
      },
      leaveOut: (reason) => {
        log.warn({ day, ...reason }, 'Not all old studies of the day can be found: those that can are taken');
        this.#troubledDays.push(day);
      },
      // A day that the PACS does not list whole is not listed whole the next time either.
      isHopeless: isIncompleteListing,
    });
    this.#studies = found;
    this.#old.forget();
    this.#daysLeft.pop();
  }

  /** Whether the next study became an exam that waits. @throws PacsError where it could not be looked at this time */
  async #takeNext(look: Look): Promise<boolean> {
    const { ledger, served, settings } = this.#parts;
    const study = this.#studies[0]!;
    const { studyInstanceUID, numberOfInstances: instances } = study;
    const takeUp = async () => {
      // Nothing more arrives of an old exam.
      const visit = { ...this.#parts, settings: { ...settings, settleSeconds: 0 }, priority: this.priority };
      const own = { listings: new Listings(), quiet: new QuietTimes() };
      const seen = await observeStudy({ studyInstanceUID, study }, { ...visit, ...own });
      return seen === undefined ? 'empty' : 'taken';
    };
    const isKnown = (await ledger.glance(served, [studyInstanceUID])).size > 0;
    const end = isKnown
      ? 'known'
      : await this.#old.take({ study: studyInstanceUID, instances }, look, takeUp);
    this.#studies.shift();
    if (end !== 'troubled') this.#counts[end]++;
    return end === 'taken';
  }
}

/** The earliest first. */
function daysOf({ from, to }: DateRange): string[] {
  const days: string[] = [];
  const time = (day: string) => Date.UTC(+day.slice(0, 4), +day.slice(4, 6) - 1, +day.slice(6, 8));
  for (let at = time(from); at <= time(to); at += 24 * HOUR_MS)
    days.push(new Date(at).toISOString().slice(0, 10).replaceAll('-', ''));
  return days;
}
