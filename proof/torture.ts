import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { DicomWeb } from '../src/dicomweb/index.js';
import { openLedger } from '../src/ledger/index.js';
import { makeExam } from '../src/phantom/index.js';
import { type Uniform, uniformFrom } from '../src/random.js';
import { smallBundle } from '../test/model/bundles.js';
import { kindsOf, realArchive, resultsIn, type TestArchive, today } from '../test/poller/hospital.js';
import { type Fault, type FaultyProxy, startFaultyProxy, type Weather } from './faultyProxy.js';
import { TorturedWorkers } from './torturedWorkers.js';

export interface TortureOptions {
  seed: number;
  kills: number;
  /** Exams that arrive while workers are killed. */
  exams: number;
  /** Processes that share the work. */
  workers: number;
  /** A file unless said. */
  ledger?: TorturedLedger | undefined;
  say(text: string): void;
}

/** A ledger on a server, and what goes wrong with it. */
export interface TorturedLedger {
  url: string;
  /** Ends every connection. */
  cut(): Promise<void>;
  /** Ends the server as a power failure would, and starts it again. */
  failServer(): Promise<void>;
}

/** What goes wrong besides requests. */
export type Trouble = 'clock set back' | 'clock set forward' | 'connections cut' | 'server failed';

export interface TortureReport {
  kills: number;
  requests: number;
  faults: ReadonlyMap<Fault, number>;
  troubles: ReadonlyMap<Trouble, number>;
  exams: number;
  /** What was promised and is not so: nothing where all is well. */
  broken: string[];
}

/** One complete set of an exam of two views. */
const WHOLE = ['mammography-cad', 'secondary-capture', 'secondary-capture', 'tid1500'];

/** A worker is killed after so long at the most; the most of its exams are under way then. */
const LONGEST_LIFE_MS = 1500;
/** So many live until something is stored, if it comes to that in time, and are killed soon after. */
const KILLED_AT_STORE = 0.4;
const LONGEST_WAIT_MS = 4000;
const AFTER_STORE_MS = 400;
/** How often something goes wrong, per kill. */
const HURT_LEDGER = 0.3;
const FAIL_SERVER = 0.2;
const SET_CLOCK = 0.2;
const LONGEST_STEP_MS = 2 * 3_600_000;
/** Once nothing goes wrong any more, an exam must come to its end within this time, and then another. */
const LONGEST_FINISH_MS = 120_000;
/** Requests that are never answered end for the worker after so long. */
const PATIENCE = { headersMs: 700, idleBodyMs: 700, totalMs: 3000 };

/**
 * Exams arrive, the archive misbehaves, clocks are set, connections are cut, workers are killed: in the end each exam
 * has one whole set of results.
 */
export async function torture(options: TortureOptions): Promise<TortureReport> {
  const { seed, kills, exams, say, ledger } = options;
  const random = uniformFrom('kills', seed);
  const folder = mkdtempSync(join(tmpdir(), 'mamori-torture-'));
  const [archive, bundle] = await Promise.all([realArchive(), smallBundle()]);
  const proxy = await startFaultyProxy(archive.access.url!, uniformFrom('faults', seed));
  const url = ledger?.url ?? `sqlite:${join(folder, 'ledger.db')}`;
  const access = { ...archive.access, url: proxy.url, timeouts: PATIENCE, retries: 1, backoffMs: 20 };
  const workers = new TorturedWorkers(
    { bundle: bundle.directory, url, access },
    // Those who share a file share a machine, and its clock.
    { count: options.workers, onOneMachine: ledger === undefined },
  );
  const troubles = new Map<Trouble, number>();
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
  let isOver = false;
  try {
    await arrive(Math.min(2, exams));
    await workers.start();
    const weather = changeWeather(proxy, random, () => isOver);
    for (let kill = 1; kill <= kills; kill++) {
      await arrive(Math.ceil((exams * kill) / kills));
      await sleep((random() * LONGEST_LIFE_MS) / 2);
      for (const trouble of await cause({ workers, ledger, random }))
        troubles.set(trouble, (troubles.get(trouble) ?? 0) + 1);
      if (random() < KILLED_AT_STORE) await untilStore(proxy, random);
      else await sleep((random() * LONGEST_LIFE_MS) / 2);
      await workers.killOne(random);
      if (kill % 20 === 0 || kill === kills) say(`${kill} of ${kills} kills, ${studies.length} exams`);
    }
    isOver = true;
    await weather;
    proxy.weather = 'calm';
    workers.setRight();
    await finish(url, studies.length, say);
    await workers.end();
    const broken = [...workers.endedByThemselves, ...(await whatIsBroken(archive, url, studies))];
    const { count: requests } = proxy.requests;
    return { kills, requests, faults: proxy.faults, troubles, exams: studies.length, broken };
  } finally {
    isOver = true;
    await workers.end();
    await proxy.close();
    await archive.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function untilStore({ requests }: FaultyProxy, random: Uniform): Promise<void> {
  const { stores } = requests;
  const until = performance.now() + LONGEST_WAIT_MS;
  while (requests.stores === stores && performance.now() < until) await sleep(20);
  await sleep(random() * AFTER_STORE_MS);
}

async function changeWeather(proxy: FaultyProxy, random: Uniform, isOver: () => boolean): Promise<void> {
  const forecast: Weather[] = ['storm', 'storm', 'storm', 'storm', 'calm', 'outage'];
  while (!isOver()) {
    proxy.weather = forecast[Math.floor(random() * forecast.length)]!;
    await sleep(500 + random() * 2500);
  }
}

interface Victims {
  workers: TorturedWorkers;
  ledger: TorturedLedger | undefined;
  random: Uniform;
}

/** What goes wrong with clocks and the ledger while workers are at work. */
async function cause({ workers, ledger, random }: Victims): Promise<Trouble[]> {
  const caused: Trouble[] = [];
  if (random() < SET_CLOCK) {
    const aheadMs = (2 * random() - 1) * LONGEST_STEP_MS;
    const before = workers.setClock(aheadMs, random);
    caused.push(aheadMs < before ? 'clock set back' : 'clock set forward');
  }
  if (ledger !== undefined && random() < HURT_LEDGER) {
    const fails = random() < FAIL_SERVER;
    await (fails ? ledger.failServer() : ledger.cut());
    caused.push(fails ? 'server failed' : 'connections cut');
  }
  return caused;
}

/** Lets the workers come to the end of all work. */
async function finish(url: string, exams: number, say: (text: string) => void): Promise<void> {
  const ledger = await openLedger(url);
  const begin = performance.now();
  try {
    let before = -1;
    for (let until = performance.now() + LONGEST_FINISH_MS; performance.now() < until; await sleep(500)) {
      const { delivered, partial, 'not-processed': notProcessed } = await ledger.counts();
      const ended = delivered + partial + notProcessed;
      if (before < 0) say(`${exams - ended} exams are not at their end`);
      if (ended >= exams) {
        say(`All are ${Math.round((performance.now() - begin) / 1000)} s after the last kill`);
        return;
      }
      if (ended > before) until = performance.now() + LONGEST_FINISH_MS;
      before = ended;
    }
  } finally {
    await ledger.disconnect();
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
