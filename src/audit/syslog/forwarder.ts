import { setTimeout as sleep } from 'node:timers/promises';
import type { AuditLog, AuditTrail } from '../auditTrail.js';
import { TrailReader } from '../chain/index.js';
import { AuditError } from '../errors.js';
import { type Connection, openConnection, type SyslogOptions } from './receiver.js';
import { syslogMessage } from './syslogMessage.js';

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;
/** Other processes write the trail, too. */
const LOOK_EVERY_MS = 5000;
/** What went out so shortly before the way broke off may not have arrived: it is sent again. */
const UNSURE_MS = 5000;
/** How far it got is noted so often: noting takes a turn with those that write. */
const KEEP_EVERY_MS = 1000;
/** What a stopping process still sends; the rest waits for the next start. */
const LAST_LINES_MS = 2000;
const SAID_AGAIN_MS = 3_600_000;

/**
 * Sends the trail on to a syslog receiver, line by line in its order, behind the file and at its own pace: where the
 * receiver is away, nothing waits for it but what is to be sent, and that lies in the file. How far it got is kept with
 * the trail, so that a restart leaves nothing out. Some lines may arrive twice; their `sequenceId` tells.
 */
export class Forwarder {
  readonly #trail: AuditTrail;
  readonly #options: SyslogOptions;
  readonly #log: AuditLog;
  readonly #stopping = new AbortController();
  readonly #done: Promise<void>;
  #connection: Connection | undefined;
  #reader: TrailReader | undefined;
  #keptAt = Number.NEGATIVE_INFINITY;
  #endsAt = Number.POSITIVE_INFINITY;
  #unsure: { sequence: number; at: number }[] = [];
  #wake: () => void = () => {};
  /** Lines came while it was busy. */
  #hasNews = false;
  #trouble: AuditError | undefined;
  #saidAt = Number.NEGATIVE_INFINITY;

  constructor(trail: AuditTrail, options: SyslogOptions, log: AuditLog) {
    this.#trail = trail;
    this.#options = options;
    this.#log = log;
    trail.onWritten(() => {
      this.#hasNews = true;
      this.#wake();
    });
    this.#done = this.#run();
  }

  /** Why nothing can be sent now; undefined where all is well. */
  get trouble(): AuditError | undefined {
    return this.#trouble;
  }

  /** Sends what there is, if that works at once, and ends. */
  async close(): Promise<void> {
    this.#endsAt = performance.now() + LAST_LINES_MS;
    this.#stopping.abort();
    this.#wake();
    await this.#done;
    this.#connection?.close();
  }

  async #run(): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    for (;;) {
      const isLast = this.#stopping.signal.aborted;
      try {
        this.#reader ??= new TrailReader(this.#trail.folder, await this.#kept());
        this.#hasNews = false;
        await this.#sendAll(this.#reader);
        if (isLast) await this.#keep(true);
        this.#worked();
        pauseMs = FIRST_PAUSE_MS;
      } catch (error) {
        this.#failed(error);
        // From the last line that surely arrived.
        this.#reader = undefined;
        await this.#keep(false).catch(() => {});
        this.#unsure = [];
        pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
      }
      if (isLast || (this.#stopping.signal.aborted && this.#trouble !== undefined)) return;
      const isWell = this.#reader !== undefined;
      await this.#sleep(isWell ? LOOK_EVERY_MS : pauseMs, isWell);
    }
  }

  async #sendAll(reader: TrailReader): Promise<void> {
    for await (const link of reader.news()) {
      if (this.#connection?.broken !== undefined) throw this.#connection.broken;
      this.#connection ??= await openConnection(this.#options);
      await this.#connection.send(syslogMessage(link));
      this.#unsure.push({ sequence: link.sequence, at: performance.now() });
      const now = performance.now();
      if (now - this.#keptAt >= KEEP_EVERY_MS) await this.#keep(false);
      if (now >= this.#endsAt) break;
    }
    if (performance.now() - this.#keptAt >= KEEP_EVERY_MS) await this.#keep(false);
    if (this.#connection?.broken !== undefined) throw this.#connection.broken;
  }

  /** Notes how far it got: what went out a while ago, or all. */
  async #keep(all: boolean): Promise<void> {
    this.#keptAt = performance.now();
    const until = all ? Number.POSITIVE_INFINITY : performance.now() - UNSURE_MS;
    const sure = this.#unsure.findLast(({ at }) => at <= until);
    if (sure === undefined) return;
    this.#unsure = this.#unsure.filter(({ sequence }) => sequence > sure.sequence);
    const { store } = this.#trail.file;
    await store.exclusively(async () => store.noteSent(this.#options.url, sure.sequence));
  }

  #kept(): Promise<number> {
    const { store } = this.#trail.file;
    return store.exclusively(async () => store.sentTo(this.#options.url));
  }

  async #sleep(ms: number, isWakeable: boolean): Promise<void> {
    const woken = new AbortController();
    const wake = () => woken.abort();
    this.#wake = () => {
      if (isWakeable || this.#stopping.signal.aborted) wake();
    };
    if (this.#stopping.signal.aborted || (isWakeable && this.#hasNews)) return;
    await sleep(ms, undefined, { signal: woken.signal, ref: false }).catch(() => {});
  }

  #failed(error: unknown): void {
    this.#connection?.close();
    this.#connection = undefined;
    const trouble =
      error instanceof AuditError
        ? error
        : new AuditError(
            'audit-syslog',
            `The way to the syslog receiver broke off (${(error as Error).message}).`,
            {
              remedy: 'What it has not been given is sent once it is back.',
              cause: error,
            },
          );
    this.#trouble = trouble;
    if (performance.now() - this.#saidAt < SAID_AGAIN_MS) return;
    this.#saidAt = performance.now();
    const { code, message: reason, remedy } = trouble;
    this.#log.error({ code, reason, remedy }, 'The audit trail is not sent on; it is written here');
  }

  #worked(): void {
    if (this.#trouble !== undefined)
      this.#log.info({ url: this.#options.url }, 'The audit trail is sent on again');
    this.#trouble = undefined;
    this.#saidAt = Number.NEGATIVE_INFINITY;
  }
}
