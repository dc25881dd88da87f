import { Piscina } from 'piscina';
import { MamoriError } from '../errors.js';
import { arrived, type ErrorClass } from './crossing.js';
import { ThreadError } from './errors.js';
import type { TaskAnswer } from './threadTask.js';

type AnyTask = (input: never) => Promise<TaskAnswer<unknown>>;
type Input<Task> = Task extends (input: infer Given) => unknown ? Given : never;
type Output<Task> = Task extends (input: never) => Promise<TaskAnswer<infer Made>> ? Made : never;

export interface ThreadPoolOptions {
  /** Most threads, and with that most tasks at work at a time. They start when needed. */
  threads: number;
  /** A thread without work for so long ends, in milliseconds; default 60 000. */
  idleMs?: number;
  /** JavaScript heap of one thread in MiB: what lives long, and what lives briefly. Arrays lie outside of it. */
  heapMb?: { old?: number; young?: number };
  /** Classes of errors that come out of a thread as what they were. */
  errors?: readonly ErrorClass[];
}

export interface TaskOptions {
  /** Buffers of the input that are given away instead of copied. */
  transfer?: ArrayBuffer[];
  /** The task is given up after so long, in milliseconds; waiting for a thread does not count. */
  timeoutMs?: number | undefined;
}

/** The side of a pool that rooms see which bring work and do not own the threads. */
export interface ThreadRunner<Tasks extends Record<keyof Tasks, AnyTask>> {
  readonly threads: number;

  /**
   * Runs one of the module's tasks in the next thread that is free.
   *
   * @throws ThreadError; what the task throws, as `arrived` says
   */
  run<Name extends keyof Tasks & string>(
    name: Name,
    input: Input<Tasks[Name]>,
    options?: TaskOptions,
  ): Promise<Output<Tasks[Name]>>;
}

/**
 * Threads that run the tasks which a module exports, by name.
 *
 * A thread that is given up, runs out of memory or crashes costs its own task only; another takes its place.
 */
export class ThreadPool<Tasks extends Record<keyof Tasks, AnyTask>> implements ThreadRunner<Tasks> {
  readonly threads: number;
  readonly #pool: Piscina;
  readonly #errors: readonly ErrorClass[];
  readonly #working = new Set<AbortController>();
  readonly #waiting: Array<() => void> = [];
  #free: number;
  #closed = false;

  /** @param module what the threads load: each of its exports is a `ThreadTask` */
  constructor(module: URL, { threads, idleMs = 60_000, heapMb = {}, errors = [] }: ThreadPoolOptions) {
    this.threads = threads;
    this.#free = threads;
    this.#errors = errors;
    this.#pool = new Piscina({
      filename: module.href,
      minThreads: 0,
      maxThreads: threads,
      idleTimeout: idleMs,
      resourceLimits: {
        ...(heapMb.old !== undefined && { maxOldGenerationSizeMb: heapMb.old }),
        ...(heapMb.young !== undefined && { maxYoungGenerationSizeMb: heapMb.young }),
      },
    });
    // A thread that ends while it works tells so to its own task. This one is told of threads that end before they
    // take work: the tasks that wait for them would wait forever.
    this.#pool.on('error', (error: unknown) => {
      for (const working of this.#working) working.abort(crashed(error));
    });
  }

  async run<Name extends keyof Tasks & string>(
    name: Name,
    input: Input<Tasks[Name]>,
    { transfer = [], timeoutMs }: TaskOptions = {},
  ): Promise<Output<Tasks[Name]>> {
    await this.#freeThread();
    const working = new AbortController();
    this.#working.add(working);
    const late = () => working.abort(timedOut(timeoutMs!));
    const timer = timeoutMs === undefined ? undefined : setTimeout(late, timeoutMs);
    try {
      if (this.#closed) throw new ThreadError('thread-stopped', 'The threads have been closed.');
      const options = { name, signal: working.signal, transferList: transfer };
      const answer = (await this.#pool.run(input, options)) as TaskAnswer<Output<Tasks[Name]>>;
      if (answer.kind === 'failed') throw arrived(answer.error, this.#errors);
      return answer.output;
    } catch (error) {
      if (error instanceof MamoriError) throw error;
      throw working.signal.aborted ? working.signal.reason : crashed(error);
    } finally {
      clearTimeout(timer);
      this.#working.delete(working);
      this.#free++;
      const woken = this.#waiting.splice(0, this.#closed ? this.#waiting.length : 1);
      for (const next of woken) next();
    }
  }

  /** Waits for the tasks under way, refuses those that wait (`thread-stopped`), and ends the threads. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const next of this.#waiting.splice(0)) next();
    // piscina's own closing ends a task whose thread is still starting.
    while (this.#working.size > 0) await new Promise<void>((next) => this.#waiting.push(next));
    await this.#pool.close();
  }

  /** A task is handed on when a thread is free for it: its time begins then, and what has not begun can be refused. */
  async #freeThread(): Promise<void> {
    while (this.#free === 0 && !this.#closed) await new Promise<void>((next) => this.#waiting.push(next));
    this.#free--;
  }
}

function crashed(cause: unknown): ThreadError {
  return new ThreadError('thread-crashed', 'The thread ended unexpectedly.', { cause });
}

function timedOut(ms: number): ThreadError {
  return new ThreadError('thread-timed-out', `The work took longer than ${ms} ms.`);
}
