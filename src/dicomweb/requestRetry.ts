/** Answers that may be better the next time: not now, too many, or a fault on the other side that may pass. */
export function mayPass(status: number): boolean {
  if (status === 408 || status === 425 || status === 429) return true;
  // 501 and 505 say that the server will never do it.
  return status >= 500 && status !== 501 && status !== 505;
}

/** No server is left alone for longer, whatever it asks: dates come from clocks that may be years off. */
const LONGEST_ASKED_MS = 86_400_000;

/**
 * Retry-After (RFC 9110 §10.2.3) in ms from now, at most a day: seconds, or a date.
 *
 * @param now ms since the epoch
 */
export function retryAfterMs(value: string | undefined, now: number): number | undefined {
  const text = value?.trim();
  if (text === undefined || text === '') return undefined;
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1000, LONGEST_ASKED_MS);
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.min(Math.max(0, date - now), LONGEST_ASKED_MS);
}

export interface RetryPolicy {
  retries: number;
  backoffMs: number;
  maxBackoffMs: number;
}

/**
 * How long to wait before another try; undefined to give up.
 *
 * @param failures how many tries have failed so far, from 1
 * @param asked what the server asked for in Retry-After, in ms
 * @param random in 0..1: spreads the repeats of many clients that failed together
 */
export function pauseBeforeRetry(
  policy: RetryPolicy,
  failures: number,
  asked: number | undefined,
  random: number,
): number | undefined {
  if (failures > policy.retries) return undefined;
  if (asked !== undefined) return asked <= policy.maxBackoffMs ? asked : undefined;
  const ceiling = Math.min(policy.maxBackoffMs, policy.backoffMs * 2 ** (failures - 1));
  return ceiling / 2 + (ceiling / 2) * random;
}
