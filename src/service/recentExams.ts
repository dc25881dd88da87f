import type { RecentExams } from '../admin/index.js';
import type { ExamRecord } from '../ledger/index.js';
import { isRightlyNotProcessed } from './rightEnds.js';

/** What ended earlier says nothing of how the service is now. */
const RECENT_MS = 24 * 3_600_000;

/** How the latest exams ended, and why most of those that failed did. What is to be tried again counts as failed. */
export function recentExams(exams: readonly ExamRecord[], now: Date): RecentExams {
  const since = now.getTime() - RECENT_MS;
  const ended = exams.filter(
    ({ state, closedAt, code }) =>
      state === 'failed' ||
      (closedAt !== undefined && closedAt.getTime() >= since && !isRightlyNotProcessed(code)),
  );
  const failures = ended.filter(({ state }) => state === 'failed' || state === 'not-processed');
  const partial = ended.filter(({ state }) => state === 'partial');
  const reasons = new Map<string, { times: number; reason: string }>();
  for (const { code = '', reason = '' } of failures.length > 0 ? failures : partial) {
    reasons.set(code, { times: (reasons.get(code)?.times ?? 0) + 1, reason });
  }
  const [mostly] = [...reasons.values()].sort((a, b) => b.times - a.times);
  return { ended: ended.length, failed: failures.length, partial: partial.length, mostly: mostly?.reason };
}
