import { type ParsedFields, parse } from 'node-cron';

/** So many beats of a schedule may be missed, the one under way aside, before somebody counts as silent. */
const BEATS_MISSED = 3;
const LEAST_SECONDS = 120;
const MINUTE_MS = 60_000;
/** Further back than a week, and for days that are told otherwise than by numbers, nobody is called silent. */
const MOST_MINUTES = 8 * 24 * 60;

/**
 * For how many seconds, up to now, there may have been no sign of whoever works by `poll.schedule`: as long as the last
 * beats took. A schedule may rest at night or over the weekend, and who keeps to it is not silent.
 */
export function schedulePatience(schedule: string, now: Date): number {
  const fields = parse(schedule);
  const seconds = fields.second.toSorted((a, b) => b - a);
  const minute = Math.floor(now.getTime() / MINUTE_MS) * MINUTE_MS;
  let beats = 0;
  for (let back = 0; back < MOST_MINUTES; back++) {
    const start = minute - back * MINUTE_MS;
    if (!hasBeat(fields, new Date(start))) continue;
    for (const second of seconds) {
      const ago = (now.getTime() - start) / 1000 - second;
      if (ago >= 0 && ++beats > BEATS_MISSED) return Math.max(LEAST_SECONDS, ago);
    }
  }
  return MOST_MINUTES * 60;
}

/** Whether the schedule beats in this minute of local time. */
function hasBeat({ minute, hour, dayOfMonth, month, dayOfWeek }: ParsedFields, at: Date): boolean {
  return (
    minute.includes(at.getMinutes()) &&
    hour.includes(at.getHours()) &&
    dayOfMonth.includes(at.getDate()) &&
    month.includes(at.getMonth() + 1) &&
    dayOfWeek.includes(at.getDay())
  );
}
