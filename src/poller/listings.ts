import type { InstanceRecord } from '../dicomweb/index.js';

/** What a study held may be taken as what it holds for so long; then it is listed again, for what has come since. */
const FRESH_MS = 5000;

/** A look at a large backlog must not keep the whole of it in memory. */
const MOST_STUDIES = 200;

/** What was just listed, so that the work that follows a look need not ask the archive the same again. */
export class Listings {
  readonly #studies = new Map<string, { instances: InstanceRecord[]; at: number }>();

  keep(studyInstanceUID: string, instances: InstanceRecord[]): void {
    this.#studies.delete(studyInstanceUID);
    if (this.#studies.size >= MOST_STUDIES) {
      const [oldest] = this.#studies.keys();
      this.#studies.delete(oldest!);
    }
    this.#studies.set(studyInstanceUID, { instances, at: performance.now() });
  }

  /** Hands a listing out once, if it is fresh. */
  take(studyInstanceUID: string): InstanceRecord[] | undefined {
    const kept = this.#studies.get(studyInstanceUID);
    this.#studies.delete(studyInstanceUID);
    return kept !== undefined && performance.now() - kept.at < FRESH_MS ? kept.instances : undefined;
  }
}
