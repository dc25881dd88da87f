import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openLedger } from '../src/ledger/index.js';
import { makeExam } from '../src/phantom/index.js';
import { smallBundle } from '../test/model/bundles.js';
import { today } from '../test/poller/hospital.js';
import type { ServiceReading } from './serviceProbe.js';
import { SoakArchive } from './soakArchive.js';

export interface SoakOptions {
  exams: number;
  /** Ends after so long with the exams that there were. */
  minutes?: number | undefined;
  say(text: string): void;
}

/** A tenth of the exams. */
export interface SoakTenth {
  /** Wall clock and the service's processor time for each exam. */
  msPerExam: number;
  cpuMsPerExam: number;
  /** Middle ones of the readings. */
  residentMegabytes: number;
  heapMegabytes: number;
}

export interface SoakReport {
  exams: number;
  tenths: SoakTenth[];
  /** Growth in a thousand exams, from the third tenth on. */
  residentSlope: number;
  heapSlope: number;
  ledgerBytesPerExam: number;
  /** Bytes on their way to the archive: the most of any reading. */
  mostSpoolBytes: number;
  /** What was promised and is not so: nothing where all is well. */
  broken: string[];
}

/** Exams that arrive together. */
const AHEAD = 20;
const READINGS = 100;
/** Without an exam for so long the service stands still. */
const LONGEST_STILL_MS = 120_000;

/**
 * The last tenth beside the third: caches are filled and code is compiled by then. Polls go by the clock: of an exam
 * that takes longer, on a machine with other work, more of them are counted.
 */
const MOST_GROWTH = { resident: 1.15, heap: 1.15, cpu: 1.5 };
const MOST_LEDGER_BYTES_PER_EXAM = 12_000;
const MOST_SPOOL_BYTES = 16 * 2 ** 20;

const MAIN = fileURLToPath(new URL('../src/cli/main.js', import.meta.url));
const PROBE = new URL('./serviceProbe.js', import.meta.url).href;

interface Reading extends ServiceReading {
  exams: number;
  at: number;
  spoolBytes: number;
}

/** `mamori run` on exam after exam, as for months: what it needs must not grow with what it has done. */
export async function soak({ exams: wanted, minutes, say }: SoakOptions): Promise<SoakReport> {
  const folder = mkdtempSync(join(tmpdir(), 'mamori-soak-'));
  const bundle = await smallBundle();
  const like = makeExam({ rows: 160, columns: 128, date: today(), seed: 'soak', views: ['LCC', 'RCC'] });
  const archive = new SoakArchive(like, { total: wanted, ahead: AHEAD });
  const settings = {
    pacs: { url: await archive.start() },
    poll: { schedule: '* * * * * *', views: ['LCC', 'RCC'] },
    model: { bundle: bundle.directory },
    ledger: { url: 'sqlite:ledger.db' },
    admin: { listen: 'off' },
    log: { level: 'warn', format: 'text' },
  };
  const file = join(folder, 'mamori.yaml');
  writeFileSync(file, JSON.stringify(settings));
  const service = fork(MAIN, ['run', '-c', file], { execArgv: ['--expose-gc', '--import', PROBE] });
  const readings: Reading[] = [];
  const spool = join(folder, 'ledger.db-objects');
  const read = async () => {
    service.send('read');
    const [reading] = (await once(service, 'message')) as [ServiceReading];
    const spoolBytes = bytesIn(spool);
    readings.push({ ...reading, exams: archive.answered, at: performance.now(), spoolBytes });
  };
  try {
    const step = wanted / READINGS;
    const until = performance.now() + 60_000 * (minutes ?? Number.POSITIVE_INFINITY);
    for (let next = 0, still = performance.now(); archive.answered < archive.total; await sleep(20)) {
      if (performance.now() > until) archive.close();
      if (service.exitCode !== null) throw new Error('The service ended by itself');
      if (performance.now() - still > LONGEST_STILL_MS) break;
      if (archive.answered < next) continue;
      await read();
      still = performance.now();
      if (readings.length % 10 === 0) say(told(readings.at(-1)!));
      next = archive.answered + step;
    }
    await sleep(2000);
    await read();
  } finally {
    await stop(service);
    await archive.stop();
  }
  const exams = archive.total;
  const broken = await whatIsBroken(archive, join(folder, 'ledger.db'), exams, bytesIn(spool));
  const report = reportOf(readings, statSync(join(folder, 'ledger.db')).size / exams, exams);
  rmSync(folder, { recursive: true, force: true });
  return { ...report, broken: [...broken, ...tooMuch(report)] };
}

async function stop(service: ChildProcess): Promise<void> {
  if (service.exitCode !== null) return;
  const ended = once(service, 'exit');
  service.kill('SIGTERM');
  await ended;
}

function bytesIn(folder: string): number {
  try {
    return readdirSync(folder)
      .map((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0)
      .reduce((a, b) => a + b, 0);
  } catch {
    return 0;
  }
}

function told({ exams, residentBytes, heapBytes, cpuMs }: Reading): string {
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  return `${exams} exams, ${megabytes(residentBytes)}, heap ${megabytes(heapBytes)}, ${(cpuMs / 1000).toFixed(0)} s`;
}

async function whatIsBroken(
  archive: SoakArchive,
  file: string,
  exams: number,
  spoolBytes: number,
): Promise<string[]> {
  const broken = archive.doubled.map((uid) => `${uid} is a second report`);
  if (archive.answered !== exams) broken.push(`${archive.answered} of ${exams} exams have a report`);
  const ledger = await openLedger(`sqlite:${file}`);
  const { delivered } = await ledger.counts();
  await ledger.disconnect();
  if (delivered !== exams) broken.push(`${delivered} of ${exams} exams are delivered in the ledger`);
  if (spoolBytes > 0) broken.push(`${spoolBytes} bytes are left of objects that were confirmed`);
  return broken;
}

function reportOf(
  readings: readonly Reading[],
  ledgerBytesPerExam: number,
  exams: number,
): Omit<SoakReport, 'broken'> {
  const tenths = Array.from({ length: 10 }, (_, tenth): SoakTenth => {
    const from = readings.findLast((reading) => reading.exams <= (exams * tenth) / 10) ?? readings[0]!;
    const to = readings.find((reading) => reading.exams >= (exams * (tenth + 1)) / 10) ?? readings.at(-1)!;
    const within = readings.filter((reading) => reading.exams >= from.exams && reading.exams <= to.exams);
    const count = Math.max(1, to.exams - from.exams);
    return {
      msPerExam: (to.at - from.at) / count,
      cpuMsPerExam: (to.cpuMs - from.cpuMs) / count,
      residentMegabytes: middle(within.map(({ residentBytes }) => residentBytes)) / 1e6,
      heapMegabytes: middle(within.map(({ heapBytes }) => heapBytes)) / 1e6,
    };
  });
  const settled = readings.filter((reading) => reading.exams >= exams * 0.2);
  return {
    exams,
    tenths,
    residentSlope: slope(settled.map(({ exams, residentBytes }) => [exams / 1000, residentBytes / 1e6])),
    heapSlope: slope(settled.map(({ exams, heapBytes }) => [exams / 1000, heapBytes / 1e6])),
    ledgerBytesPerExam,
    mostSpoolBytes: Math.max(...readings.map(({ spoolBytes }) => spoolBytes)),
  };
}

function middle(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** Of the line through the points, by least squares. */
function slope(points: [number, number][]): number {
  const mean = (pick: (point: [number, number]) => number) =>
    points.reduce((sum, point) => sum + pick(point), 0) / points.length;
  const [x, y] = [mean((point) => point[0]), mean((point) => point[1])];
  return mean((point) => (point[0] - x) * (point[1] - y)) / mean((point) => (point[0] - x) ** 2);
}

function tooMuch({ tenths, ledgerBytesPerExam, mostSpoolBytes }: Omit<SoakReport, 'broken'>): string[] {
  const [then, now] = [tenths[2]!, tenths[9]!];
  const broken: string[] = [];
  const held = (what: string, before: number, after: number, most: number) => {
    if (after > most * before)
      broken.push(`${what}: ${after.toFixed(1)} in the last tenth, ${before.toFixed(1)} in the third`);
  };
  held('Resident memory in MB', then.residentMegabytes, now.residentMegabytes, MOST_GROWTH.resident);
  held('Heap in MB', then.heapMegabytes, now.heapMegabytes, MOST_GROWTH.heap);
  held('Processor time of an exam in ms', then.cpuMsPerExam, now.cpuMsPerExam, MOST_GROWTH.cpu);
  if (ledgerBytesPerExam > MOST_LEDGER_BYTES_PER_EXAM)
    broken.push(`The ledger takes ${ledgerBytesPerExam.toFixed(0)} bytes for an exam`);
  if (mostSpoolBytes > MOST_SPOOL_BYTES) broken.push(`${mostSpoolBytes} bytes were on their way at a time`);
  return broken;
}
