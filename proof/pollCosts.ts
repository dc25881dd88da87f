import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dicomDate, dicomTime } from '../src/dicom/index.js';
import { openLedger } from '../src/ledger/index.js';
import { closeExams } from '../test/ledger/closedExams.js';
import { BusyArchive } from '../test/poller/busyArchive.js';
import { ALGORITHM } from '../test/poller/hospital.js';
import type { PolledCosts } from './pollingWorker.js';

/** What one poll costs, the mean of some. */
export interface PollCosts {
  requests: number;
  answerBytes: number;
  cpuMs: number;
  ledgerQuestions: number;
}

/**
 * What a poll over many closed exams takes too much of, beside one over few. What is known already is gone through a
 * stretch at a time, so none of it may grow as the exams do; the bounds leave room for a machine with other work.
 */
export function tooDear(few: PollCosts, many: PollCosts): string[] {
  const held: [what: string, isHeld: boolean][] = [
    ['asks the archive for more', many.requests <= 3 * few.requests],
    ['gets more bytes of answers', many.answerBytes <= 8 * few.answerBytes],
    ['takes more of the processor', many.cpuMs <= 10 * few.cpuMs + 50],
    ['asks the ledger for more', many.ledgerQuestions <= 3 * few.ledgerQuestions],
  ];
  return held.filter(([, isHeld]) => !isHeld).map(([what]) => `A poll over many closed exams ${what}`);
}

const LOOKBACK_DAYS = 3;
const DAY_MS = 86_400_000;
/** No exam began later than this long ago: those of the last two hours come in every look, known or not. */
const ENDED_MS = 3 * 3_600_000;
const WORKER = fileURLToPath(new URL('./pollingWorker.js', import.meta.url));

/** A poll over so many exams of the look-back, all closed, and nothing new. */
export async function pollCosts(exams: number): Promise<PollCosts> {
  const folder = mkdtempSync(join(tmpdir(), 'mamori-polls-'));
  const file = join(folder, 'ledger.db');
  const archive = await BusyArchive.start();
  const newest = Date.now() - ENDED_MS;
  for (let i = 0; i < exams; i++) {
    const began = new Date(newest - (1 - i / exams) * (LOOKBACK_DAYS * DAY_MS - ENDED_MS));
    const uid = `2.25.${exams}.${i + 1}`;
    archive.add({ uid, date: dicomDate(began), time: dicomTime(began), images: 4 });
  }
  await (await openLedger(`sqlite:${file}`)).disconnect();
  closeExams(file, ALGORITHM, archive.studies.values());
  const worker = fork(WORKER, [archive.url, file, String(LOOKBACK_DAYS)]);
  try {
    await once(worker, 'message');
    archive.counted();
    worker.send('go');
    const [polled] = (await once(worker, 'message')) as [PolledCosts];
    const { studies, instances, metadata, fetched, bytes } = archive.counted();
    return {
      requests: (studies + instances + metadata + fetched) / polled.polls,
      answerBytes: bytes / polled.polls,
      cpuMs: polled.cpuMs / polled.polls,
      ledgerQuestions: polled.ledgerQuestions / polled.polls,
    };
  } finally {
    const gone = once(worker, 'exit');
    worker.disconnect();
    await gone;
    await archive.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
