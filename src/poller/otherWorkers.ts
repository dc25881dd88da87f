import { setTimeout as sleep } from 'node:timers/promises';
import type { ExamRecord, Ledger, ServedModel } from '../ledger/index.js';
import type { Log } from './log.js';

const ASK_AGAIN_MS = 1000;

export interface OtherWorkers {
  ledger: Ledger;
  served: ServedModel;
  log: Log;
  /** By `performance.now()`. */
  until: number;
}

/** Exams that some worker holds now. */
export function heldExams({
  ledger,
  served,
}: Pick<OtherWorkers, 'ledger' | 'served'>): Promise<ExamRecord[]> {
  return ledger.list({ states: ['claimed', 'delivering'], served });
}

/** Waits while other processes work. True once one of them has left something to do; false if none has. */
export async function othersLeaveWork(others: OtherWorkers, stopping: AbortSignal): Promise<boolean> {
  const { ledger, served, log, until } = others;
  for (let isSaid = false; ; isSaid = true) {
    const held = await heldExams(others);
    if (held.length === 0) return false;
    if ((await ledger.countDue(served)) > 0) return true;
    if (performance.now() >= until || stopping.aborted) return false;
    if (!isSaid) log.info({ exams: held.length }, 'Waiting for exams that another process works on');
    await sleep(ASK_AGAIN_MS, undefined, { signal: stopping }).catch(() => {});
  }
}
