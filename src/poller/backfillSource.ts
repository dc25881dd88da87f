import { type DicomWeb, isIncompleteListing, type StudyRecord } from '../dicomweb/index.js';
import { type Ledger, LedgerError, type ServedModel } from '../ledger/index.js';
import { Listings } from './listings.js';
import type { Log } from './log.js';
import { reasonOf } from './nextTry.js';
import { Pace, type PaceOptions } from './pace.js';
import type { PollerSettings } from './pollerSettings.js';
import { StudyChooser } from './studyChooser.js';
import { observeStudy } from './studyVisit.js';
import {
  AHEAD_PER_WORKER,
  BACKFILL_PRIORITY,
  countPassedOver,
  type DateRange,
  emptyLook,
  type Look,
  type LookOptions,
  TRIES_AT_OLD,
  type WorkSource,
} from './workSource.js';

export interface BackfillParts extends PaceOptions {
  pacs: DicomWeb;
  ledger: Ledger;
  settings: PollerSettings;
  served: ServedModel;
  log: Log;
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
  readonly #chooser: StudyChooser;
  readonly #pace: Pace;
  readonly #days: string[];
  /** Days not searched yet, the newest last. */
  readonly #daysLeft: string[];
  readonly #troubled: string[] = [];
  readonly #troubledDays: string[] = [];
  readonly #counts = { taken: 0, known: 0, passedOver: 0, empty: 0 };
  /** Of the day that it is at. */
  #studies: StudyRecord[] = [];
  /** Of the study that comes next, or of the search for those of a day. */
  #tries = 0;

  constructor(parts: BackfillParts, stopping: AbortSignal) {
    this.#parts = parts;
    this.#stopping = stopping;
    this.#chooser = new StudyChooser(parts.settings, parts.pacs, parts.log);
    this.#pace = new Pace(parts);
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
    const perDay = taken / Math.max(1, daysDone);
    const left = (days - daysDone) * perDay;
    return {
      days,
      daysDone,
      day: this.#days[this.#daysLeft.length],
      ...this.#counts,
      troubled: [...this.#troubled],
      troubledDays: [...this.#troubledDays],
      hoursLeft: daysDone === 0 ? undefined : this.#pace.hoursFor(left),
      opensAt: this.isOver ? undefined : this.#pace.opensAt,
    };
  }

  async look({ onAnswer, onDue }: LookOptions): Promise<Look> {
    const look = emptyLook();
    const { ledger, served, settings } = this.#parts;
    try {
      for (let searched = 0; !this.isOver && !this.#stopping.aborted; ) {
        // Not in these hours: neither is the archive searched for old exams.
        const mayTake = this.#pace.allows(this.#counts.taken);
        if (!this.#pace.isOpen) break;
        if (this.#studies.length === 0) {
          if (searched++ === DAYS_A_LOOK) break;
          await this.#searchNextDay(look);
          onAnswer();
          continue;
        }
        if (!mayTake) break;
        if ((await ledger.countDue(served)) >= AHEAD_PER_WORKER * settings.workers) break;
        if (await this.#takeNext(look)) onDue();
      }
      look.searched = true;
      look.workable = true;
    } catch (error) {
      if (error instanceof LedgerError) throw error;
      look.problems.push(reasonOf(error));
    }
    return look;
  }

  /** @throws PacsError where the day is to be searched again in the next look */
  async #searchNextDay(look: Look): Promise<void> {
    const { pacs, log } = this.#parts;
    const day = this.#daysLeft.at(-1)!;
    const found: StudyRecord[] = [];
    try {
      for await (const study of pacs.studies({ from: day, to: day, modality: 'MG' })) found.push(study);
    } catch (error) {
      // A day that the PACS does not list whole is not listed whole the next time either.
      if (!isIncompleteListing(error) && ++this.#tries < TRIES_AT_OLD) throw error;
      const reason = reasonOf(error);
      log.warn({ day, ...reason }, 'Not all old studies of the day can be found: those that can are taken');
      look.problems.push(reason);
      this.#troubledDays.push(day);
    }
    this.#tries = 0;
    this.#studies = found;
    this.#chooser.forgetAllBut(() => false);
    this.#daysLeft.pop();
  }

  /** Whether the next study became an exam that waits. @throws PacsError where it could not be looked at this time */
  async #takeNext(look: Look): Promise<boolean> {
    const { ledger, served, settings, log } = this.#parts;
    const study = this.#studies[0]!;
    const { studyInstanceUID } = study;
    const known = await ledger.glance(served, [studyInstanceUID]);
    if (known.size > 0) {
      this.#counts.known++;
      return this.#done();
    }
    try {
      look.studies++;
      const passedOver = await this.#chooser.passedOver(studyInstanceUID, study.numberOfInstances);
      if (passedOver !== undefined) {
        countPassedOver(look, passedOver.setting);
        this.#counts.passedOver++;
        return this.#done();
      }
      // Nothing more arrives of an old exam.
      const visit = { ...this.#parts, settings: { ...settings, settleSeconds: 0 }, priority: this.priority };
      const seen = await observeStudy({ studyInstanceUID, study }, { ...visit, listings: new Listings() });
      if (seen === undefined) this.#counts.empty++;
      else this.#counts.taken++;
      this.#done();
      return seen !== undefined;
    } catch (error) {
      if (error instanceof LedgerError || ++this.#tries < TRIES_AT_OLD) throw error;
      const reason = reasonOf(error);
      log.warn({ study: studyInstanceUID, ...reason }, 'The old study cannot be looked at and is left out');
      look.problems.push(reason);
      this.#troubled.push(studyInstanceUID);
      return this.#done();
    }
  }

  #done(): false {
    this.#studies.shift();
    this.#tries = 0;
    return false;
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
