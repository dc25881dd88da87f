/**
 * How long a claim stands without a sign of life where nobody can see whether its owner still runs: on another machine,
 * in another container. Long enough for a pause of the machine or a slow disk, short enough that nobody waits for a
 * result.
 */
export const LEASE_SECONDS = 120;

/** A claim is renewed so many times within its lease: one renewal that is late or lost does no harm. */
const RENEWALS = 3;

/** @param leaseSeconds length of the lease. @returns milliseconds from one renewal to the next */
export function renewalMs(leaseSeconds: number): number {
  return (leaseSeconds * 1000) / RENEWALS;
}

/** When a lease ends, by both clocks. Milliseconds throughout. */
export interface Lease {
  /** Since 1970, by a clock that may be set. */
  until: number;
  length: number;
  /** By the steady clock of one start of one machine; undefined for leases that were granted without. */
  steady: { until: number; boot: string } | undefined;
}

/** A moment by both clocks. */
export interface Moment {
  now: number;
  steady: number;
  boot: string;
}

/**
 * Whether a lease has run out. On the machine that granted it the steady clock tells, so that no claim is stuck or
 * taken away because somebody sets the time. Elsewhere the time of day has to do. Either way no lease ends later than
 * one that is granted now: the machine has started again, or its clock was set back.
 */
export function isOver({ until, length, steady }: Lease, moment: Moment): boolean {
  const [end, now] =
    steady !== undefined && steady.boot === moment.boot ? [steady.until, moment.steady] : [until, moment.now];
  return end <= now || end - length > now;
}
