import type { Pausing } from '../ledger/index.js';
import { timeText } from '../timeText.js';

/**
 * That exams are left alone, and by whose order.
 *
 * @param why as somebody typed it, perhaps about a patient: only for who sits at a terminal, never for what goes on to
 * a file or another program
 */
export function pausedText({ by, since }: Pausing, why?: string): string {
  const quoted = why === undefined ? '' : `, “${why}”`;
  return `PAUSED by ${by} since ${timeText(since)}${quoted}: no exam is taken up before somebody orders to go on.`;
}
