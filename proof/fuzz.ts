import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { TARGETS } from './fuzzTargets.js';
import type { Tally } from './tally.js';

export interface FuzzOptions {
  seed: number;
  /** Over all targets. */
  inputs: number;
  /** One target only. */
  target?: string | undefined;
  /** This input of it and no other: a failure again. */
  only?: number | undefined;
  /** What was read before with this seed: goes on behind it. */
  tally?: Tally | undefined;
  say(text: string): void;
}

export interface Finding {
  target: string;
  /** With the seed and the target it makes the same input again. */
  input: number;
  what: string;
}

export interface FuzzReport {
  inputs: number;
  findings: Finding[];
}

/** Inputs read by one process, so that none grows old. */
const INPUTS_A_PROCESS = 5000;
/** An input that is not done by then never ends; the reader itself says which took over 5 s of processor time. */
const LONGEST_MS = 60_000;
/** Starting and making the sound inputs may. */
const LONGEST_START_MS = 600_000;
/** The reader has nothing to change. */
const NOTHING_TO_READ = 3;
/** Where writing takes no time, if there is such a place. */
const MEMORY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const READER = fileURLToPath(new URL('./fuzzedReader.js', import.meta.url));

/** Ways in, by name. */
export const FUZZ_TARGETS: readonly string[] = Object.keys(TARGETS);

/** Inputs of one target, one after the other. */
export interface Stretch {
  target: string;
  first: number;
  count: number;
}

/** Hostile inputs through every way in for bytes: no crash, no hang, no flood of memory, no error without a name. */
export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  const { seed, tally, say } = options;
  const folder = mkdtempSync(join(MEMORY, 'mamori-fuzz-'));
  const findings: Finding[] = [];
  const waiting = stretches(options);
  const total = waiting.reduce((sum, { count }) => sum + count, 0);
  let done = 0;
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { read, found } = await runReader(seed, next, folder);
      done += read;
      findings.push(...found);
      tally?.add({ ...next, count: read }, found);
      for (const { target: name, input, what } of found)
        say(`FOUND --seed ${seed} --target ${name} --input ${input}: ${what}`);
      // Where an input ended the process, the others of its stretch are still to be read.
      if (read > 0 && read < next.count)
        waiting.unshift({ target: next.target, first: next.first + read, count: next.count - read });
      else say(`${done} of ${total} inputs, ${findings.length} findings`);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(cpus().length, 4) }, work));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return { inputs: done, findings };
}

/** In turn over the targets, so that a run that is broken off has read of each. */
function stretches({ inputs, target, only, tally }: FuzzOptions): Stretch[] {
  if (target !== undefined && only !== undefined) return [{ target, first: only, count: 1 }];
  const chosen = Object.entries(TARGETS).filter(([name]) => target === undefined || name === target);
  const shares = chosen.reduce((sum, [, { share }]) => sum + share, 0);
  const all = chosen.flatMap(([name, { share }]) => {
    const count = Math.ceil((inputs * share) / shares);
    const before = tally?.inputsOf(name) ?? 0;
    return Array.from({ length: Math.ceil(count / INPUTS_A_PROCESS) }, (_, index) => {
      const begin = index * INPUTS_A_PROCESS;
      const stretch = {
        target: name,
        first: before + begin,
        count: Math.min(INPUTS_A_PROCESS, count - begin),
      };
      return { stretch, part: begin / count };
    });
  });
  return all.sort((a, b) => a.part - b.part).map(({ stretch }) => stretch);
}

/** Reads a stretch in a process of its own, up to its end or to the input that ends the process. */
async function runReader(
  seed: number,
  { target, first, count }: Stretch,
  folder: string,
): Promise<{ read: number; found: Finding[] }> {
  const reader = spawn(process.execPath, [READER, ...[seed, target, first, count].map(String)], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    env: { ...process.env, MAMORI_FUZZ_FOLDER: folder },
  });
  const found: Finding[] = [];
  let at: number | undefined;
  let hung = false;
  let said = '';
  let watch: NodeJS.Timeout | undefined;
  const waitFor = (ms: number) => {
    clearTimeout(watch);
    watch = setTimeout(() => {
      hung = true;
      reader.kill('SIGKILL');
    }, ms);
  };
  waitFor(LONGEST_START_MS);
  reader.stderr!.on('data', (text) => {
    said = (said + String(text)).slice(-2000);
  });
  createInterface({ input: reader.stdio[3] as Readable }).on('line', (line) => {
    const [, number, what] = /^(\d+)(?: (.*))?$/.exec(line)!;
    at = Number(number);
    if (what === undefined) waitFor(LONGEST_MS);
    else found.push({ target, input: at, what });
  });
  const code = await new Promise<number | null>((resolve) =>
    reader.once('close', (status) => resolve(status)),
  );
  clearTimeout(watch);
  if (code === 0) return { read: count, found };
  if (code === NOTHING_TO_READ) return { read: 0, found };
  if (at === undefined) throw new Error(`the reader of ${target} did not start: ${said}`);
  found.push({
    target,
    input: at,
    what: hung ? `not done after ${LONGEST_MS / 1000} s` : `ended the process: ${said}`,
  });
  return { read: at - first + 1, found };
}
