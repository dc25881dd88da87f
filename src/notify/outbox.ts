import { MamoriError } from '../errors.js';
import type { Channel } from './channels/index.js';
import type { Message } from './message.js';

/** A message on its way. Times are milliseconds since 1970. Plain JSON. */
export interface Parcel {
  channel: Channel['name'];
  message: Message;
  failures: number;
  nextTryAt: number;
}

/** How a try to send went: arrived at all or at some, failed and tried again, or given up. */
export type DeliveryResult = 'sent' | 'sent-in-part' | 'failed' | 'dropped';

export interface OutboxParts {
  channels: readonly Channel[];
  /** Milliseconds since 1970. */
  clock: () => number;
  /** 0 to 1. */
  random: () => number;
  /** Told of each try. */
  onTry: (
    channel: Channel['name'],
    result: DeliveryResult,
    error?: { code: string; message: string },
  ) => void;
  /** What is on its way has changed. */
  onChange: () => void;
}

/** A mail server or a chat that is away for long must not be met by hundreds of old messages. */
const MOST_PARCELS = 20;
/** Nobody is helped by what was news three days ago: what still stands is told again by the reminders. */
const OLDEST_MS = 3 * 86_400_000;

const BACKOFF = {
  usual: { firstMs: 30_000, longestMs: 3_600_000 },
  /** Accounts are locked after a few wrong passwords. */
  credentials: { firstMs: 900_000, longestMs: 4 * 3_600_000 },
};

/** What is to be sent on each channel, in order, until it has arrived. */
export class Outbox {
  readonly #parts: OutboxParts;
  readonly #sending = new Map<Channel['name'], Promise<void>>();
  #parcels: Parcel[];

  constructor(parts: OutboxParts, parcels: readonly Parcel[] = []) {
    this.#parts = parts;
    const names = new Set(parts.channels.map(({ name }) => name));
    // A channel may be gone from the settings since.
    this.#parcels = parcels.filter(({ channel }) => names.has(channel));
  }

  get parcels(): readonly Parcel[] {
    return this.#parcels;
  }

  add(message: Message): void {
    const { channels, clock } = this.#parts;
    for (const { name } of channels)
      this.#parcels.push({ channel: name, message, failures: 0, nextTryAt: clock() });
    this.#parts.onChange();
  }

  /** Begins to send what is due, and waits for nothing. */
  work(): void {
    for (const channel of this.#parts.channels) {
      if (this.#sending.has(channel.name)) continue;
      const sending = this.#empty(channel).finally(() => this.#sending.delete(channel.name));
      this.#sending.set(channel.name, sending);
    }
  }

  /** Until nothing is being sent any more. */
  async settled(): Promise<void> {
    await Promise.all(this.#sending.values());
  }

  async #empty(channel: Channel): Promise<void> {
    const { clock, onTry, onChange } = this.#parts;
    this.#dropOld(channel.name);
    for (;;) {
      const parcel = this.#parcels.find(({ channel: name }) => name === channel.name);
      if (parcel === undefined || parcel.nextTryAt > clock()) return;
      try {
        const shortfall = await channel.send(parcel.message);
        this.#parcels = this.#parcels.filter((one) => one !== parcel);
        if (shortfall === undefined) onTry(channel.name, 'sent');
        else onTry(channel.name, 'sent-in-part', wordsOf(shortfall));
      } catch (error) {
        parcel.failures++;
        parcel.nextTryAt = clock() + this.#pauseMs(parcel.failures, error);
        onTry(channel.name, 'failed', wordsOf(error));
        return;
      } finally {
        onChange();
      }
    }
  }

  #dropOld(name: Channel['name']): void {
    const { clock, onTry, onChange } = this.#parts;
    const own = this.#parcels.filter(({ channel }) => channel === name);
    const old = own.filter(
      ({ message }, index) => clock() - message.at > OLDEST_MS || index < own.length - MOST_PARCELS,
    );
    if (old.length === 0) return;
    this.#parcels = this.#parcels.filter((parcel) => !old.includes(parcel));
    for (const _ of old) onTry(name, 'dropped');
    onChange();
  }

  #pauseMs(failures: number, error: unknown): number {
    const isRefused = error instanceof MamoriError && error.code === 'notify-credentials';
    const { firstMs, longestMs } = isRefused ? BACKOFF.credentials : BACKOFF.usual;
    const doubled = Math.min(firstMs * 2 ** Math.min(failures - 1, 20), longestMs);
    return doubled * (0.8 + 0.4 * this.#parts.random());
  }
}

/** Foreign errors may quote an address; their kind is enough. */
function wordsOf(error: unknown): { code: string; message: string } {
  if (error instanceof MamoriError)
    return { code: error.code, message: [error.message, error.remedy ?? ''].join(' ').trim() };
  return {
    code: 'unexpected-error',
    message: `Unexpected ${error instanceof Error ? error.name : typeof error}.`,
  };
}
