import { leftOut } from '../dicom/index.js';
import { ThreadError, type ThreadRunner } from '../threads/index.js';
import { ImageError, type ImageErrorCode } from './errors.js';
import { FileMemory } from './fileMemory.js';
import type { HandedOver, PreparationTasks } from './preparationTasks.js';
import type { InstanceIdentity, PreparationResult, PreparationTask } from './prepareInstance.js';

export interface PreparationPoolOptions {
  /** After so long a single image is given up, in milliseconds; default 60 000. Waiting for a thread does not count. */
  timeoutMs?: number;
}

/**
 * Prepares images in worker threads, so that nothing of it blocks the event loop.
 *
 * A thread that is given up, runs out of memory or crashes costs its own image only, which is left alone with the
 * reason; another thread takes its place.
 */
export class PreparationPool {
  readonly #threads: ThreadRunner<PreparationTasks>;
  readonly #memory: FileMemory;
  readonly #timeoutMs: number;

  /** @param threads may do other work as well; whoever opened them closes them */
  constructor(threads: ThreadRunner<PreparationTasks>, options: PreparationPoolOptions = {}) {
    this.#threads = threads;
    // One more than there are threads: the next file arrives while they work.
    this.#memory = new FileMemory(threads.threads + 1);
    this.#timeoutMs = options.timeoutMs ?? 60_000;
  }

  /**
   * Memory to read a file into that is to be prepared: at least `bytes` long, and used again after the preparation.
   * Files that lie anywhere else are taken as well.
   */
  readonly allocate = (bytes: number): ArrayBuffer => this.#memory.take(bytes);

  /**
   * See `prepareInstance`. The buffer under `bytes` is handed over to the thread: do not use it afterwards.
   *
   * @throws ImageError `preparation-invalid` (the bundle is at fault) or `preparation-stopped` (the threads are closed)
   */
  async prepare(bytes: Uint8Array, task: PreparationTask): Promise<PreparationResult> {
    const given = { ...this.#handedOver(bytes), task };
    try {
      const { result, memory } = await this.#threads.run('prepare', given, this.#options(given));
      if (memory !== undefined) this.#memory.giveBack(memory);
      return result;
    } catch (error) {
      const { code, message } = this.#cost(error);
      const why = { ...leftOut(undefined, { code, reason: message }), attempted: true };
      return { kind: 'left-out', leftOut: why, study: undefined };
    }
  }

  /**
   * Whose an instance is, by its header alone; its pixels are not decoded. `bytes` is handed over as in `prepare`. Of
   * one that cannot be read nothing is known.
   *
   * @throws ImageError `preparation-stopped`
   */
  async identify(bytes: Uint8Array): Promise<InstanceIdentity> {
    const given = this.#handedOver(bytes);
    try {
      const { identity, memory } = await this.#threads.run('identify', given, this.#options(given));
      if (memory !== undefined) this.#memory.giveBack(memory);
      return identity;
    } catch (error) {
      this.#cost(error);
      return { source: undefined, study: undefined };
    }
  }

  /** Lets go of the memory that is kept for files. */
  releaseMemory(): void {
    this.#memory.clear();
  }

  #options({ bytes }: HandedOver): { transfer: ArrayBuffer[]; timeoutMs: number } {
    return { transfer: [bytes.buffer as ArrayBuffer], timeoutMs: this.#timeoutMs };
  }

  /** What a thread's end costs an image; what is no image's fault is thrown. */
  #cost(error: unknown): ImageError {
    if (!(error instanceof ThreadError)) throw error;
    if (error.code === 'thread-stopped')
      throw named('preparation-stopped', 'The preparation of images has been stopped.', error);
    if (error.code === 'thread-timed-out')
      return named(
        'preparation-timed-out',
        `Preparing the image took longer than ${this.#timeoutMs} ms.`,
        error,
      );
    return named('preparation-crashed', 'The thread that prepared the image ended unexpectedly.', error);
  }

  /** Bytes that own their whole buffer; parts of a larger one (Node's own pool among them) are copied first. */
  #handedOver(bytes: Uint8Array): HandedOver {
    if (this.#memory.isOwn(bytes.buffer)) return { bytes, returned: true };
    const whole = bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength;
    const owned = whole && bytes.buffer instanceof ArrayBuffer;
    return { bytes: owned ? bytes : Uint8Array.from(bytes), returned: false };
  }
}

function named(code: ImageErrorCode, message: string, cause: unknown): ImageError {
  return new ImageError(code, message, {
    remedy: 'Process the exam again; if it happens again, report the instance.',
    cause,
  });
}
