import { type AuditTrail, operator, type Person } from '../audit/index.js';
import type { Settings } from '../config/index.js';
import { countText } from '../countText.js';
import { MamoriError } from '../errors.js';
import type { Log } from '../poller/index.js';
import { withTrail } from './auditing.js';
import type { EndCounts } from './endCounts.js';
import { refuseForeignRoot } from './ownAccount.js';

/** How an order ended, as the audit trail has it: what came of it, or why not all did. */
export type OrderEnd = { detail: string } | { failure: string };

/** What somebody orders, on the status page or at the command line. */
export interface Order<Result> {
  /** A word, such as `retry`. */
  what: string;
  studies?: readonly string[] | undefined;
  /** What else was said, such as the states that were chosen; never what somebody typed freely. */
  said?: Readonly<Record<string, unknown>> | undefined;
  work(): Promise<Result>;
  /** Left out: that it was done. */
  endOf?: ((result: Result) => OrderEnd) | undefined;
}

/**
 * Carries out an order. It is noted before it is done, so that nothing takes effect unseen, and once more with how it
 * ended. Of one that was killed the next order, or the next start, notes that its end is not known.
 *
 * @throws AuditError `audit-unwritable`: then nothing was begun. Otherwise what the work throws
 */
export async function carryOut<Result>(
  trail: AuditTrail,
  by: Person,
  { what, studies, said = {}, work, endOf = () => ({ detail: 'done' }) }: Order<Result>,
): Promise<Result> {
  const words = JSON.stringify(said);
  const ended: (end: OrderEnd) => void = await trail.begin({
    act: 'used',
    what,
    by,
    studies,
    ...(words !== '{}' && { detail: words }),
  });
  try {
    const result = await work();
    ended(endOf(result));
    return result;
  } catch (error) {
    ended({ failure: error instanceof MamoriError ? error.code : 'unexpected-error' });
    throw error;
  }
}

/** The same for whoever sits at the command line. */
export async function carryOutHere<Result>(
  settings: Settings,
  log: Log,
  order: Order<Result>,
): Promise<Result> {
  await refuseForeignRoot(settings);
  return withTrail(settings, log, (trail) => carryOut(trail, operator(), order));
}

/** Of an order that hands exams to the service: how many; with none, nothing was done. */
export function handedEnd(exams: number, none: string): OrderEnd {
  return exams > 0 ? { detail: `done: ${countText(exams, 'exam')}` } : { failure: `refused: ${none}` };
}

/**
 * Of an order that works on exams itself: how many came to which end.
 *
 * @param how `in part`: not all came to a whole answer; `stopped`: there is more to be done
 */
export function workedEnd(how: 'done' | 'in part' | 'stopped', ends: EndCounts): OrderEnd {
  const words = `${how}: ${countText(ends.exams, 'exam')}${ends.exams === 0 ? '' : ` (${ends})`}`;
  return how === 'done' ? { detail: words } : { failure: words };
}
