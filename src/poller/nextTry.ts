import { PacsError } from '../dicomweb/index.js';
import { MamoriError } from '../errors.js';
import { LedgerError, type LedgerErrorCode, type Reason } from '../ledger/index.js';
import { DeliveryError } from './errors.js';
import type { PollerSettings } from './pollerSettings.js';

/** What to do with an exam after an error; `counts`: whether the try is one of those that the settings allow. */
export type NextTry = { again: true; inMs: number; counts: boolean } | { again: false };

/**
 * Trouble that may pass is tried again with growing delays; trouble that cannot (a refusal, missing rights) is tried
 * again as well, but only as often as the settings say, since an administrator may have mended it meanwhile: never at
 * once, and not without end. Finished results are never given up because the archive is away or has no room: it comes
 * back, however long that takes, and they cost nothing until then. An outage of the archive uses up no tries, nor does
 * one of the ledger or a full disk, whoever filled it.
 *
 * @param work.pausedMs where the archive is at fault: for how long it is left alone. The exam that met it comes back
 * somewhat later than that, so that another one is the first to be tried: it may be the one that cannot be had.
 * @param random 0 to 1: exams that met the same outage do not come back all at the same moment
 */
export function nextTry(
  error: unknown,
  attempt: number,
  retry: PollerSettings['retry'],
  work: { undelivered: boolean; pausedMs: number | undefined },
  random = Math.random(),
): NextTry {
  if (work.pausedMs !== undefined) {
    const delay = Math.min(retry.firstDelaySeconds * (0.5 + random), retry.longestDelaySeconds);
    return { again: true, inMs: work.pausedMs + 1000 * delay, counts: false };
  }
  if (isTheLedgers(error)) {
    // No tries are counted, so that the delay does not grow either, and each try costs an analysis.
    const delay = Math.min(8 * retry.firstDelaySeconds, retry.longestDelaySeconds);
    return { again: true, inMs: 1000 * delay, counts: false };
  }
  const isTheArchives = error instanceof PacsError || error instanceof DeliveryError;
  const isKept = work.undelivered && isTheArchives && error.transient;
  if (attempt >= retry.attempts && !isKept) return { again: false };
  const doubled = retry.firstDelaySeconds * 2 ** Math.min(attempt - 1, 30);
  const delay = Math.min(mayPass(error) ? doubled : doubled * 4, retry.longestDelaySeconds);
  const asked = error instanceof PacsError ? (error.retryAfterMs ?? 0) / 1000 : 0;
  return { again: true, inMs: 1000 * Math.max(delay, asked), counts: true };
}

/** Whether the ledger, or the results beside it, have no room, its server is away, or another version was faster. */
function isTheLedgers(error: unknown): boolean {
  return error instanceof LedgerError && LEDGER_TROUBLE.includes(error.code);
}

const LEDGER_TROUBLE: readonly LedgerErrorCode[] = [
  'ledger-disk-full',
  'ledger-unreachable',
  'ledger-busy',
  'ledger-overtaken',
];

/** What the archive lists and does not find, or gives as something else, it may well give a minute later. */
const MAY_PASS = new Set<string>(['pacs-not-found', 'pacs-answer-malformed']);

function mayPass(error: unknown): boolean {
  if (error instanceof PacsError) return error.transient || MAY_PASS.has(error.code);
  if (error instanceof DeliveryError) return error.transient;
  return true;
}

/** An error as the ledger, the status page and the log show it. */
export function reasonOf(error: unknown): Reason {
  if (error instanceof MamoriError) {
    return { code: error.code, reason: error.remedy ? `${error.message} ${error.remedy}` : error.message };
  }
  // Foreign errors may quote what they choked on; that could be a patient's. Their kind is enough for the ledger.
  const kind = error instanceof Error ? error.name : typeof error;
  return { code: 'unexpected-error', reason: `Unexpected ${kind}; the log has its stack at level debug.` };
}
