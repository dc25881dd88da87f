import { type HoursOfDay, OpenHours } from './openHours.js';

export interface PaceOptions {
  /** Exams that are taken up in an hour. */
  perHour: number;
  /** When any may be taken up; left out: at any time. */
  hours?: readonly HoursOfDay[] | undefined;
  /** Milliseconds of a clock that is never set. */
  steady?: (() => number) | undefined;
  now?: (() => Date) | undefined;
}

const HOUR_MS = 3_600_000;

/**
 * How fast old exams are taken up. Hours in which none may be count for nothing: no rush follows them. What new exams
 * or an outage held up is made up for, but in no hour are more taken up than the rate says.
 */
export class Pace {
  readonly #perHour: number;
  readonly #hours: OpenHours;
  readonly #steady: () => number;
  readonly #now: () => Date;
  #openMs = 0;
  #lastAsked: number;
  #wasOpen: boolean;
  /** When those of the last hour were taken up, at the latest; the earliest first. */
  readonly #lately: number[] = [];
  #noted = 0;

  constructor({
    perHour,
    hours = [],
    steady = () => performance.now(),
    now = () => new Date(),
  }: PaceOptions) {
    this.#perHour = perHour;
    this.#hours = new OpenHours(hours);
    this.#steady = steady;
    this.#now = now;
    this.#lastAsked = steady();
    this.#wasOpen = this.isOpen;
  }

  get isOpen(): boolean {
    return this.#hours.isOpen(this.#now());
  }

  /** The time of day at which exams may be taken up again; undefined where they may now. */
  get opensAt(): string | undefined {
    return this.#hours.opensAt(this.#now());
  }

  /**
   * Whether one more may be taken up: the first at once, then as many as the hours allow, and never more in one.
   *
   * @param taken so far
   */
  allows(taken: number): boolean {
    const asked = this.#steady();
    const { isOpen } = this;
    if (isOpen && this.#wasOpen) this.#openMs += asked - this.#lastAsked;
    this.#lastAsked = asked;
    this.#wasOpen = isOpen;
    for (; this.#noted < taken; this.#noted++) this.#lately.push(asked);
    while (this.#lately.length > 0 && this.#lately[0]! <= asked - HOUR_MS) this.#lately.shift();
    if (this.#lately.length >= this.#perHour) return false;
    return isOpen && taken < 1 + Math.floor((this.#openMs / HOUR_MS) * this.#perHour);
  }

  /** How many hours so many exams take, those of the day in which none may be taken up included. */
  hoursFor(exams: number): number {
    return exams / this.#perHour / this.#hours.shareOfDay;
  }
}
