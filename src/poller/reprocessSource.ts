import type { StudyInstanceUID } from '../dicom/index.js';
import { OldStudies, type OldStudiesParts } from './oldStudies.js';
import { type TakingUpParts, takeUpAgain } from './takeUpAgain.js';
import { type Look, type LookOptions, REPROCESS_PRIORITY, type WorkSource } from './workSource.js';

export interface ReprocessParts extends TakingUpParts, OldStudiesParts {
  /** Exams to be processed again, the newest first; each is looked at once more when it is its turn. */
  studies: readonly StudyInstanceUID[];
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
  readonly #old: OldStudies;
  readonly #left: StudyInstanceUID[];
  readonly #counts = { taken: 0, alone: 0, passedOver: 0, gone: 0 };

  constructor(parts: ReprocessParts, stopping: AbortSignal) {
    this.#parts = parts;
    this.#stopping = stopping;
    this.#old = new OldStudies(parts);
    this.#left = [...parts.studies];
  }

  /** Whether every exam was taken up, or left alone. What was taken up may still be worked on. */
  get isOver(): boolean {
    return this.#left.length === 0;
  }

  get progress(): ReprocessProgress {
    const { pace, troubled } = this.#old;
    return {
      exams: this.#parts.studies.length,
      ...this.#counts,
      troubled: [...troubled],
      hoursLeft: pace.hoursFor(this.#left.length),
      opensAt: this.isOver ? undefined : pace.opensAt,
    };
  }

  look({ onAnswer, onDue }: LookOptions): Promise<Look> {
    return this.#old.look(async (look) => {
      while (!this.isOver && !this.#stopping.aborted && this.#old.pace.allows(this.#counts.taken)) {
        if (await this.#old.isAhead()) break;
        if (await this.#takeNext(look)) onDue();
        onAnswer();
      }
    });
  }

  /** Whether the next exam waits now. @throws PacsError where it could not be looked at this time */
  async #takeNext(look: Look): Promise<boolean> {
    const study = this.#left[0]!;
    const takeUp = () => takeUpAgain(study, this.#parts);
    const end = await this.#old.take({ study, instances: undefined }, look, takeUp);
    this.#left.shift();
    if (end === 'taken-up') this.#counts.taken++;
    else if (end === 'gone' || end === 'passedOver') this.#counts[end]++;
    else if (end !== 'troubled') this.#counts.alone++;
    return end === 'taken-up';
  }
}
