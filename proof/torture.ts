import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { DicomWeb } from '../src/dicomweb/index.js';
import { openLedger } from '../src/ledger/index.js';
import { makeExam } from '../src/phantom/index.js';
import { uniformFrom } from '../src/random.js';
import { smallBundle } from '../test/model/bundles.js';
import { kindsOf, realArchive, resultsIn, type TestArchive, today } from '../test/poller/hospital.js';
import { type Fault, type FaultyProxy, startFaultyProxy, type Weather } from './faultyProxy.js';

export interface TortureOptions {
  seed: number;
  kills: number;
  /** Exams that arrive while workers are killed. */
  exams: number;
  /** A file and one worker unless said. */
  ledger?: TorturedLedger | undefined;
  say(text: string): void;
}

/** A ledger on a server, and what goes wrong with it. */
export interface TorturedLedger {
  url: string;
  /** As many processes share the work. */
  workers: number;
  /** Ends every connection, or the server itself for a moment. */
  hurt(random: () => number): Promise<void>;
}

export interface TortureReport {
  kills: number;
  requests: number;
  faults: ReadonlyMap<Fault, number>;
  exams: number;
  /** What was promised and is not so: nothing where all is well. */
  broken: string[];
}

/** One complete set of an exam of two views. */
const WHOLE = ['mammography-cad', 'secondary-capture', 'secondary-capture', 'tid1500'];

/** A worker is killed after so long at the most; the most of its exams are under way then. */
const LONGEST_LIFE_MS = 1500;
/** How often a ledger on a server is hurt, per kill. */
const HURT_LEDGER = 0.3;
/** Once nothing goes wrong any more, all must be done within this time. */
const LONGEST_FINISH_MS = 120_000;
/** Requests that are never answered end for the worker after so long. */
const PATIENCE = { headersMs: 700, idleBodyMs: 700, totalMs: 3000 };

const WORKER = fileURLToPath(new URL('./torturedWorker.js', import.meta.url));

/** Exams arrive, the archive misbehaves, workers are killed: in the end each exam has one whole set of results. */
export async function torture(options: TortureOptions): Promise<TortureReport> {
  const { seed, kills, exams, say, ledger } = options;
  const random = uniformFrom('kills', seed);
  const folder = mkdtempSync(join(tmpdir(), 'mamori-torture-'));
  const [archive, bundle] = await Promise.all([realArchive(), smallBundle()]);
  const proxy = await startFaultyProxy(archive.access.url!, uniformFrom('faults', seed));
  const url = ledger?.url ?? `sqlite:${join(folder, 'ledger.db')}`;
  const access = { ...archive.access, url: proxy.url, timeouts: PATIENCE, retries: 1, backoffMs: 20 };
  const studies: string[] = [];
  const arrive = async (count: number) => {
    for (; studies.length < count; ) {
      const exam = makeExam({
        rows: 160,
        columns: 128,
        date: today(),
        seed: `torture ${seed} ${studies.length}`,
        views: ['LCC', 'RCC'],
      });
      await archive.add(...exam);
      studies.push(exam[0]!.studyInstanceUID);
    }
  };
  const start = () => startWorker(bundle.directory, url, access);
  let isOver = false;
  try {
    await arrive(Math.min(2, exams));
    const weather = changeWeather(proxy, random, () => isOver);
    for (let kill = 1; kill <= kills; kill++) {
      await arrive(Math.ceil((exams * kill) / kills));
      const workers = await Promise.all(Array.from({ length: ledger?.workers ?? 1 }, start));
      await sleep(random() * LONGEST_LIFE_MS);
      if (ledger !== undefined && random() < HURT_LEDGER) await ledger.hurt(random);
      await Promise.all(workers.map(end));
      if (kill % 20 === 0 || kill === kills) say(`${kill} of ${kills} kills, ${studies.length} exams`);
    }
    isOver = true;
    await weather;
    proxy.weather = 'calm';
    await finish(start, url, studies.length);
    const broken = await whatIsBroken(archive, url, studies);
    return { kills, requests: proxy.requests.count, faults: proxy.faults, exams: studies.length, broken };
  } finally {
    isOver = true;
    await proxy.close();
    await archive.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function changeWeather(proxy: FaultyProxy, random: () => number, isOver: () => boolean): Promise<void> {
  const forecast: Weather[] = ['storm', 'storm', 'storm', 'storm', 'calm', 'outage'];
  while (!isOver()) {
    proxy.weather = forecast[Math.floor(random() * forecast.length)]!;
    await sleep(500 + random() * 2500);
  }
}

/** Comes back when it is at work. */
async function startWorker(...args: [bundle: string, url: string, access: object]): Promise<ChildProcess> {
  const [bundle, url, access] = args;
  const worker = fork(WORKER, [bundle, url, JSON.stringify(access)]);
  const [first] = await Promise.race([once(worker, 'message'), once(worker, 'exit')]);
  if (first !== 'at work') throw new Error(`A worker ended by itself (${first})`);
  return worker;
}

async function end(worker: ChildProcess): Promise<void> {
  const ended = once(worker, 'exit');
  worker.kill('SIGKILL');
  await ended;
}

/** Lets one worker come to the end of all work. */
async function finish(start: () => Promise<ChildProcess>, url: string, exams: number): Promise<void> {
  const worker = await start();
  const ledger = await openLedger(url);
  try {
    const until = performance.now() + LONGEST_FINISH_MS;
    for (;;) {
      const { delivered, partial, 'not-processed': notProcessed } = await ledger.counts();
      if (delivered + partial + notProcessed >= exams || performance.now() > until) return;
      await sleep(500);
    }
  } finally {
    await ledger.disconnect();
    await end(worker);
  }
}

/** Looks past the proxy at what stands in the archive, and at what the ledger says of it. */
async function whatIsBroken(archive: TestArchive, url: string, studies: string[]): Promise<string[]> {
  const broken: string[] = [];
  const pacs = new DicomWeb(archive.access);
  const ledger = await openLedger(url);
  try {
    for (const study of studies) {
      const kinds = kindsOf(await resultsIn(pacs, study));
      if (kinds.join() !== WHOLE.join()) broken.push(`${study} has ${kinds.join(', ') || 'no results'}`);
      const records = await ledger.list({ studyInstanceUID: study });
      const states = records
        // A whole answer may say of a view that it was never taken.
        .map(({ state, reason = '' }) => (state === 'delivered' ? state : `${state} ${reason}`))
        .join(', ');
      if (states !== 'delivered') broken.push(`${study} is ${states || 'unknown'} in the ledger`);
    }
  } finally {
    await ledger.disconnect();
    await pacs.close();
  }
  return broken;
}
