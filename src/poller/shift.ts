export interface ShiftParts<Work> {
  workers: number;
  /** Takes the next work for a worker, numbered from 0; undefined where there is none now. */
  next(worker: number): Promise<Work | undefined>;
  work(taken: Work): Promise<void>;
  stopping: AbortSignal;
}

/**
 * Workers side by side, as long as there is work or somebody still looks for some. One that finds none waits: for what
 * a look finds, or until the others have come to their end.
 */
export class Shift<Work> {
  readonly #parts: ShiftParts<Work>;
  #isOpen = false;
  #looks = 0;
  #isOver = false;
  /** Workers that ask for an exam, or have one: on a server, what they take shows only in the answer. */
  #atWork = 0;
  #signals = 0;
  #wake: () => void = () => {};
  #woken = Promise.resolve();

  constructor(parts: ShiftParts<Work>) {
    this.#parts = parts;
    this.#rearm();
  }

  /** Whether exams may be taken. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Whether a look is under way. */
  get isLooking(): boolean {
    return this.#looks > 0;
  }

  /** Lets exams be taken from now on, or no more; those under way go on. */
  open(isOpen: boolean): void {
    this.#isOpen = isOpen;
    this.signal();
  }

  /** There may be something to take. */
  signal(): void {
    this.#signals++;
    const wake = this.#wake;
    this.#rearm();
    wake();
  }

  /** Nobody goes home while the look lasts. */
  async during<T>(look: () => Promise<T>): Promise<T> {
    this.#looks++;
    this.#isOver = false;
    try {
      return await look();
    } finally {
      this.#looks--;
      this.signal();
    }
  }

  /**
   * To the end of every worker, whatever one of them meets: one that went on beside the next shift would share its name
   * and claims. @throws what the first of them met
   */
  async run(): Promise<void> {
    const { stopping, workers } = this.#parts;
    const onStop = () => this.signal();
    stopping.addEventListener('abort', onStop);
    const ends = await Promise.allSettled(Array.from({ length: workers }, (_, worker) => this.#lane(worker)));
    stopping.removeEventListener('abort', onStop);
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  async #lane(worker: number): Promise<void> {
    const { next, work, stopping } = this.#parts;
    // When one may go home all may, and need not ask once more.
    while (!this.#isOver) {
      const before = this.#signals;
      if (this.#isOpen && !stopping.aborted) {
        this.#atWork++;
        let goesOn = true;
        try {
          const taken = await next(worker);
          goesOn = taken !== undefined;
          if (taken !== undefined) await work(taken);
        } finally {
          this.#atWork--;
          // Also after an error: who waits would wait for it forever.
          if (goesOn) this.signal();
        }
        if (goesOn) continue;
      }
      if (stopping.aborted || (this.#looks === 0 && this.#atWork === 0)) {
        this.#isOver = true;
        this.signal();
        return;
      }
      // Unless it came while there was asked.
      if (this.#signals === before) await this.#woken;
    }
  }

  #rearm(): void {
    this.#woken = new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
