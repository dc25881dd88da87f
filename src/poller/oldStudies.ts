import type { StudyInstanceUID } from '../dicom/index.js';
import type { DicomWeb } from '../dicomweb/index.js';
import { type Ledger, LedgerError, type Reason, type ServedModel } from '../ledger/index.js';
import type { Log } from './log.js';
import { reasonOf } from './nextTry.js';
import { Pace, type PaceOptions } from './pace.js';
import type { PollerSettings } from './pollerSettings.js';
import { StudyChooser } from './studyChooser.js';
import { countPassedOver, emptyLook, type Look } from './workSource.js';

/** So many old exams wait to be worked on at most, for each worker: more would only be known earlier. */
const AHEAD_PER_WORKER = 2;

/** At an old study, or a day of them, that cannot be looked at. */
const TRIES = 3;

export interface OldStudiesParts extends PaceOptions {
  pacs: DicomWeb;
  ledger: Ledger;
  settings: PollerSettings;
  served: ServedModel;
  log: Log;
  /** Whether an error is the archive's, and not that of the study or day that met it. */
  isOutage(error: unknown): Promise<boolean>;
}

interface Trying<End> {
  step(): Promise<End>;
  leaveOut(reason: Reason): End;
  /** Whether it would fail the same way the next time. */
  isHopeless?(error: unknown): boolean;
}

/** What is the same for old studies wherever they come from: how fast, how far ahead, and how often one is tried. */
export class OldStudies {
  readonly pace: Pace;
  /** Studies that could not be looked at, however often. */
  readonly troubled: string[] = [];
  readonly #parts: OldStudiesParts;
  readonly #chooser: StudyChooser;
  /** At what could not be looked at yet. */
  readonly #tries = new Map<string, number>();

  constructor(parts: OldStudiesParts) {
    this.#parts = parts;
    this.pace = new Pace(parts);
    this.#chooser = new StudyChooser(parts.settings, parts.pacs, parts.log);
  }

  /** One look: the steps as far as they go. An archive that fails ends them, and is the look's problem. */
  async look(steps: (look: Look) => Promise<void>): Promise<Look> {
    const look = emptyLook();
    try {
      await steps(look);
      look.searched = true;
      look.workable = true;
    } catch (error) {
      if (error instanceof LedgerError) throw error;
      look.problems.push(reasonOf(error));
    }
    return look;
  }

  /** Whether the workers have enough to do for now. */
  async isAhead(): Promise<boolean> {
    const { ledger, served, settings } = this.#parts;
    return (await ledger.countDue(served)) >= AHEAD_PER_WORKER * settings.workers;
  }

  /**
   * Has a study taken up, unless the settings pass it over; one that was tried too often is left out, by name.
   *
   * @param instances how many the archive lists, where it tells
   * @throws PacsError where it is to be tried again in the next look; LedgerError
   */
  async take<End>(
    { study, instances }: { study: StudyInstanceUID; instances: number | undefined },
    look: Look,
    takeUp: () => Promise<End>,
  ): Promise<End | 'passedOver' | 'troubled'> {
    look.studies++;
    return this.tried<End | 'passedOver' | 'troubled'>(study, look, {
      step: async () => {
        const passedOver = await this.#chooser.passedOver(study, instances);
        if (passedOver === undefined) return takeUp();
        countPassedOver(look, passedOver.setting);
        return 'passedOver';
      },
      leaveOut: (reason) => {
        this.#parts.log.warn({ study, ...reason }, 'The old study cannot be looked at and is left out');
        this.troubled.push(study);
        return 'troubled';
      },
    });
  }

  /**
   * Does a step about a study, or a day of them; where it failed too often, or is hopeless, that is left out.
   *
   * @throws PacsError where it is to be tried again in the next look; LedgerError
   */
  async tried<End>(
    what: string,
    look: Look,
    { step, leaveOut, isHopeless = () => false }: Trying<End>,
  ): Promise<End> {
    try {
      const end = await step();
      this.#tries.delete(what);
      return end;
    } catch (error) {
      // An outage uses up no tries.
      if (error instanceof LedgerError || (await this.#parts.isOutage(error))) throw error;
      const tries = (this.#tries.get(what) ?? 0) + 1;
      this.#tries.set(what, tries);
      if (tries < TRIES && !isHopeless(error)) throw error;
      this.#tries.delete(what);
      const reason = reasonOf(error);
      look.problems.push(reason);
      return leaveOut(reason);
    }
  }

  /** Nothing is asked about the studies so far any longer. */
  forget(): void {
    this.#chooser.forgetAllBut(() => false);
  }
}
