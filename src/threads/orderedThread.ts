import { SHARE_ENV, Worker } from 'node:worker_threads';
import { arrived, type CrossedError, type ErrorClass } from './crossing.js';
import { ThreadError } from './errors.js';

/** What an `OrderedThread` is told; the other side is `serveInOrder`. */
export type ToThread<Question> = { kind: 'ask'; id: number; question: Question } | { kind: 'close' };

/** What it says. */
export type FromThread<Opened, Answer> =
  | { kind: 'ready'; opened: Opened }
  | { kind: 'not-ready'; error: CrossedError }
  | { kind: 'answer'; id: number; answer: Answer }
  | { kind: 'failed'; id: number; error: CrossedError };

interface Waiting<Answer> {
  resolve: (answer: Answer) => void;
  reject: (error: Error) => void;
}

export interface OrderedThreadOptions<Setup> {
  /** Given to the program when it starts; plain data. */
  setup: Setup;
  /** For lists of threads. */
  name: string;
  /** Classes of errors that come out of the thread as what they were. */
  errors: readonly ErrorClass[];
}

/**
 * A thread of its own for something that stays open in it and answers one question after another, in order.
 *
 * When the thread dies, what was under way fails with `thread-crashed` and the next question opens it again.
 */
export class OrderedThread<Setup, Opened, Question, Answer> {
  readonly #program: URL;
  readonly #options: OrderedThreadOptions<Setup>;
  readonly #waiting = new Map<number, Waiting<Answer>>();
  #worker: Promise<Worker> | undefined;
  #opened: Opened | undefined;
  #nextId = 0;
  #closed = false;

  /** @param program calls `serveInOrder` */
  constructor(program: URL, options: OrderedThreadOptions<Setup>) {
    this.#program = program;
    this.#options = options;
  }

  /** What the program said when it last opened; undefined before. */
  get opened(): Opened | undefined {
    return this.#opened;
  }

  /** @throws ThreadError; what kept the program from opening */
  async open(): Promise<void> {
    await this.#ready();
  }

  /**
   * @param transfer buffers of the question that are given away instead of copied
   * @throws ThreadError; what the program throws
   */
  async ask(question: Question, transfer: ArrayBuffer[] = []): Promise<Answer> {
    const worker = await this.#ready();
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      const message: ToThread<Question> = { kind: 'ask', id, question };
      worker.postMessage(message, transfer);
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
    const message: ToThread<Question> = { kind: 'close' };
    worker.postMessage(message);
    await gone;
  }

  #ready(): Promise<Worker> {
    if (this.#closed) return Promise.reject(new ThreadError('thread-stopped', 'The thread has been closed.'));
    this.#worker ??= this.#start();
    return this.#worker;
  }

  #start(): Promise<Worker> {
    const { setup, name, errors } = this.#options;
    const worker = new Worker(this.#program, {
      workerData: setup,
      name,
      // Native libraries take their settings from the real environment; a thread's own copy does not reach them.
      env: SHARE_ENV,
    });
    const started = new Promise<Worker>((resolve, reject) => {
      const gone = (cause: unknown) => {
        if (this.#worker === started) this.#worker = undefined;
        const error = new ThreadError('thread-crashed', 'The thread ended unexpectedly.', { cause });
        reject(error);
        for (const waiting of this.#waiting.values()) waiting.reject(error);
        this.#waiting.clear();
      };
      worker.on('error', gone);
      worker.on('exit', (status) => gone(new Error(`exit status ${status}`)));
      worker.on('message', (message: FromThread<Opened, Answer>) => {
        if (message.kind === 'ready') {
          this.#opened = message.opened;
          resolve(worker);
        } else if (message.kind === 'not-ready') {
          reject(arrived(message.error, errors));
        } else {
          this.#settle(message);
        }
      });
    });
    return started;
  }

  #settle(message: Extract<FromThread<Opened, Answer>, { id: number }>): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.kind === 'answer') waiting?.resolve(message.answer);
    else waiting?.reject(arrived(message.error, this.#options.errors));
  }
}
