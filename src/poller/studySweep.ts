import { dicomDate, dicomTime } from '../dicom/index.js';
import type { DicomWeb, StudyRecord } from '../dicomweb/index.js';
import type { DateRange } from './workSource.js';

const DAY_MS = 86_400_000;

/** Studies that began so recently come first in every look, also where going through all of them takes several. */
const LATEST_MS = 2 * 3_600_000;

/** Studies handed out together. */
const BATCH = 100;

const MODALITY = 'MG';

/**
 * Goes through the mammography studies of the last days, the newest first, round after round. Whoever asks may stop in
 * the middle of a round and go on there next time: a look need not cost more, the more there is that is known already.
 */
export class StudySweep {
  readonly #pacs: DicomWeb;
  readonly #lookbackDays: number;
  #round: { studies: AsyncIterator<StudyRecord>; count: number; failure?: unknown } | undefined;
  #lastCount: number | undefined;

  constructor(pacs: DicomWeb, lookbackDays: number) {
    this.#pacs = pacs;
    this.#lookbackDays = lookbackDays;
  }

  /** Studies of the last round that came to its end; of this one, where there was none. */
  get studies(): number {
    return this.#lastCount ?? this.#round?.count ?? 0;
  }

  /** Whether a round has begun and is not at its end. */
  get isUnderWay(): boolean {
    return this.#round !== undefined;
  }

  /** Goes on with the round, or begins one, to its end. @throws PacsError; then the next round begins at the start */
  async *round(): AsyncGenerator<StudyRecord[]> {
    this.#round ??= { studies: this.#pacs.studies(this.#days())[Symbol.asyncIterator](), count: 0 };
    const round = this.#round;
    for (let isOver = false; !isOver; ) {
      const batch: StudyRecord[] = [];
      try {
        if (round.failure !== undefined) throw round.failure;
        while (batch.length < BATCH && !isOver) {
          const next = await round.studies.next();
          if (next.done === true) isOver = true;
          else batch.push(next.value);
        }
      } catch (error) {
        if (batch.length === 0) {
          this.#round = undefined;
          throw error;
        }
        // What came before the error is no less there. A look that ends with it leaves the error to the next.
        round.failure = error;
      }
      round.count += batch.length;
      if (isOver) {
        this.#lastCount = round.count;
        this.#round = undefined;
      }
      yield batch;
    }
  }

  /** The studies of the last two hours, by their own date and time. @throws PacsError */
  async *latest(): AsyncGenerator<StudyRecord[]> {
    let batch: StudyRecord[] = [];
    try {
      for (const query of this.#lastHours())
        for await (const study of this.#pacs.studies(query)) {
          batch.push(study);
          if (batch.length < BATCH) continue;
          yield batch;
          batch = [];
        }
    } catch (error) {
      yield batch;
      throw error;
    }
    yield batch;
  }

  /** The later first. */
  #lastHours() {
    const now = new Date();
    const begin = new Date(now.getTime() - LATEST_MS);
    const [today, from] = [dicomDate(now), dicomDate(begin)];
    const { to, modality } = this.#days();
    const since = dicomTime(begin);
    if (from === today) return [{ from, to, modality, since }];
    // Midnight lies in between, and a time of day is a beginning of one day alone.
    return [
      { from: today, to, modality },
      { from, to: from, modality, since },
    ];
  }

  #days(): DateRange & { modality: string } {
    const now = Date.now();
    const from = new Date(now - this.#lookbackDays * DAY_MS);
    // A study of tomorrow in a clock that is ahead, or in a time zone that is, is a study of today.
    return { from: dicomDate(from), to: dicomDate(new Date(now + DAY_MS)), modality: MODALITY };
  }
}
