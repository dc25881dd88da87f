import type { Living, VirtualTime } from './virtualTime.js';

/**
 * A process that was refused asks no more for so long: five minutes at the settings of the simulation, less the fifth
 * by which pauses are spread.
 */
const LEAST_AFTER_REFUSAL_MS = 239_000;

/** Who asked the archive, and how each fared: what is promised to the archive itself. */
export class Askers {
  /** A process asked on after it was refused: hospitals lock accounts for that. */
  readonly hasty = new Set<string>();
  readonly #time: VirtualTime;
  readonly #refusedAt = new WeakMap<Living, number>();
  readonly #given = new WeakSet<Living>();
  /** When each met the trouble that lasts. */
  #metAt = new WeakMap<Living, number>();

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  /** A question is on its way. */
  asked(kind: string): void {
    const since = this.#sinceRefusal();
    if (since !== undefined && since < LEAST_AFTER_REFUSAL_MS)
      this.hasty.add(`asked for ${kind} ${Math.round(since / 1000)} s after it was refused`);
  }

  /** Several may be refused that were under way at the same time: the first counts. */
  refused(): void {
    const since = this.#sinceRefusal();
    const { owner, steady } = this.#time;
    if (owner !== undefined && (since === undefined || since >= LEAST_AFTER_REFUSAL_MS))
      this.#refusedAt.set(owner, steady);
  }

  /** It got an image. */
  given(): void {
    if (this.#time.owner !== undefined) this.#given.add(this.#time.owner);
  }

  /** An exam met the trouble that lasts. */
  met(): void {
    const { owner, steady } = this.#time;
    if (owner !== undefined && !this.#metAt.has(owner)) this.#metAt.set(owner, steady);
  }

  /** The trouble is over, or another. */
  forgetTrouble(): void {
    this.#metAt = new WeakMap();
  }

  /** For how long a process knows the trouble that lasts, if it can: where it was given an image before. */
  knownFor(life: Living): number | undefined {
    const at = this.#given.has(life) ? this.#metAt.get(life) : undefined;
    return at === undefined ? undefined : this.#time.steady - at;
  }

  #sinceRefusal(): number | undefined {
    const { owner, steady } = this.#time;
    const at = owner === undefined ? undefined : this.#refusedAt.get(owner);
    return at === undefined ? undefined : steady - at;
  }
}
