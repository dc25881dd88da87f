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
  /** Opening, and each answer, may take so long, in milliseconds; waiting for the questions before does not count. */
  timeoutMs: number;
}

/**
 * A thread of its own for something that stays open in it and answers one question after another, in order.
 *
 * When the thread dies, what was under way fails with `thread-crashed` and the next question opens it again; when it
 * does not answer in time it is left, and the same happens with `thread-timed-out`.
 */
export class OrderedThread<Setup, Opened, Question, Answer> {
  readonly #program: URL;
  readonly #options: OrderedThreadOptions<Setup>;
  readonly #waiting = new Map<number, Waiting<Answer>>();
  #worker: Promise<Worker> | undefined;
  #opened: Opened | undefined;
  #nextId = 0;
  #closed = false;
  /** Runs while something is awaited of the thread. */
  #deadline: NodeJS.Timeout | undefined;
  #leave: (() => void) | undefined;
  #onLeft: (() => void) | undefined;

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
      if (this.#waiting.size === 1) this.#await();
      const message: ToThread<Question> = { kind: 'ask', id, question };
      worker.postMessage(message, transfer);
    });
  }

  /**
   * Ends the thread when what is under way is done, or leaves one that hangs. It is asked to end and not
   * ended by force: a thread that is terminated inside native code takes the whole process with it.
   */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const worker = await this.#worker?.catch(() => undefined);
    if (worker === undefined) return;
    const gone = new Promise<void>((resolve) => {
      worker.once('exit', () => resolve());
      this.#onLeft = resolve;
    });
    if (this.#waiting.size === 0) this.#await();
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
    const { setup, name, errors, timeoutMs } = this.#options;
    const worker = new Worker(this.#program, {
      workerData: setup,
      name,
      // Native libraries take their settings from the real environment; a thread's own copy does not reach them.
      env: SHARE_ENV,
    });
    const started = new Promise<Worker>((resolve, reject) => {
      const gone = (cause: unknown) => {
        lost(new ThreadError('thread-crashed', 'The thread ended unexpectedly.', { cause }));
      };
      const lost = (error: ThreadError) => {
        reject(error);
        // Another has taken the place of a thread that was left.
        if (this.#leave !== leave) return;
        this.#worker = undefined;
        this.#leave = undefined;
        clearTimeout(this.#deadline);
        for (const waiting of this.#waiting.values()) waiting.reject(error);
        this.#waiting.clear();
      };
      const leave = () => {
        lost(new ThreadError('thread-timed-out', `The thread gave no answer within ${timeoutMs} ms.`));
        putAway(worker, timeoutMs);
        this.#onLeft?.();
      };
      this.#leave = leave;
      this.#await();
      worker.on('error', gone);
      worker.on('exit', (status) => gone(new Error(`exit status ${status}`)));
      worker.on('message', (message: FromThread<Opened, Answer>) => {
        if (this.#leave !== leave) return;
        if (message.kind === 'ready') {
          clearTimeout(this.#deadline);
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

  /** From now on it may take as long as one answer may. */
  #await(): void {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.#leave?.(), this.#options.timeoutMs);
  }

  #settle(message: Extract<FromThread<Opened, Answer>, { id: number }>): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (this.#waiting.size > 0) this.#await();
    else clearTimeout(this.#deadline);
    if (message.kind === 'answer') waiting?.resolve(message.answer);
    else waiting?.reject(arrived(message.error, this.#options.errors));
  }
}

/**
 * Ends a thread that nobody waits for any more. It is asked first, as in `close`: it may only have been slow, and then
 * ends by itself. What does not end even so is ended by force, lest it keep a core busy for good; that may take the
 * process along, which loses nothing that is not tried again. In native code that hangs it has no effect.
 */
function putAway(worker: Worker, graceMs: number): void {
  worker.unref();
  const message: ToThread<never> = { kind: 'close' };
  worker.postMessage(message);
  const force = setTimeout(() => void worker.terminate(), graceMs).unref();
  worker.once('exit', () => clearTimeout(force));
}
