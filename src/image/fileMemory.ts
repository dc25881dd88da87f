/** Larger ones are let go at once. */
const MOST_KEPT_BYTES = 64 * 2 ** 20;

/** Sizes are rounded up to this, so that one exam's images, which differ by a few bytes, fit in each other's place. */
const GRAIN_BYTES = 2 ** 20;

/** Without work for so long, everything is let go. */
const IDLE_MS = 30_000;

/**
 * Memory that files are read into, one after the other.
 *
 * A mammogram is 17 to 30 MB. Taken afresh for each, such arrays wait for a collection of garbage that their tiny
 * JavaScript side does not call for; then it comes in a hurry, on the event loop, and the C library keeps what it
 * gets back in pieces. A service then needs twice the memory that it uses.
 */
export class FileMemory {
  readonly #most: number;
  #spare: ArrayBuffer[] = [];
  readonly #given = new WeakSet<ArrayBuffer>();
  #idle: NodeJS.Timeout | undefined;

  /** @param most arrays kept at a time */
  constructor(most: number) {
    this.#most = most;
  }

  /** At least `bytes` long, with whatever the last file left in it. */
  take(bytes: number): ArrayBuffer {
    const fitting = this.#spare.filter((buffer) => buffer.byteLength >= bytes);
    const smallest = fitting.sort((a, b) => a.byteLength - b.byteLength)[0];
    const buffer = smallest ?? new ArrayBuffer(Math.ceil(Math.max(bytes, 1) / GRAIN_BYTES) * GRAIN_BYTES);
    this.#spare = this.#spare.filter((spare) => spare !== buffer);
    this.#given.add(buffer);
    return buffer;
  }

  /** Whether an array is one that `take` gave. */
  isOwn(buffer: ArrayBufferLike): buffer is ArrayBuffer {
    return buffer instanceof ArrayBuffer && this.#given.has(buffer);
  }

  giveBack(buffer: ArrayBuffer): void {
    if (buffer.byteLength === 0 || buffer.byteLength > MOST_KEPT_BYTES) return;
    this.#spare.push(buffer);
    // The largest fit most.
    if (this.#spare.length > this.#most) {
      this.#spare = this.#spare.sort((a, b) => b.byteLength - a.byteLength).slice(0, this.#most);
    }
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.clear(), IDLE_MS).unref();
  }

  clear(): void {
    clearTimeout(this.#idle);
    this.#spare = [];
  }
}
