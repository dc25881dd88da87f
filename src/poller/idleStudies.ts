import type { Glance, Ledger } from '../ledger/index.js';

/** More than any archive shows in some days; the rest is listed again. */
const MOST = 50_000;

/** A study that was looked at and is no exam for Mamori, in the ledger's words. */
export interface IdleStudy extends Pick<Glance, 'state' | 'instances' | 'listedAt' | 'dueAt'> {
  /** The setting that passes it over, if one does. */
  setting: string | undefined;
}

/**
 * Studies that hold nothing that an exam is made of, or that the settings pass over, and so are not in the ledger:
 * where an archive does not tell the modalities, every study is one that could be.
 */
export class IdleStudies {
  readonly #studies = new Map<string, IdleStudy>();
  readonly #clock: Pick<Ledger, 'now'>;

  /** @param clock by which it is told how long ago a study was listed */
  constructor(clock: Pick<Ledger, 'now'>) {
    this.#clock = clock;
  }

  get(studyInstanceUID: string): IdleStudy | undefined {
    return this.#studies.get(studyInstanceUID);
  }

  /** It is one for Mamori, or is to be looked at again. */
  delete(studyInstanceUID: string): void {
    this.#studies.delete(studyInstanceUID);
  }

  async add(studyInstanceUID: string, instances: number | undefined, setting?: string): Promise<void> {
    const listedAt = await this.#clock.now();
    this.#studies.delete(studyInstanceUID);
    if (this.#studies.size >= MOST) {
      const [oldest] = this.#studies.keys();
      this.#studies.delete(oldest!);
    }
    this.#studies.set(studyInstanceUID, {
      state: 'delivered',
      instances,
      listedAt,
      dueAt: undefined,
      setting,
    });
  }
}
