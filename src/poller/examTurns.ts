/**
 * An exam of more images is not begun beside another: what it holds in memory would come on top of the other's. An
 * image that is prepared takes 5 MB; files are no more on their way with two exams than with one.
 */
const MOST_IMAGES_AHEAD = 12;

/** Places that are taken and left again, in the order in which they were asked for. */
class Places {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** @throws the signal's reason where it fires while a place is waited for */
  async take(signal?: AbortSignal): Promise<void> {
    if (this.#free > 0) {
      this.#free--;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const given = () => {
        signal?.removeEventListener('abort', given);
        if (!signal?.aborted) return resolve();
        const place = this.#waiting.indexOf(given);
        if (place >= 0) this.#waiting.splice(place, 1);
        else this.leave();
        reject(signal.reason);
      };
      this.#waiting.push(given);
      signal?.addEventListener('abort', given);
    });
  }

  leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free++;
    else next();
  }
}

/**
 * Two exams for each worker, one behind the other: while one is answered, drawn, stored and read back, the images of
 * the next are fetched and prepared. What the first half needs (the network to the archive, its answers' memory, one
 * half of the threads' work) it has for itself, and so has the second.
 *
 * An exam is claimed only when there is a place to begin it, so that none lies in a claim which nobody works on.
 */
export class ExamTurns {
  readonly #preparing: Places;
  readonly #finishing: Places;
  readonly #stopping: AbortSignal;

  /**
   * @param workers exams in each half
   * @param stopping one that waits for its second half is handed back then: it would only make the end later
   */
  constructor(workers: number, stopping: AbortSignal) {
    this.#preparing = new Places(workers);
    this.#finishing = new Places(workers);
    this.#stopping = stopping;
  }

  /** Waits for a place in the first half. It has to be ended, whatever becomes of the exam. */
  async begin(): Promise<ExamTurn> {
    await this.#preparing.take();
    return new ExamTurn(this.#preparing, this.#finishing, this.#stopping);
  }
}

/** One exam's way through both halves. */
class ExamTurn {
  #waitedMs = 0;
  #isPreparing = true;
  #isFinishing = false;
  readonly #preparing: Places;
  readonly #finishing: Places;
  readonly #stopping: AbortSignal;

  constructor(preparing: Places, finishing: Places, stopping: AbortSignal) {
    this.#preparing = preparing;
    this.#finishing = finishing;
    this.#stopping = stopping;
  }

  /** How long it has waited for the exam before it. */
  get waitedMs(): number {
    return this.#waitedMs;
  }

  /** It is known how much is to be fetched: a large exam waits for the end of the one before it. */
  async sized(images: number): Promise<void> {
    if (images > MOST_IMAGES_AHEAD) await this.#finish();
  }

  /** The first half is done: waits for a place in the second, and lets the next exam begin. */
  async prepared(): Promise<void> {
    await this.#finish();
    this.#leavePreparing();
  }

  end(): void {
    this.#leavePreparing();
    if (this.#isFinishing) this.#finishing.leave();
    this.#isFinishing = false;
  }

  async #finish(): Promise<void> {
    if (this.#isFinishing) return;
    const since = performance.now();
    await this.#finishing.take(this.#stopping);
    this.#isFinishing = true;
    this.#waitedMs += performance.now() - since;
  }

  #leavePreparing(): void {
    if (this.#isPreparing) this.#preparing.leave();
    this.#isPreparing = false;
  }
}

export type { ExamTurn };
