import { asUid, dicomDate, type StudyInstanceUID } from '../dicom/index.js';
import { type DicomWeb, type InstanceRecord, PacsError, type StudyRecord } from '../dicomweb/index.js';
import { type Algorithm, type ExamRecord, type Ledger, LedgerError } from '../ledger/index.js';
import { reasonOf } from './backoff.js';
import { completeness } from './completeness.js';
import type { CycleReport } from './cycleReport.js';
import { LastingTrouble, type TroubleWords } from './lastingTrouble.js';
import type { Log } from './log.js';
import { examInstances, fingerprintOf, seenInstances } from './mammograms.js';
import type { PollerSettings } from './pollerSettings.js';

/**
 * A study with as many instances as before is not asked for them again for so long; longer than that would miss an
 * image that was replaced by another.
 */
const SETTLED_MS = 600_000;

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
  algorithm: Algorithm;
  log: Log;
}

/** Looks for exams in the archive, and notes what it sees in the ledger. */
export class Lookout {
  readonly #parts: LookoutParts;
  readonly #stopping: AbortSignal;
  readonly #searching: LastingTrouble;
  readonly #looking: LastingTrouble;
  /** Studies whose last look left nothing to do. */
  readonly #settled = new Map<string, { instances: number; until: number }>();

  constructor(parts: LookoutParts, stopping: AbortSignal) {
    this.#parts = parts;
    this.#stopping = stopping;
    this.#searching = new LastingTrouble(parts.log, SEARCH);
    this.#looking = new LastingTrouble(parts.log, LOOK);
  }

  /**
   * Notes what the archive holds now; answers the exams that can be worked on, oldest first. None where the archive
   * cannot be searched: it could not be worked with either, and an outage must not use up the exams' tries.
   */
  async look(report: CycleReport): Promise<ExamRecord[]> {
    const { pacs, ledger, settings, algorithm, log } = this.#parts;
    const now = new Date();
    const complete = new Map<string, boolean>();
    const listed = new Set<string>();
    const look = async (
      studyInstanceUID: StudyInstanceUID,
      seen: { instances?: number | undefined; waits?: boolean },
    ) => {
      try {
        complete.set(studyInstanceUID, await this.#isComplete(studyInstanceUID, seen, report));
        this.#looking.over(new Date(), studyInstanceUID);
      } catch (error) {
        // Not about this study, and it would be so for every other.
        if (error instanceof LedgerError) throw error;
        const reason = reasonOf(error);
        this.#looking.met(reason, new Date(), studyInstanceUID);
        report.problems.push(reason);
        complete.set(studyInstanceUID, false);
      }
    };

    try {
      const from = new Date(now.getTime() - settings.lookbackDays * 86_400_000);
      // A study of tomorrow in a clock that is ahead, or in a time zone that is, is a study of today.
      const to = new Date(now.getTime() + 86_400_000);
      for await (const study of pacs.studies({ from: dicomDate(from), to: dicomDate(to), modality: 'MG' })) {
        if (this.#stopping.aborted) return [];
        report.studies++;
        listed.add(study.studyInstanceUID);
        if (!this.#isSettled(study)) {
          await look(study.studyInstanceUID, { instances: study.numberOfInstances });
        }
      }
      report.searched = true;
      this.#searching.over(new Date());
    } catch (error) {
      if (error instanceof LedgerError) throw error;
      const reason = reasonOf(error);
      this.#searching.met(reason, new Date());
      report.unsearchableSince = this.#searching.since();
      log.debug({ err: error }, 'The error in full');
      report.problems.push(reason);
      // All that can be had has been given then.
      if (!(error instanceof PacsError) || error.code !== 'pacs-listing-incomplete') return [];
    }
    for (const study of this.#settled.keys()) if (!listed.has(study)) this.#settled.delete(study);

    const due: ExamRecord[] = [];
    for (const record of await ledger.unfinished(algorithm, now)) {
      const studyInstanceUID = asUid<StudyInstanceUID>(record.studyInstanceUID);
      // An exam that waits and was not among the studies found: older than the days looked at, say.
      if (record.state === 'waiting' && !complete.has(studyInstanceUID)) {
        await look(studyInstanceUID, { waits: true });
      }
      if (record.state !== 'waiting' || complete.get(studyInstanceUID)) due.push(record);
    }
    this.#looking.forgetAllBut((study) => complete.has(study));
    return due;
  }

  #isSettled(study: StudyRecord): boolean {
    const before = this.#settled.get(study.studyInstanceUID);
    return before !== undefined && before.instances === study.numberOfInstances && Date.now() < before.until;
  }

  #settle(studyInstanceUID: string, instances: number): void {
    // Not all at the same time, or all would be looked at anew in the same cycle.
    const until = Date.now() + SETTLED_MS * (1 + Math.random());
    this.#settled.set(studyInstanceUID, { instances, until });
  }

  async #isComplete(
    studyInstanceUID: StudyInstanceUID,
    { instances, waits = false }: { instances?: number | undefined; waits?: boolean },
    report: CycleReport,
  ): Promise<boolean> {
    const { settings, pacs } = this.#parts;
    // An exam that waits although its images are gone from the archive is to be closed and not to wait for ever.
    const observed = await this.observe(studyInstanceUID, { always: waits });
    if (observed === undefined || observed.record.state !== 'waiting') {
      const closed = observed === undefined || observed.record.closedAt !== undefined;
      if (closed && instances !== undefined) this.#settle(studyInstanceUID, instances);
      return false;
    }
    this.#settled.delete(studyInstanceUID);
    const { instances: found, record } = observed;
    const now = new Date();
    if (completeness([], record.lastChange, now, settings).complete) return true;
    const views = await seenInstances(found, settings.views.length, () => pacs.metadata(studyInstanceUID));
    const answer = completeness(views, record.lastChange, now, settings);
    if (answer.complete) return true;
    report.arriving++;
    if (report.nextCompleteAt === undefined || answer.until < report.nextCompleteAt) {
      report.nextCompleteAt = answer.until;
    }
    return false;
  }

  /** Undefined where the study holds nothing that an exam is made of. */
  async observe(
    studyInstanceUID: StudyInstanceUID,
    options: { always?: boolean } = {},
  ): Promise<{ record: ExamRecord; instances: InstanceRecord[] } | undefined> {
    const { pacs, ledger } = this.#parts;
    const instances = await examInstances(await pacs.instances(studyInstanceUID), ledger);
    if (instances.length === 0 && !options.always) return undefined;
    const { record } = await ledger.observe(
      { studyInstanceUID, ...this.#parts.algorithm },
      fingerprintOf(instances),
      new Date(),
    );
    return { record, instances };
  }
}
