/** A stretch of the day in minutes since midnight; one that ends before it begins goes on past midnight. */
export interface HoursOfDay {
  from: number;
  to: number;
}

const DAY_MINUTES = 1440;

/**
 * When something may be done, by the clock on the wall where the machine is: also on the two days of the year on which
 * that clock is set. No hours: at any time.
 */
export class OpenHours {
  readonly #hours: readonly HoursOfDay[];

  constructor(hours: readonly HoursOfDay[]) {
    this.#hours = hours;
  }

  isOpen(at: Date): boolean {
    return this.#hours.length === 0 || this.#isOpenAt(minuteOf(at));
  }

  /** The time of day at which they open next, such as 19:00; undefined where they are open. */
  opensAt(at: Date): string | undefined {
    if (this.isOpen(at)) return undefined;
    const wait = ({ from }: HoursOfDay) => (from - minuteOf(at) + DAY_MINUTES) % DAY_MINUTES;
    const [next] = this.#hours.toSorted((a, b) => wait(a) - wait(b));
    return timeOfDay(next!.from);
  }

  /** Of a usual day, 0 to 1. */
  get shareOfDay(): number {
    if (this.#hours.length === 0) return 1;
    const open = Array.from({ length: DAY_MINUTES }, (_, minute) => this.#isOpenAt(minute)).filter(Boolean);
    return open.length / DAY_MINUTES;
  }

  /** Such as `19:00-06:00`; empty where they are always open. */
  toString(): string {
    return this.#hours.map(({ from, to }) => `${timeOfDay(from)}-${timeOfDay(to)}`).join(', ');
  }

  #isOpenAt(minute: number): boolean {
    return this.#hours.some(({ from, to }) =>
      from < to ? minute >= from && minute < to : minute >= from || minute < to,
    );
  }
}

function minuteOf(at: Date): number {
  return 60 * at.getHours() + at.getMinutes();
}

function timeOfDay(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}
