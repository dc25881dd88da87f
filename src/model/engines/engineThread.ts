import { SHARE_ENV, Worker } from 'node:worker_threads';
import { ModelError } from '../errors.js';
import type {
  CloseRequest,
  RunOutputs,
  RunRequest,
  ThreadAnswer,
  ThreadFailure,
  ThreadSetup,
} from './messages.js';

interface Waiting {
  resolve: (outputs: RunOutputs) => void;
  reject: (error: Error) => void;
}

/**
 * A thread that holds an open network. Native engines block the thread that calls them, so they get one of
 * their own. When the thread dies, what was under way fails with `engine-crashed` and the next run opens it again.
 */
export class EngineThread {
  #worker: Promise<Worker> | undefined;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 0;
  #closed = false;
  /** What the thread said when the network opened: the device that it is on, and what is worth telling about it. */
  opened = { device: '', note: '' };

  readonly #program: URL;

  readonly #setup: ThreadSetup;

  constructor(program: URL, setup: ThreadSetup) {
    this.#program = program;

    this.#setup = setup;
  }

  /** @throws ModelError what kept the network from opening */
  async open(): Promise<void> {
    await this.#ready();
  }

  /**
   * @param inputs `count` inputs one after another; its buffer is transferred
   * @throws ModelError `engine-crashed`, `engine-failed`, `engine-closed`
   */
  async run(inputs: Float32Array<ArrayBuffer>, count: number): Promise<RunOutputs> {
    const worker = await this.#ready();
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      const request: RunRequest = { kind: 'run', id, inputs, count };
      worker.postMessage(request, [inputs.buffer]);
    });
  }

  /**
   * Ends the thread when what is under way is done. It is asked to end and not ended by force: a thread that is
   * terminated inside native code takes the whole process with it.
   */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const worker = await this.#worker?.catch(() => undefined);
    if (worker === undefined) return;
    const gone = new Promise((resolve) => worker.once('exit', resolve));
    const request: CloseRequest = { kind: 'close' };
    worker.postMessage(request);
    await gone;
  }

  #ready(): Promise<Worker> {
    if (this.#closed) return Promise.reject(new ModelError('engine-closed', 'the engine is closed'));
    this.#worker ??= this.#start();
    return this.#worker;
  }

  #start(): Promise<Worker> {
    const worker = new Worker(this.#program, {
      workerData: this.#setup,
      name: 'mamori-engine',
      // Native libraries take their settings from the real environment; a thread's own copy does not reach them.
      env: SHARE_ENV,
    });
    const started = new Promise<Worker>((resolve, reject) => {
      const gone = (cause: unknown) => {
        if (this.#worker === started) this.#worker = undefined;
        const error = new ModelError('engine-crashed', "the engine's thread ended unexpectedly", {
          cause,
          remedy:
            'It is opened again for the next exam; if this happens often, look at memory and the device.',
        });
        reject(error);
        this.#failAll(error);
      };
      worker.on('error', gone);
      worker.on('exit', (status) => gone(new Error(`exit status ${status}`)));
      worker.on('message', (answer: ThreadAnswer) => {
        if (answer.kind === 'ready') {
          this.opened = { device: answer.device, note: answer.note };
          resolve(worker);
        } else if (answer.kind === 'not-ready') {
          reject(toError(answer.failure));
        } else {
          this.#settle(answer);
        }
      });
    });
    return started;
  }

  #settle(answer: Extract<ThreadAnswer, { id: number }>): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (answer.kind === 'outputs') waiting?.resolve(answer.outputs);
    else waiting?.reject(toError(answer.failure));
  }

  #failAll(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

function toError(failure: ThreadFailure): ModelError {
  return new ModelError(failure.code, failure.message, { ...(failure.remedy && { remedy: failure.remedy }) });
}
