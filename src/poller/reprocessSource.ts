import type { StudyInstanceUID } from '../dicom/index.js';
import { LedgerError } from '../ledger/index.js';
import type { Log } from './log.js';
import { reasonOf } from './nextTry.js';
import { Pace, type PaceOptions } from './pace.js';
import { StudyChooser } from './studyChooser.js';
import { type TakingUpParts, takeUpAgain } from './takeUpAgain.js';
import {
  AHEAD_PER_WORKER,
  countPassedOver,
  emptyLook,
  type Look,
  type LookOptions,
  REPROCESS_PRIORITY,
  TRIES_AT_OLD,
  type WorkSource,
} from './workSource.js';

export interface ReprocessParts extends TakingUpParts, PaceOptions {
  /** Exams to be processed again, the newest first; each is looked at once more when it is its turn. */
  studies: readonly StudyInstanceUID[];
  log: Log;
}

/** How far it has come. */
export interface ReprocessProgress {
  exams: number;
  /** Exams taken up; those that need nothing any more; that the settings pass over; that the archive has no more. */
  taken: number;
  alone: number;
  passedOver: number;
  gone: number;
  /** Studies that could not be looked at, however often. */
  troubled: string[];
  hoursLeft: number;
  /** The time of day at which exams may be taken up again; undefined where they may now. */
  opensAt: string | undefined;
}

/**
 * Exams that were closed with another version or other settings, once more with today's: so many in an hour, after all
 * others. Where it has come to need not be remembered: what was taken up stands in the ledger under today's model, and
 * is left alone the next time.
 */
export class Reprocess implements WorkSource {
  readonly priority = REPROCESS_PRIORITY;
  readonly #parts: ReprocessParts;
  readonly #stopping: AbortSignal;
  readonly #chooser: StudyChooser;
  readonly #pace: Pace;
  readonly #left: StudyInstanceUID[];
  readonly #troubled: string[] = [];
  readonly #counts = { taken: 0, alone: 0, passedOver: 0, gone: 0 };
  /** Of the study that comes next. */
  #tries = 0;

  constructor(parts: ReprocessParts, stopping: AbortSignal) {
    this.#parts = parts;
    this.#stopping = stopping;
    this.#chooser = new StudyChooser(parts.settings, parts.pacs, parts.log);
    this.#pace = new Pace(parts);
    this.#left = [...parts.studies];
  }

  /** Whether every exam was taken up, or left alone. What was taken up may still be worked on. */
  get isOver(): boolean {
    return this.#left.length === 0;
  }

  get progress(): ReprocessProgress {
    return {
      exams: this.#parts.studies.length,
      ...this.#counts,
      troubled: [...this.#troubled],
      hoursLeft: this.#pace.hoursFor(this.#left.length),
      opensAt: this.isOver ? undefined : this.#pace.opensAt,
    };
  }

  async look({ onAnswer, onDue }: LookOptions): Promise<Look> {
    const look = emptyLook();
    const { ledger, served, settings } = this.#parts;
    try {
      while (!this.isOver && !this.#stopping.aborted && this.#pace.allows(this.#counts.taken)) {
        if ((await ledger.countDue(served)) >= AHEAD_PER_WORKER * settings.workers) break;
        if (await this.#takeNext(look)) onDue();
        onAnswer();
      }
      look.searched = true;
      look.workable = true;
    } catch (error) {
      if (error instanceof LedgerError) throw error;
      look.problems.push(reasonOf(error));
    }
    return look;
  }

  /** Whether the next exam waits now. @throws PacsError where it could not be looked at this time */
  async #takeNext(look: Look): Promise<boolean> {
    const study = this.#left[0]!;
    look.studies++;
    try {
      const passedOver = await this.#chooser.passedOver(study, undefined);
      if (passedOver !== undefined) {
        countPassedOver(look, passedOver.setting);
        this.#counts.passedOver++;
        return this.#done(false);
      }
      const end = await takeUpAgain(study, this.#parts);
      if (end === 'taken-up') this.#counts.taken++;
      else if (end === 'gone') this.#counts.gone++;
      else this.#counts.alone++;
      return this.#done(end === 'taken-up');
    } catch (error) {
      if (error instanceof LedgerError || ++this.#tries < TRIES_AT_OLD) throw error;
      const reason = reasonOf(error);
      this.#parts.log.warn({ study, ...reason }, 'The old study cannot be looked at and is left out');
      look.problems.push(reason);
      this.#troubled.push(study);
      return this.#done(false);
    }
  }

  #done(isTaken: boolean): boolean {
    this.#left.shift();
    this.#tries = 0;
    return isTaken;
  }
}
