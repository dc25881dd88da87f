import type { Pauses } from './breaker.js';
import type { PollerSettings } from './pollerSettings.js';

/** Longer than that, a PACS that is back would be waited for without need: the question is a small one. */
const LONGEST_OUTAGE_PAUSE_SECONDS = 300;

/** Hospitals lock an account after some wrong passwords in half an hour: three with the usual settings. */
export function pausesOf({ firstDelaySeconds, longestDelaySeconds }: PollerSettings['retry']): Pauses {
  const longest = Math.min(longestDelaySeconds, LONGEST_OUTAGE_PAUSE_SECONDS);
  return {
    outage: { first: 1000 * Math.min(firstDelaySeconds, longest), longest: 1000 * longest },
    credentials: {
      first: 5000 * firstDelaySeconds,
      longest: Math.max(5000 * firstDelaySeconds, 4000 * longestDelaySeconds),
    },
  };
}
