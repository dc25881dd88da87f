import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { makeFolderWithin } from '../folder.js';
import type { AuditEvent, Person, TimedEvent } from './auditEvent.js';
import { type AuditSource, auditMessage } from './auditMessage.js';
import { TrailFile } from './chain/index.js';
import { AuditError } from './errors.js';
import { OpenOrders, type OrderEvent } from './openOrders.js';
import { changesOf, type KeptSettings } from './settingsChanges.js';

/** What the trail needs of a logger: pino's shape. */
export interface AuditLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface AuditTrailOptions {
  folder: string;
  /** A file that has become as long as this is followed by another. */
  fileBytes: number;
  version: string;
  log: AuditLog;
}

/** What is to be written. */
interface Noted {
  message: string;
  /** The order that comes to its end with it. */
  ends?: string | undefined;
}

/** How an order ended. */
type End = Pick<Extract<AuditEvent, { act: 'used' }>, 'detail' | 'failure'>;

/** How much waits for a disk that takes nothing; what is more goes to the log. */
const MOST_WAITING = 10_000;
const ONE_WRITE = 200;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;

/**
 * The audit trail of one process.
 *
 * Nobody waits for it: `record` notes an event and comes back. Where the disk takes nothing, events wait in memory and
 * are written as soon as it does, with the time at which they took place; `trouble` says so meanwhile, and the log.
 * What is still not written when the process ends stands in the log, message by message.
 */
export class AuditTrail {
  readonly #file: TrailFile;
  readonly #source: AuditSource;
  readonly #log: AuditLog;
  readonly folder: string;
  readonly #orders: OpenOrders;
  #waiting: Noted[] = [];
  #writing: Promise<void> | undefined;
  #pause: NodeJS.Timeout | undefined;
  #pauseMs = FIRST_PAUSE_MS;
  #trouble: AuditError | undefined;
  #onWritten: () => void = () => {};

  private constructor(file: TrailFile, source: AuditSource, { log, folder }: AuditTrailOptions) {
    this.#file = file;
    this.#source = source;
    this.#log = log;
    this.#orders = new OpenOrders(folder, file.store);
    this.folder = folder;
  }

  /** @throws AuditError `audit-unwritable` when the folder cannot be made or written */
  static async open(options: AuditTrailOptions): Promise<AuditTrail> {
    const source = { host: hostname(), processId: process.pid, version: options.version };
    const { folder, fileBytes, log } = options;
    const disturbed = (what: string) => {
      log.error({ folder, what }, 'The audit trail is not as it was left');
      return auditMessage({ act: 'trail-disturbed', what, at: new Date() }, source);
    };
    try {
      await makeFolderWithin(folder, 0o700);
      const file = await TrailFile.open({ folder, fileBytes, disturbed });
      return new AuditTrail(file, source, options);
    } catch (error) {
      throw unwritable(folder, error);
    }
  }

  /** Why it cannot be written now; undefined where all is well. */
  get trouble(): AuditError | undefined {
    return this.#trouble;
  }

  /** The files behind it, for whoever sends it on. */
  get file(): TrailFile {
    return this.#file;
  }

  /** Calls back after lines came onto the disk. */
  onWritten(told: () => void): void {
    this.#onWritten = told;
  }

  /** Notes what has just taken place. */
  record(event: AuditEvent): void {
    this.#add({ ...event, at: new Date() });
    this.#write();
  }

  /**
   * Notes an event, and comes back once it is on the disk: for acts that must not take place unseen.
   *
   * @throws AuditError `audit-unwritable`
   */
  async recordNow(event: AuditEvent): Promise<void> {
    this.record(event);
    await this.written();
  }

  /**
   * Notes what somebody orders, and comes back once it is on the disk: what it answers notes how the order ended.
   * Orders that were lost with their process are noted before it (`noteLost`).
   *
   * @throws AuditError `audit-unwritable`: then nothing may come of it, which is noted as soon as the disk takes it
   */
  async begin(order: OrderEvent): Promise<(end: End) => void> {
    const { detail: _, ...ordered } = order;
    const end = (id: string | undefined) => (how: End) => {
      this.#add({ ...ordered, ...how, at: new Date() }, id);
      this.#write();
    };
    let id: string | undefined;
    try {
      await this.noteLost();
      id = await this.#orders.begin(order);
      await this.recordNow(order);
    } catch (cause) {
      if (id === undefined) this.record(order);
      end(id)({ failure: 'refused: trail-unwritable' });
      throw cause instanceof AuditError ? cause : unwritable(this.folder, cause);
    }
    return end(id);
  }

  /**
   * Notes of each order whose process was killed that its end is not known: its beginning would stand there alone, and
   * nobody could tell it from one that is still under way.
   *
   * @throws AuditError `audit-unwritable`
   */
  async noteLost(): Promise<void> {
    const lost = await this.#orders.lost().catch((error) => {
      throw unwritable(this.folder, error);
    });
    for (const { id, event, begunAt } of lost) {
      const failure = `no known end: its process is gone; begun ${begunAt.toISOString()}`;
      this.#add({ ...event, failure, at: new Date() }, id);
    }
    if (lost.length > 0) this.#write();
  }

  /** Comes back once all that was noted is on the disk. @throws AuditError `audit-unwritable` */
  async written(): Promise<void> {
    while (this.#waiting.length > 0) {
      this.#write();
      await this.#writing;
      if (this.#trouble !== undefined) throw this.#trouble;
    }
  }

  /** Notes which settings are others than when any process last said so. @throws AuditError `audit-unwritable` */
  async noteSettings(settings: KeptSettings, by: Person): Promise<void> {
    const { store } = this.#file;
    const inTurn = <T>(work: () => T) =>
      store
        .exclusively(async () => work())
        .catch((error) => {
          throw unwritable(this.folder, error);
        });
    const { changes, kept } = await inTurn(() => changesOf(store.settings, settings));
    // Kept first, they would be forgotten where the line cannot be written: rather the same line twice.
    if (changes.length > 0) await this.recordNow({ act: 'settings-changed', changes, by });
    await inTurn(() => {
      store.settings = kept;
    });
  }

  /** Writes what is left. What cannot be written goes to the log. */
  async close(): Promise<void> {
    await this.written().catch(() => {});
    clearTimeout(this.#pause);
    const { length } = this.#waiting;
    for (const { message } of this.#waiting.splice(0))
      this.#log.error({ message, lost: length }, 'An audit message could not be written');
    this.#orders.close();
    this.#file.close();
  }

  #add(event: TimedEvent, ends?: string): void {
    const message = auditMessage(event, this.#source);
    if (this.#waiting.length < MOST_WAITING) this.#waiting.push({ message, ends });
    else this.#log.error({ message }, 'An audit message could not be written, and too many wait');
  }

  #write(): void {
    if (this.#writing !== undefined) return;
    clearTimeout(this.#pause);
    this.#writing = this.#writeAll().finally(() => {
      this.#writing = undefined;
      // What came between the last look and now.
      if (this.#waiting.length > 0 && this.#trouble === undefined) this.#write();
    });
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const some = this.#waiting.slice(0, ONE_WRITE);
      try {
        await this.#file.append(
          some.map(({ message }) => message),
          some.flatMap(({ ends }) => ends ?? []),
        );
      } catch (error) {
        this.#failed(error);
        return;
      }
      this.#waiting.splice(0, some.length);
      for (const { ends } of some) if (ends !== undefined) this.#orders.ended(ends);
      this.#worked();
      this.#onWritten();
    }
  }

  #failed(error: unknown): void {
    const trouble = unwritable(this.folder, error);
    if (this.#trouble === undefined) {
      const { code, message: reason, remedy } = trouble;
      this.#log.error({ code, reason, remedy }, 'The audit trail cannot be written; exams go on');
    }
    this.#trouble = trouble;
    this.#pause = setTimeout(() => this.#write(), this.#pauseMs).unref();
    this.#pauseMs = Math.min(2 * this.#pauseMs, LONGEST_PAUSE_MS);
  }

  #worked(): void {
    if (this.#trouble !== undefined) this.#log.info({}, 'The audit trail is written again');
    this.#trouble = undefined;
    this.#pauseMs = FIRST_PAUSE_MS;
  }
}

function unwritable(folder: string, cause: unknown): AuditError {
  const code = (cause as NodeJS.ErrnoException).code || 'unknown';
  const above = dirname(folder);
  if (code === 'ENOENT' && !existsSync(above))
    return new AuditError(
      'audit-unwritable',
      `The audit trail in ${folder} cannot be written: there is no folder ${above}.`,
      {
        remedy:
          'Check audit.folder, or, where that is left out, ledger.url, beside which the audit trail lies; or make ' +
          'that folder, for the account that Mamori runs as.',
        cause,
      },
    );
  const isFull = code === 'ENOSPC' || code === 'SQLITE_FULL' || code === 'EDQUOT';
  return new AuditError('audit-unwritable', `The audit trail in ${folder} cannot be written (${code}).`, {
    remedy: isFull
      ? 'Make room on that disk; what waits is written then.'
      : code.startsWith('SQLITE_BUSY')
        ? 'Another process has held it for 30 seconds: see whether one hangs, or has head.db open.'
        : 'The account that Mamori runs as must be able to write that folder and its files; audit.folder names it.',
    cause,
  });
}
