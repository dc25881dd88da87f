const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

/** When exams are made. */
export interface BusyTime {
  days: readonly (typeof DAYS)[number][];
  /** `HH:MM`, by the local time of this machine. */
  from: string;
  to: string;
}

const HOUR_MS = 3_600_000;

/** Longer than that is not counted: it is more than any setting asks for. */
const MOST_DAYS = 3660;

/** How many hours of busy time lie between two moments. A day on which the clocks change has its own length. */
export function busyHours(from: Date, to: Date, { days, ...hours }: BusyTime): number {
  let sum = 0;
  const day = new Date(from.getFullYear(), from.getMonth(), from.getDate());
  for (let count = 0; day <= to && count < MOST_DAYS; count++) {
    if (days.includes(DAYS[day.getDay()]!)) {
      const begin = Math.max(at(day, hours.from).getTime(), from.getTime());
      const end = Math.min(at(day, hours.to).getTime(), to.getTime());
      sum += Math.max(0, end - begin);
    }
    day.setDate(day.getDate() + 1);
  }
  return sum / HOUR_MS;
}

function at(day: Date, time: string): Date {
  const [hours, minutes] = time.split(':').map(Number) as [number, number];
  return new Date(day.getFullYear(), day.getMonth(), day.getDate(), hours, minutes);
}
