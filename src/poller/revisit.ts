import type { Glance } from '../ledger/index.js';

/**
 * A study with as many instances as before is listed again after so long, as far as there is room, should an image have
 * been replaced by another.
 */
const STALE_MS = 600_000;

/**
 * An exam that waits is listed again after so long, whatever was shown of it: what tells that it is complete may have
 * been missed, by a process that was killed after it had listed the images or an archive that did not tell their views.
 */
const WAITING_MS = 60_000;

/** `list` its instances, only `settle` by the clock, leave it `alone`, or list it `if-room` is left in this look. */
export type Visit = 'list' | 'settle' | 'alone' | 'if-room';

/**
 * What a study needs that the search has shown again: a request of its own only where something is new.
 *
 * @param told how many instances the archive says that it has, where it says so
 * @param known what is remembered of it; undefined for a study that was never listed
 */
export function visitOf(
  told: number | undefined,
  known: Pick<Glance, 'state' | 'instances' | 'listedAt' | 'dueAt'> | undefined,
  now: Date,
): Visit {
  if (known === undefined) return 'list';
  if (told !== undefined && told !== known.instances) return 'list';
  const age = now.getTime() - known.listedAt.getTime();
  // Later than now: the clock was set back since.
  const isOlder = (ms: number) => age >= ms || age < 0;
  if (known.state === 'waiting') {
    // Before it is worked on it is listed in any case.
    if (known.dueAt !== undefined) return 'alone';
    return told === undefined || isOlder(WAITING_MS) ? 'list' : 'settle';
  }
  return isOlder(STALE_MS) ? 'if-room' : 'alone';
}

/** The same for an exam that waits and that the search did not show: older than the days looked at, say. */
export function visitUnshown(listedAt: Date, now: Date, isSettled: boolean): Visit {
  const age = now.getTime() - listedAt.getTime();
  return isSettled || age >= WAITING_MS || age < 0 ? 'list' : 'settle';
}
