import { availableParallelism } from 'node:os';
import { MessageChannel } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { leftOut, type Recognition } from '../dicom/index.js';
import { ImageError, type ImageErrorCode } from './errors.js';
import { FileMemory } from './fileMemory.js';
import type { PreparationResult, PreparationTask } from './prepareInstance.js';
import type { ThreadWork, WorkerAnswer, WorkerTask } from './worker.js';

export interface PreparationPoolOptions {
  /** Threads, and with that images in memory at a time; default: one per processor, at most 4. */
  threads?: number;
  /** After so long a single image is given up, in milliseconds; default 60 000. Waiting for a thread does not count. */
  timeoutMs?: number;
  /** JavaScript heap of one thread in MiB; pixels live outside of it. Default 256. */
  heapMb?: number;
  /**
   * Threads that do other work as well, in place of threads of its own: their module exports `prepareInThread` as
   * `prepare`. Whoever opened them closes them.
   */
  shared?: Piscina<WorkerTask, WorkerAnswer>;
}

/**
 * Prepares images in worker threads, so that nothing of it blocks the event loop.
 *
 * A thread that is given up, runs out of memory or crashes costs its own image only, which is left alone with the
 * reason; another thread takes its place.
 */
export class PreparationPool {
  readonly #pool: Piscina<WorkerTask, WorkerAnswer>;
  readonly #memory: FileMemory;
  readonly #timeoutMs: number;
  readonly #working = new Set<AbortController>();
  readonly #waiting: Array<() => void> = [];
  readonly #shared: boolean;
  #free: number;
  #closed = false;

  constructor(options: PreparationPoolOptions = {}) {
    const threads = options.threads ?? Math.min(4, availableParallelism());
    this.#free = threads;
    // One more than there are threads: the next file arrives while they work.
    this.#memory = new FileMemory(threads + 1);
    this.#timeoutMs = options.timeoutMs ?? 60_000;
    this.#shared = options.shared !== undefined;
    this.#pool =
      options.shared ??
      new Piscina({
        filename: new URL('./worker.js', import.meta.url).href,
        minThreads: 0,
        maxThreads: threads,
        idleTimeout: 30_000,
        resourceLimits: { maxOldGenerationSizeMb: options.heapMb ?? 256 },
      });
    // A thread that ends while it works tells so to its own image. This one is told of threads that end before they
    // take work: the images that wait for them would wait forever.
    this.#pool.on('error', (error: unknown) => {
      for (const working of this.#working) working.abort(crashed(error));
    });
  }

  /**
   * Memory to read a file into that is to be prepared: at least `bytes` long, and used again after the preparation.
   * Files that lie anywhere else are taken as well.
   */
  readonly allocate = (bytes: number): ArrayBuffer => this.#memory.take(bytes);

  /**
   * See `prepareInstance`. The buffer under `bytes` is handed over to the thread: do not use it afterwards.
   *
   * @throws ImageError `preparation-invalid` (the bundle is at fault) or `preparation-stopped` (the pool is closed)
   */
  async prepare(bytes: Uint8Array, task: PreparationTask): Promise<PreparationResult> {
    const answer = await this.#run({ kind: 'prepare', task, ...this.#handedOver(bytes) });
    if (answer instanceof ImageError) {
      return {
        kind: 'left-out',
        leftOut: { ...unnamed(answer), attempted: true },
        study: undefined,
      };
    }
    if (answer.kind === 'invalid') {
      throw new ImageError(
        'preparation-invalid',
        answer.message,
        answer.remedy ? { remedy: answer.remedy } : {},
      );
    }
    return (answer as Extract<WorkerAnswer, { kind: 'result' }>).result;
  }

  /** Whether an instance is a mammogram, without touching its pixels. `bytes` is handed over as in `prepare`. */
  async recogniseOnly(bytes: Uint8Array): Promise<Recognition> {
    const answer = await this.#run({ kind: 'recognise', ...this.#handedOver(bytes) });
    if (answer instanceof ImageError) return { kind: 'left-out', leftOut: unnamed(answer) };
    return (answer as Extract<WorkerAnswer, { kind: 'recognised' }>).recognition;
  }

  /** Waits for the images under way, refuses those that wait, and ends the threads. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const next of this.#waiting.splice(0)) next();
    if (!this.#shared) await this.#pool.close();
    this.#memory.clear();
  }

  async #run(work: ThreadWork): Promise<WorkerAnswer | ImageError> {
    await this.#takeThread();
    const working = new AbortController();
    this.#working.add(working);
    // A thread of its own is free for it now; a shared one may still be at other work, which does not count.
    const { port1: beginning, port2: begun } = new MessageChannel();
    let timer: NodeJS.Timeout | undefined;
    beginning.once('message', () => {
      timer = setTimeout(() => working.abort(this.#late()), this.#timeoutMs);
    });
    try {
      if (this.#closed) throw named('preparation-stopped', 'The preparation of images has been stopped.');
      const answer = await this.#pool.run(
        { ...work, begun },
        {
          name: 'prepare',
          signal: working.signal,
          transferList: [work.bytes.buffer as ArrayBuffer, begun],
        },
      );
      if (answer.memory !== undefined) this.#memory.giveBack(answer.memory);
      return answer;
    } catch (error) {
      if (error instanceof ImageError) throw error;
      return working.signal.aborted ? (working.signal.reason as ImageError) : crashed(error);
    } finally {
      beginning.close();
      clearTimeout(timer);
      this.#working.delete(working);
      this.#free++;
      this.#waiting.shift()?.();
    }
  }

  #late(): ImageError {
    return named('preparation-timed-out', `Preparing the image took longer than ${this.#timeoutMs} ms.`);
  }

  /** Bytes that own their whole buffer; parts of a larger one (Node's own pool among them) are copied first. */
  #handedOver(bytes: Uint8Array): { bytes: Uint8Array; returned: boolean } {
    if (this.#memory.isOwn(bytes.buffer)) return { bytes, returned: true };
    const whole = bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength;
    const owned = whole && bytes.buffer instanceof ArrayBuffer;
    return { bytes: owned ? bytes : Uint8Array.from(bytes), returned: false };
  }

  async #takeThread(): Promise<void> {
    while (this.#free === 0 && !this.#closed) await new Promise<void>((next) => this.#waiting.push(next));
    this.#free--;
  }
}

function crashed(cause: unknown): ImageError {
  return named('preparation-crashed', 'The thread that prepared the image ended unexpectedly.', cause);
}

function named(code: ImageErrorCode, message: string, cause?: unknown): ImageError {
  return new ImageError(code, message, {
    remedy: 'Process the exam again; if it happens again, report the instance.',
    cause,
  });
}

function unnamed(error: ImageError) {
  return leftOut(undefined, { code: error.code, reason: error.message });
}
