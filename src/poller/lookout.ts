import { asUid, type StudyInstanceUID } from '../dicom/index.js';
import { type DicomWeb, isIncompleteListing, type PacsError, type StudyRecord } from '../dicomweb/index.js';
import { type Ledger, LedgerError, type ServedModel } from '../ledger/index.js';
import { IdleStudies } from './idleStudies.js';
import { LastingTrouble } from './lastingTrouble.js';
import type { Listings } from './listings.js';
import type { Log } from './log.js';
import { LOOK, SEARCH } from './lookoutWords.js';
import { reasonOf } from './nextTry.js';
import type { PollerSettings } from './pollerSettings.js';
import { QuietTimes } from './quietTimes.js';
import { RefusedStudies } from './refusedStudies.js';
import { visitOf, visitUnshown } from './revisit.js';
import { severalAtOnce } from './severalAtOnce.js';
import { StudyChooser } from './studyChooser.js';
import { StudySweep } from './studySweep.js';
import { type Meeting, observeStudy, type SeenStudy, type VisitParts } from './studyVisit.js';
import { UndatedStudies } from './undatedStudies.js';
import {
  countPassedOver,
  emptyLook,
  LOOKOUT_PRIORITY,
  type Look,
  type LookOptions,
  noteArriving,
  type WorkSource,
} from './workSource.js';

/** Studies with nothing new that one look goes through, unless it is to be a whole one. */
const STRETCH = 400;

/** Of those, so many are listed again for the case that an image was replaced by another. */
const MOST_REVISITS = 10;

/** Studies listed at the same time. Connections are left for the exams that are worked on meanwhile. */
const LISTED_AT_ONCE = 4;

export interface LookoutParts {
  pacs: DicomWeb;
  ledger: Ledger;
  settings: PollerSettings;
  /** Names this kind of work in the ledger: model, version and the settings that change results. */
  served: ServedModel;
  log: Log;
}

/** One look under way. */
interface Looking {
  look: Look;
  options: LookOptions;
  /** Studies that the search has shown. */
  met: Set<string>;
  revisits: number;
}

/**
 * Looks for exams of the last days in the archive, and notes in the ledger what it sees.
 *
 * A look costs what is new: the search shows the studies a page at a time, and one is asked for its instances only when
 * it was never seen or has another number of them. The newest come first, each is noted as soon as it is known, and
 * whoever works need not wait for the end of the look.
 */
export class Lookout implements WorkSource {
  readonly priority = LOOKOUT_PRIORITY;
  readonly #parts: LookoutParts;
  /** What its visits share. */
  readonly #own: Pick<VisitParts, 'listings' | 'quiet' | 'priority'>;
  readonly #stopping: AbortSignal;
  readonly #searching: LastingTrouble;
  readonly #looking: LastingTrouble;
  readonly #refused: RefusedStudies;
  readonly #chooser: StudyChooser;
  readonly #sweep: StudySweep;
  readonly #undated: UndatedStudies;
  readonly #idle: IdleStudies;
  /** Studies met since the round began. */
  readonly #inRound = new Set<string>();
  #hasJudged = false;
  #lastSign = new Date();

  constructor(parts: LookoutParts, listings: Listings, stopping: AbortSignal) {
    this.#parts = parts;
    this.#own = { listings, quiet: new QuietTimes(), priority: this.priority };
    this.#stopping = stopping;
    this.#idle = new IdleStudies(parts.ledger);
    this.#searching = new LastingTrouble(parts.log, SEARCH);
    this.#looking = new LastingTrouble(parts.log, LOOK);
    this.#refused = new RefusedStudies(parts.settings.retry);
    this.#chooser = new StudyChooser(parts.settings, parts.pacs, parts.log);
    this.#sweep = new StudySweep(parts.pacs, parts.settings.lookbackDays);
    this.#undated = new UndatedStudies(parts.pacs, parts.log);
  }

  /** When the look-out last got on with a look. A look may last as long as there is something new. */
  get lastSign(): Date {
    return this.#lastSign;
  }

  async look(options: LookOptions): Promise<Look> {
    const looking: Looking = { look: emptyLook(), options, met: new Set(), revisits: MOST_REVISITS };
    const { look } = looking;
    try {
      await this.#search(looking);
      if (this.#stopping.aborted) return look;
      look.searched = true;
      this.#searching.over(new Date());
    } catch (error) {
      if (error instanceof LedgerError) throw error;
      const reason = reasonOf(error);
      this.#searching.met(reason, new Date());
      look.unsearchableSince = this.#searching.since();
      this.#parts.log.debug({ err: error }, 'The error in full');
      look.problems.push(reason);
      // With an incomplete listing, all that can be found has been.
      if (!isIncompleteListing(error)) return look;
    } finally {
      look.studies = this.#sweep.studies;
      this.#lastSign = new Date();
    }
    look.workable = true;
    await this.#judgeWaiting(looking);
    options.onAnswer();
    await this.#unshown(looking);
    for (const study of looking.met) this.#inRound.add(study);
    if (!this.#sweep.isUnderWay) {
      const isAskedAbout = (study: string) => this.#inRound.has(study);
      this.#looking.forgetAllBut(isAskedAbout);
      this.#refused.forgetAllBut(isAskedAbout);
      this.#chooser.forgetAllBut(isAskedAbout);
      this.#inRound.clear();
    }
    return look;
  }

  /**
   * A whole round, or a stretch of it; what is new counts for nothing, so that it is all found in one look.
   *
   * @throws PacsError; `pacs-listing-incomplete` only after everything else
   */
  async #search(looking: Looking): Promise<void> {
    const { whole, onAnswer } = looking.options;
    let incomplete: PacsError | undefined;
    const goThrough = async (batches: AsyncIterable<StudyRecord[]>) => {
      let known = 0;
      try {
        for await (const batch of batches) {
          await this.#judgeWaiting(looking);
          onAnswer();
          known += await this.#see(batch, looking);
          if (this.#stopping.aborted || (!whole && known >= STRETCH)) return;
        }
      } catch (error) {
        if (!isIncompleteListing(error)) throw error;
        incomplete ??= error;
      }
    };
    // In the middle of a round, what began in the last hours would have to wait for the next.
    if (this.#sweep.isUnderWay) await goThrough(this.#sweep.latest());
    await goThrough(this.#sweep.round());
    await goThrough(this.#undated.next({ whole }));
    if (incomplete !== undefined) throw incomplete;
  }

  /** Before the first work: exams from before this process began may be passed over by settings that are new. */
  async #judgeWaiting(looking: Looking): Promise<void> {
    if (this.#hasJudged || !this.#chooser.hasRules) return;
    const { ledger, served } = this.#parts;
    // Results that are made are delivered in any case: the ledger holds none of those back.
    const open = await ledger.list({ states: ['waiting', 'failed'], served });
    await this.#list(
      open.map(({ studyInstanceUID }) => asUid(studyInstanceUID)),
      looking,
    );
    this.#hasJudged = !this.#stopping.aborted;
  }

  /** Does for each study what it needs. Answers how many needed nothing. */
  async #see(batch: readonly StudyRecord[], looking: Looking): Promise<number> {
    const { ledger, served } = this.#parts;
    const now = await ledger.now();
    const glances = await ledger.glance(
      served,
      batch.map(({ studyInstanceUID }) => studyInstanceUID),
    );
    const toList: StudyRecord[] = [];
    let alone = 0;
    for (const study of batch) {
      const { studyInstanceUID, numberOfInstances: told } = study;
      if (looking.met.has(studyInstanceUID)) continue;
      looking.met.add(studyInstanceUID);
      const inTrouble = this.#looking.since(studyInstanceUID) !== undefined;
      const idle = this.#idle.get(studyInstanceUID);
      // Also one that waits, if a setting passes it over now.
      const known = idle?.setting !== undefined ? idle : (glances.get(studyInstanceUID) ?? idle);
      const visit = inTrouble ? 'list' : visitOf(told, known, now);
      if (visit === 'list' || (visit === 'if-room' && looking.revisits-- > 0)) toList.push(study);
      else if (visit === 'settle') await this.#settle(studyInstanceUID, looking);
      else {
        alone++;
        if (idle?.setting !== undefined) countPassedOver(looking.look, idle.setting);
      }
    }
    await severalAtOnce(toList, LISTED_AT_ONCE, async (study) => {
      if (this.#stopping.aborted) return;
      await this.#meet({ studyInstanceUID: study.studyInstanceUID, study }, looking);
    });
    this.#lastSign = new Date();
    return alone;
  }

  /** Exams that wait and that the search did not show: older than the days looked at, or not in this stretch. */
  async #unshown(looking: Looking): Promise<void> {
    const { ledger, served, settings } = this.#parts;
    const { quiet } = this.#own;
    const now = await ledger.now();
    const waiting = await ledger.list({ states: ['waiting'], served });
    const toList: StudyInstanceUID[] = [];
    for (const record of waiting) {
      const { studyInstanceUID, dueAt, lastSeen } = record;
      if (dueAt !== undefined || looking.met.has(studyInstanceUID)) continue;
      if (visitUnshown(lastSeen, now, quiet.settled(record, now, settings).complete) === 'list')
        toList.push(asUid(studyInstanceUID));
      else await this.#settle(studyInstanceUID, looking);
    }
    await this.#list(toList, looking);
  }

  async #list(studies: readonly StudyInstanceUID[], looking: Looking): Promise<void> {
    await severalAtOnce(studies, LISTED_AT_ONCE, async (studyInstanceUID) => {
      if (this.#stopping.aborted) return;
      looking.met.add(studyInstanceUID);
      await this.#meet({ studyInstanceUID, always: true }, looking);
    });
  }

  /** An exam that waits, and of which nothing is new: only the time tells whether it is complete. */
  async #settle(studyInstanceUID: string, looking: Looking): Promise<void> {
    const { ledger, served, settings } = this.#parts;
    const exam = { studyInstanceUID, ...served };
    const record = await ledger.find(exam);
    if (record?.state !== 'waiting') return;
    const now = await ledger.now();
    const answer = this.#own.quiet.settled(record, now, settings);
    if (answer.complete) {
      await ledger.due(exam, record.fingerprint, now);
      looking.options.onDue();
    } else noteArriving(looking.look, answer.until);
  }

  /** Lists a study once and notes what it holds; see `observeStudy`. @throws PacsError where it cannot be listed */
  async observe(meeting: Meeting): Promise<SeenStudy | undefined> {
    return observeStudy(meeting, { ...this.#parts, ...this.#own });
  }

  async #meet(meeting: Meeting, { look, options }: Looking): Promise<void> {
    const { studyInstanceUID, study } = meeting;
    const refused = this.#refused.why(studyInstanceUID);
    if (refused !== undefined) return void look.problems.push(refused);
    try {
      const passedOver = await this.#chooser.passedOver(studyInstanceUID, study?.numberOfInstances);
      if (passedOver !== undefined) {
        const { setting } = passedOver;
        await this.#notDue(studyInstanceUID);
        await this.#idle.add(studyInstanceUID, study?.numberOfInstances, setting);
        this.#looking.over(new Date(), studyInstanceUID);
        return countPassedOver(look, setting);
      }
      this.#idle.delete(studyInstanceUID);
      const seen = await this.observe(meeting);
      this.#refused.over(studyInstanceUID);
      if (seen === undefined) await this.#idle.add(studyInstanceUID, study?.numberOfInstances);
      this.#looking.over(new Date(), studyInstanceUID);
      if (seen?.completeAt !== undefined) noteArriving(look, seen.completeAt);
      else if (seen?.record.state === 'waiting') options.onDue();
    } catch (error) {
      // Not about this study, and it would be so for every other.
      if (error instanceof LedgerError) throw error;
      const problem = reasonOf(error);
      this.#refused.met(error, studyInstanceUID);
      this.#looking.met(problem, new Date(), studyInstanceUID);
      look.problems.push(problem);
      await this.#notDue(studyInstanceUID);
    } finally {
      this.#lastSign = new Date();
    }
  }

  /** What is passed over or could not be looked at is not worked on, even if it was complete when it was last seen. */
  async #notDue(studyInstanceUID: string): Promise<void> {
    const { ledger, served } = this.#parts;
    const exam = { studyInstanceUID, ...served };
    const record = await ledger.find(exam);
    if (record === undefined) return;
    // A failed one keeps its delay, unless a setting may pass it over.
    if (record.state === 'waiting' || this.#chooser.hasRules)
      await ledger.due(exam, record.fingerprint, undefined);
  }
}
