import { setTimeout as sleep } from 'node:timers/promises';
import { mayPass, namedServerError } from './serverErrors.js';

/** A server that restarts or hands over to its standby is back within this time, mostly. */
export const PATIENCE_MS = 60_000;

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2000;

export interface Patience {
  /** How long a lost connection is waited for. */
  patienceMs: number;
  /** As `ServerAddress` has it. */
  server: string;
  /** Nobody wants it any more. */
  isClosed(): boolean;
}

/**
 * Runs work on a server; again from its start while trouble may pass.
 *
 * @param work `again`: the answer to its first run was lost, and with it whether that was committed
 * @throws LedgerError `ledger-unreachable` and the like; what the work throws
 */
export async function patiently<T>(
  work: (again: boolean) => Promise<T>,
  { patienceMs, server, isClosed }: Patience,
): Promise<T> {
  const until = performance.now() + patienceMs;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    try {
      return await work(pause > FIRST_PAUSE_MS);
    } catch (error) {
      if (isClosed() || !mayPass(error) || performance.now() > until) throw namedServerError(error, server);
    }
    // Not all at once, when the server is back.
    await sleep(pause * (0.5 + Math.random()));
  }
}
