import { randomUUID } from 'node:crypto';
import type { AuditEvent } from './auditEvent.js';
import { type HeadStore, OrderLock } from './chain/index.js';

/** What somebody ordered, before it is known how it ends. */
export type OrderEvent = Omit<Extract<AuditEvent, { act: 'used' }>, 'failure'>;

/** An order whose process has ended without a word of how the order did. */
export interface LostOrder {
  id: string;
  event: OrderEvent;
  begunAt: Date;
}

/**
 * The orders that are under way. Each is on record beside the trail from its beginning until its end is written, and
 * its process holds a lock meanwhile (`OrderLock`): one that is on record and that nobody holds was killed.
 */
export class OpenOrders {
  readonly #folder: string;
  readonly #store: HeadStore;
  readonly #locks = new Map<string, OrderLock>();

  constructor(folder: string, store: HeadStore) {
    this.#folder = folder;
    this.#store = store;
  }

  /** Throws the system's or SQLite's own error. */
  async begin(event: OrderEvent): Promise<string> {
    const id = randomUUID();
    const lock = OrderLock.take(this.#folder, id);
    if (lock === undefined) throw new Error('A new lock cannot be taken.');
    try {
      // Held before it is on record: whoever sees it there may look who holds it.
      await this.#store.exclusively(async () =>
        this.#store.noteOrder({ id, begunAt: Date.now(), event: JSON.stringify(event) }),
      );
    } catch (error) {
      lock.remove();
      throw error;
    }
    this.#locks.set(id, lock);
    return id;
  }

  /** Its end is written. */
  ended(id: string): void {
    this.#locks.get(id)?.remove();
    this.#locks.delete(id);
  }

  /**
   * Those whose process has ended. They are this process's to end from now on, so that no two write it: should it die
   * before, they are found once more. Throws SQLite's own error.
   */
  async lost(): Promise<LostOrder[]> {
    return this.#store.exclusively(async () => {
      const lost: LostOrder[] = [];
      for (const { id, begunAt, event } of this.#store.orders) {
        const lock = this.#locks.has(id) ? undefined : OrderLock.take(this.#folder, id);
        if (lock === undefined) continue;
        this.#locks.set(id, lock);
        lost.push({ id, event: JSON.parse(event) as OrderEvent, begunAt: new Date(begunAt) });
      }
      return lost;
    });
  }

  /** What has no end yet will get none from this process. */
  close(): void {
    for (const lock of this.#locks.values()) lock.release();
    this.#locks.clear();
  }
}
