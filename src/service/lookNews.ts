import type { Settings } from '../config/index.js';
import type { LastLook, Ledger } from '../ledger/index.js';
import { schedulePatience } from './schedulePatience.js';

/** What the ledger tells of the latest look at the archive, where no service tells how it is. */
export interface LookNews extends LastLook {
  /** No look came for so long that somebody who keeps to `poll.schedule` must have ended, and no exam is in work. */
  isOverdue: boolean;
}

/** Undefined where no look was noted yet. */
export async function lookNews(
  ledger: Pick<Ledger, 'lastLook' | 'list' | 'now'>,
  { poll }: Pick<Settings, 'poll'>,
): Promise<LookNews | undefined> {
  const look = await ledger.lastLook();
  if (look === undefined) return undefined;
  const now = await ledger.now();
  const inHand = await ledger.list({ states: ['claimed', 'delivering'] });
  // `once` looks, and then works for as long as there is work.
  const isAtWork = inHand.some(({ leaseUntil }) => leaseUntil !== undefined && leaseUntil > now);
  const seconds = (now.getTime() - look.at.getTime()) / 1000;
  return { ...look, isOverdue: !isAtWork && seconds > schedulePatience(poll.schedule, now) };
}
