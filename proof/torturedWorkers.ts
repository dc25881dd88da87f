import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Uniform } from '../src/random.js';

const WORKER = fileURLToPath(new URL('./torturedWorker.js', import.meta.url));

/** What each works on: a bundle's folder, the ledger, and how the archive is reached. */
export interface WorkerParts {
  bundle: string;
  url: string;
  access: object;
}

/** Processes that share the work, are killed one by one, and have clocks that somebody sets. */
export class TorturedWorkers {
  /** None should. */
  readonly endedByThemselves: string[] = [];
  readonly #parts: WorkerParts;
  readonly #onOneMachine: boolean;
  readonly #running: (ChildProcess | undefined)[];
  /** Of each, how far its clock is ahead. */
  readonly #aheadMs: number[];

  constructor(parts: WorkerParts, { count, onOneMachine }: { count: number; onOneMachine: boolean }) {
    this.#parts = parts;
    this.#onOneMachine = onOneMachine;
    this.#running = Array.from({ length: count }, () => undefined);
    this.#aheadMs = Array.from({ length: count }, () => 0);
  }

  /** All of them; comes back when they are at work. */
  async start(): Promise<void> {
    await Promise.all(this.#running.map((_, place) => this.#start(place)));
  }

  /** SIGKILL, and another process in its place. */
  async killOne(random: Uniform): Promise<void> {
    const place = Math.floor(random() * this.#running.length);
    await this.#end(place);
    await this.#start(place);
  }

  /** Sets the clock of one machine. @returns how far ahead it was before */
  setClock(aheadMs: number, random: Uniform): number {
    const chosen = Math.floor(random() * this.#running.length);
    const before = this.#aheadMs[chosen]!;
    for (const place of this.#running.keys())
      if (this.#onOneMachine || place === chosen) this.#set(place, aheadMs);
    return before;
  }

  /** Every clock is right again. */
  setRight(): void {
    for (const place of this.#running.keys()) this.#set(place, 0);
  }

  async end(): Promise<void> {
    await Promise.all(this.#running.map((_, place) => this.#end(place)));
  }

  #set(place: number, aheadMs: number): void {
    this.#aheadMs[place] = aheadMs;
    const worker = this.#running[place];
    if (worker?.connected) worker.send({ aheadMs }, () => {});
  }

  async #start(place: number): Promise<void> {
    const { bundle, url, access } = this.#parts;
    const worker = fork(WORKER, [bundle, url, JSON.stringify(access), String(this.#aheadMs[place])]);
    const [first] = await Promise.race([once(worker, 'message'), once(worker, 'exit')]);
    if (first !== 'at work') throw new Error(`A worker ended by itself (${first})`);
    this.#running[place] = worker;
    worker.once('exit', (code) => {
      if (this.#running[place] === worker) this.endedByThemselves.push(`A worker ended by itself (${code})`);
    });
  }

  async #end(place: number): Promise<void> {
    const worker = this.#running[place];
    this.#running[place] = undefined;
    if (worker === undefined || worker.exitCode !== null || worker.signalCode !== null) return;
    const ended = once(worker, 'exit');
    worker.kill('SIGKILL');
    await ended;
  }
}
