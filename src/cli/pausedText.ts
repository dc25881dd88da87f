import type { Pausing } from '../ledger/index.js';

/** Why a command that works on exams leaves them alone. */
export function pausedText({ by }: Pausing): string {
  return `No exam is taken up: ${by} ordered a pause on the status page.`;
}
