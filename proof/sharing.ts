import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Ledger, openLedger } from '../src/ledger/index.js';
import { uniformFrom } from '../src/random.js';
import { EXAM } from '../test/ledger/exams.js';
import type { PostgresServer } from '../test/ledger/postgresServer.js';
import { scratchFolder } from '../test/scratch.js';

export interface SharingOptions {
  server: PostgresServer;
  /** A database without tables. */
  url: string;
  seed: number;
  exams: number;
  workers: number;
  /** How often a worker is killed, all connections are cut or the server fails. */
  troubles: number;
  /** What fetching and analysing an exam takes, in place of a PACS and a network. */
  workMs: number;
  say?(text: string): void;
}

export interface SharingReport {
  /** From the first worker at work to the last exam delivered. */
  seconds: number;
  kills: number;
  cuts: number;
  failures: number;
  /** What was promised and is not so: nothing where all is well. */
  broken: string[];
}

const WORKER = fileURLToPath(new URL('./sharingWorker.js', import.meta.url));
const LONGEST_PAUSE_MS = 300;
/** After the last trouble. */
const LONGEST_FINISH_MS = 120_000;

/** Processes share exams by one ledger, and nothing is as it should be: each exam is done once, and only once. */
export async function shareWork(options: SharingOptions): Promise<SharingReport> {
  const { server, url, exams, workers: count, troubles, workMs, say = () => {} } = options;
  const random = uniformFrom('sharing', options.seed);
  const archive = join(scratchFolder('sharing'), 'archive');
  mkdirSync(archive);
  const ledger = await openLedger(url);
  const studies = await waitingExams(ledger, exams);
  const workers: ChildProcess[] = [];
  const start = async (place: number) => {
    const worker = fork(WORKER, [url, archive, String(workMs)]);
    workers[place] = worker;
    await Promise.race([once(worker, 'message'), once(worker, 'exit')]);
  };
  const report: SharingReport = { seconds: 0, kills: 0, cuts: 0, failures: 0, broken: [] };
  const hurt = async () => {
    const kind = random();
    if (kind < 0.1) {
      report.failures++;
      await server.stop();
      await sleep(LONGEST_PAUSE_MS * random());
      await server.start();
    } else if (kind < 0.5) {
      report.cuts++;
      await server.cut(url);
    } else {
      report.kills++;
      const place = Math.floor(count * random());
      await kill(workers[place]!);
      await start(place);
    }
  };
  try {
    await Promise.all(Array.from({ length: count }, (_, place) => start(place)));
    const begin = performance.now();
    for (let trouble = 1; trouble <= troubles; trouble++) {
      await sleep(LONGEST_PAUSE_MS * random());
      await hurt();
      if (trouble % 20 === 0) say(`${trouble} of ${troubles} troubles`);
    }
    await allDelivered(ledger, exams);
    report.seconds = (performance.now() - begin) / 1000;
    if (workers.some(({ exitCode }) => exitCode !== null)) report.broken.push('A worker ended by itself');
  } finally {
    await Promise.all(workers.map(kill));
  }
  report.broken.push(...(await whatIsWrong(ledger, studies, archive)));
  await ledger.disconnect();
  return report;
}

async function waitingExams(ledger: Ledger, exams: number): Promise<string[]> {
  const studies = Array.from({ length: exams }, (_, index) => `2.25.${1000 + index}`);
  for (const studyInstanceUID of studies) {
    const exam = { ...EXAM, studyInstanceUID };
    await ledger.observe(exam, { fingerprint: 'x' });
    await ledger.due(exam, 'x', await ledger.now());
  }
  return studies;
}

async function kill(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  const gone = once(worker, 'exit');
  worker.kill('SIGKILL');
  await gone;
}

async function allDelivered(ledger: Ledger, exams: number): Promise<void> {
  let before = -1;
  for (let until = performance.now() + LONGEST_FINISH_MS; performance.now() < until; await sleep(100)) {
    const { delivered } = await ledger.counts();
    if (delivered === exams) return;
    // As long as exams come to their end it is only slow.
    if (delivered > before) until = performance.now() + LONGEST_FINISH_MS;
    before = delivered;
  }
}

/** Looks at the archive, which takes an instance once, and at the ledger. */
async function whatIsWrong(ledger: Ledger, studies: string[], archive: string): Promise<string[]> {
  const stored = readdirSync(archive).filter((name) => !name.endsWith('.part'));
  const broken = stored.filter((name) => name.endsWith('differs'));
  for (const study of studies) {
    const sets = stored.filter((name) => name.startsWith(`${study}.`));
    if (sets.length !== 3) broken.push(`${study} has ${sets.length} objects in place of 3`);
    const record = await ledger.find({ ...EXAM, studyInstanceUID: study });
    if (record?.state !== 'delivered') broken.push(`${study} is ${record?.state} in the ledger`);
  }
  return broken;
}
