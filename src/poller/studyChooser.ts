import type { StudyInstanceUID } from '../dicom/index.js';
import type { DicomWeb } from '../dicomweb/index.js';
import type { Log } from './log.js';
import { type PassedOver, StudyJudge, type StudyRules } from './studyRules.js';
import { studyValues } from './studyValues.js';

/** A study is not judged again for so long, unless it has become larger or smaller. */
const JUDGED_MS = 600_000;

interface Judged {
  passedOver: PassedOver | undefined;
  instances: number | undefined;
  /** By the steady clock. */
  until: number;
}

/** Knows of each study whether the settings pass it over, and says so in the log when it finds out. */
export class StudyChooser {
  readonly #judge: StudyJudge;
  readonly #pacs: DicomWeb;
  readonly #log: Log;
  readonly #judged = new Map<string, Judged>();

  constructor(rules: StudyRules, pacs: DicomWeb, log: Log) {
    this.#judge = new StudyJudge(rules);
    this.#pacs = pacs;
    this.#log = log;
  }

  /** Whether the settings pass anything over. */
  get hasRules(): boolean {
    return this.#judge.keywords.length > 0;
  }

  /**
   * Why the study is passed over; undefined where it is taken.
   *
   * @param instances how many the archive lists, where it tells
   * @throws PacsError where what it takes cannot be found out
   */
  async passedOver(
    studyInstanceUID: StudyInstanceUID,
    instances: number | undefined,
  ): Promise<PassedOver | undefined> {
    const { keywords } = this.#judge;
    if (keywords.length === 0) return undefined;
    const before = this.#judged.get(studyInstanceUID);
    if (before !== undefined && before.instances === instances && performance.now() < before.until)
      return before.passedOver;
    const values = await studyValues(studyInstanceUID, keywords, this.#pacs);
    const passedOver = this.#judge.judge((keyword) => values.get(keyword) ?? []);
    // Not all at the same time, or all would be judged again in the same cycle.
    const until = performance.now() + JUDGED_MS * (1 + Math.random());
    this.#judged.set(studyInstanceUID, { passedOver, instances, until });
    if (passedOver !== undefined && before?.passedOver?.setting !== passedOver.setting)
      this.#log.info({ study: studyInstanceUID, ...passedOver }, 'The study is passed over');
    if (passedOver === undefined && before?.passedOver !== undefined)
      this.#log.info({ study: studyInstanceUID }, 'The study is taken after all');
    return passedOver;
  }

  /** Forgets the studies that nobody asks about any longer. */
  forgetAllBut(isAskedAbout: (studyInstanceUID: string) => boolean): void {
    for (const study of this.#judged.keys()) if (!isAskedAbout(study)) this.#judged.delete(study);
  }
}
