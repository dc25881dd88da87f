import { asUid, dicomDate, type StudyInstanceUID } from '../dicom/index.js';
import { type DicomWeb, PacsError, type StudyRecord } from '../dicomweb/index.js';
import { type ExamRecord, type Ledger, LedgerError, type ServedModel } from '../ledger/index.js';
import { completeness, lateArrivals } from './completeness.js';
import { LastingTrouble, type TroubleWords } from './lastingTrouble.js';
import type { Listings } from './listings.js';
import type { Log } from './log.js';
import { examInstances, fingerprintOf, seenInstances } from './mammograms.js';
import { reasonOf } from './nextTry.js';
import type { PollerSettings } from './pollerSettings.js';
import { StudyChooser } from './studyChooser.js';
import type { PassedOver } from './studyRules.js';
import { type DateRange, LOOKOUT_PRIORITY, type Look, type WorkSource } from './workSource.js';

/**
 * A study with as many instances as before is not asked for them again for so long; longer than that would miss an
 * image that was replaced by another.
 */
const SETTLED_MS = 600_000;

const DAY_MS = 86_400_000;

const SEARCH: TroubleWords = {
  level: 'error',
  begins: 'The PACS could not be searched',
  lasts: 'The PACS still cannot be searched',
  ends: 'The PACS can be searched again',
};

const LOOK: TroubleWords = {
  level: 'warn',
  begins: 'The study could not be looked at',
  lasts: 'The study still cannot be looked at',
  ends: 'The study can be looked at again',
};

export interface LookoutParts {
  pacs: DicomWeb;
  ledger: Ledger;
  settings: PollerSettings;
  /** Names this kind of work in the ledger: model, version and the settings that change results. */
  served: ServedModel;
  log: Log;
}

/** How a study is met: as the search lists it, as an exam that waits, or asked for by name. */
interface Meeting {
  studyInstanceUID: StudyInstanceUID;
  study?: StudyRecord;
  /** Also where the study holds nothing that an exam is made of: what waits for it is to be closed with that. */
  always?: boolean;
}

/** Looks for exams of the last days in the archive, and notes in the ledger what it sees. */
export class Lookout implements WorkSource {
  readonly priority = LOOKOUT_PRIORITY;
  readonly #parts: LookoutParts;
  readonly #listings: Listings;
  readonly #stopping: AbortSignal;
  readonly #searching: LastingTrouble;
  readonly #looking: LastingTrouble;
  readonly #chooser: StudyChooser;
  /** Studies whose last look left nothing to do. */
  readonly #settled = new Map<string, { instances: number; until: number }>();

  constructor(parts: LookoutParts, listings: Listings, stopping: AbortSignal) {
    this.#parts = parts;
    this.#listings = listings;
    this.#stopping = stopping;
    this.#searching = new LastingTrouble(parts.log, SEARCH);
    this.#looking = new LastingTrouble(parts.log, LOOK);
    this.#chooser = new StudyChooser(parts.settings, parts.pacs, parts.log);
  }

  async look(): Promise<Look> {
    const look: Look = {
      searched: false,
      workable: false,
      unsearchableSince: undefined,
      studies: 0,
      passedOver: {},
      arriving: 0,
      nextCompleteAt: undefined,
      problems: [],
    };
    const looked = new Set<string>();
    const passedOver: Record<string, number> = {};
    look.passedOver = passedOver;
    const meet = async (meeting: Meeting) => {
      looked.add(meeting.studyInstanceUID);
      const met = await this.#meet(meeting);
      if ('problem' in met) look.problems.push(met.problem);
      else if ('setting' in met) passedOver[met.setting] = (passedOver[met.setting] ?? 0) + 1;
      else if (met.completeAt !== undefined) {
        look.arriving++;
        const isSooner = look.nextCompleteAt === undefined || met.completeAt < look.nextCompleteAt;
        if (isSooner) look.nextCompleteAt = met.completeAt;
      }
    };

    const listed = new Set<string>();
    try {
      for await (const study of this.#parts.pacs.studies({ ...this.#dates(), modality: 'MG' })) {
        if (this.#stopping.aborted) return look;
        look.studies++;
        listed.add(study.studyInstanceUID);
        if (!this.#isSettled(study)) await meet({ studyInstanceUID: study.studyInstanceUID, study });
      }
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
      if (!(error instanceof PacsError) || error.code !== 'pacs-listing-incomplete') return look;
    }
    look.workable = true;
    for (const study of this.#settled.keys()) if (!listed.has(study)) this.#settled.delete(study);

    // An exam that waits and was not among the studies found: older than the days looked at, say.
    const { ledger, served } = this.#parts;
    for (const waiting of await ledger.list({ states: ['waiting'], served })) {
      const studyInstanceUID = asUid<StudyInstanceUID>(waiting.studyInstanceUID);
      if (this.#stopping.aborted) return look;
      if (!looked.has(studyInstanceUID)) await meet({ studyInstanceUID, always: true });
    }
    this.#looking.forgetAllBut((study) => looked.has(study));
    this.#chooser.forgetAllBut((study) => looked.has(study) || listed.has(study));
    return look;
  }

  /**
   * Lists a study once and notes what it holds and, where it waits, when it is complete. Undefined where the study
   * holds nothing that an exam is made of.
   *
   * @throws PacsError where it cannot be listed
   */
  async observe({
    studyInstanceUID,
    study,
    always = false,
  }: Meeting): Promise<{ record: ExamRecord; completeAt: Date | undefined } | undefined> {
    const { pacs, ledger, settings, served } = this.#parts;
    const instances = await examInstances(await pacs.instances(studyInstanceUID), ledger);
    if (instances.length === 0 && !always) return undefined;
    const exam = { studyInstanceUID, ...served };
    const fingerprint = fingerprintOf(instances);
    const { record } = await ledger.observe(exam, {
      fingerprint,
      studyDate: study?.studyDate,
      priority: this.priority,
    });
    if (record.state !== 'waiting') return { record, completeAt: undefined };
    const now = await ledger.now();
    // What was complete and has not changed since is complete, as is what somebody wants to be tried again.
    if (record.dueAt !== undefined && record.dueAt <= now) {
      this.#listings.keep(studyInstanceUID, instances);
      return { record, completeAt: undefined };
    }
    // What has settled need not be asked for its views.
    const { answer: before } = record;
    const isLate = before !== undefined && before.state !== 'not-processed';
    const expected = isLate ? lateArrivals(settings, before.revision) : settings;
    let answer = completeness([], record.lastChange, now, expected);
    if (!answer.complete && expected.views.length > 0) {
      const metadata = () => pacs.metadata(studyInstanceUID);
      const views = await seenInstances(instances, expected.views.length, metadata);
      answer = completeness(views, record.lastChange, now, expected);
    }
    await ledger.due(exam, fingerprint, answer.complete ? now : undefined);
    if (!answer.complete) return { record, completeAt: answer.until };
    this.#listings.keep(studyInstanceUID, instances);
    return { record, completeAt: undefined };
  }

  async #meet(
    meeting: Meeting,
  ): Promise<{ completeAt: Date | undefined } | PassedOver | { problem: ReturnType<typeof reasonOf> }> {
    const { studyInstanceUID, study } = meeting;
    try {
      const passedOver = await this.#chooser.passedOver(studyInstanceUID, study?.numberOfInstances);
      if (passedOver !== undefined) {
        await this.#notDue(studyInstanceUID);
        this.#looking.over(new Date(), studyInstanceUID);
        return passedOver;
      }
      const seen = await this.observe(meeting);
      const idle = seen === undefined || seen.record.closedAt !== undefined;
      if (idle && study?.numberOfInstances !== undefined)
        this.#settle(studyInstanceUID, study.numberOfInstances);
      else if (seen?.record.state === 'waiting') this.#settled.delete(studyInstanceUID);
      this.#looking.over(new Date(), studyInstanceUID);
      return { completeAt: seen?.completeAt };
    } catch (error) {
      // Not about this study, and it would be so for every other.
      if (error instanceof LedgerError) throw error;
      const problem = reasonOf(error);
      this.#looking.met(problem, new Date(), studyInstanceUID);
      await this.#notDue(studyInstanceUID);
      return { problem };
    }
  }

  /** What is passed over or could not be looked at is not worked on, even if it was complete when it was last seen. */
  async #notDue(studyInstanceUID: string): Promise<void> {
    const { ledger, served } = this.#parts;
    const exam = { studyInstanceUID, ...served };
    const record = await ledger.find(exam);
    if (record !== undefined) await ledger.due(exam, record.fingerprint, undefined);
  }

  #dates(): DateRange {
    const now = Date.now();
    const from = new Date(now - this.#parts.settings.lookbackDays * DAY_MS);
    // A study of tomorrow in a clock that is ahead, or in a time zone that is, is a study of today.
    return { from: dicomDate(from), to: dicomDate(new Date(now + DAY_MS)) };
  }

  #isSettled(study: StudyRecord): boolean {
    const before = this.#settled.get(study.studyInstanceUID);
    return before !== undefined && before.instances === study.numberOfInstances && Date.now() < before.until;
  }

  #settle(studyInstanceUID: string, instances: number): void {
    // Not all at the same time, or all would be looked at again in the same cycle.
    const until = Date.now() + SETTLED_MS * (1 + Math.random());
    this.#settled.set(studyInstanceUID, { instances, until });
  }
}
