import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ExamKey,
  type ExamRecord,
  isOnItsWay,
  isServed,
  type Ledger,
  type ServedModel,
} from '../ledger/index.js';
import type { Log } from './log.js';

const ASK_AGAIN_MS = 1000;

export interface OtherWorkers {
  ledger: Ledger;
  served: ServedModel;
  log: Log;
  /** By `performance.now()`. */
  until: number;
}

/** Exams that some worker holds now, and those that wait since it makes another version's results about the study. */
export async function heldExams({
  ledger,
  served,
}: Pick<OtherWorkers, 'ledger' | 'served'>): Promise<ExamRecord[]> {
  const held = await ledger.list({ states: ['claimed', 'delivering'] });
  const ours = held.filter((one) => isServed(one, served));
  const others = held.filter((one) => !isServed(one, served));
  const behind = await Promise.all(
    others.map(({ studyInstanceUID }) => ledger.find({ ...served, studyInstanceUID })),
  );
  const now = await ledger.now();
  const isReady = (exam: ExamRecord | undefined): exam is ExamRecord =>
    exam?.state === 'waiting' && exam.dueAt !== undefined && exam.dueAt <= now;
  return [...ours, ...behind.filter(isReady)];
}

/** Results that another version made of the same study, and could not deliver yet. */
export async function othersOnTheirWay(exam: ExamKey, ledger: Pick<Ledger, 'list'>): Promise<ExamRecord[]> {
  const records = await ledger.list({ studyInstanceUID: exam.studyInstanceUID });
  return records.filter((other) => !isServed(other, exam) && isOnItsWay(other, exam.modelName));
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
