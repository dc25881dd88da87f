/**
 * How long a claim stands without a sign of life: a crashed worker's exams wait so long for another to take them up.
 * Long enough for a pause of the machine or a slow disk, short enough that nobody waits for a result.
 */
export const LEASE_SECONDS = 120;

/** A claim is renewed so many times within its lease: one renewal that is late or lost does no harm. */
const RENEWALS = 3;

/** @param leaseSeconds length of the lease. @returns milliseconds from one renewal to the next */
export function renewalMs(leaseSeconds: number): number {
  return (leaseSeconds * 1000) / RENEWALS;
}
