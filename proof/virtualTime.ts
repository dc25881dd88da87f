import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';
import type { Clock } from '../src/ledger/index.js';

/** A process on virtual time: what it waits for comes as long as it lives, and later while it is frozen. */
export interface Living {
  isOver: boolean;
  frozenUntil: number;
}

/** What is to happen at a moment. */
interface Happening {
  at: number;
  /** Earlier ones first where the moment is the same. */
  order: number;
  owner: Living | undefined;
  isCancelled: boolean;
  happen(): void;
}

const soon = setImmediate;

/** A process that is frozen may be woken earlier: it is looked after so often. */
const MOST_AT_ONCE_MS = 5000;

/**
 * A thread's time of its own: it stands still while something is done, and goes on to the next thing that anybody waits
 * for. Once begun it lasts until the thread ends.
 */
export class VirtualTime {
  /** Milliseconds since 1970, by the clock that can be set; and by the one that cannot. */
  #aheadMs = 0;
  #steady = 0;
  /** A heap: the next is the first. */
  #waiting: Happening[] = [];
  #order = 0;
  /** Who does something now; what it begins to wait for is its own. */
  #owner: Living | undefined;

  /** Forgets all that was to happen. */
  restart(start: Date): void {
    this.#steady = 1_000_000;
    this.#aheadMs = start.getTime() - this.#steady;
    this.#waiting = [];
    this.#order = 0;
    this.#owner = undefined;
  }

  get wall(): number {
    return this.#steady + this.#aheadMs;
  }

  get steady(): number {
    return this.#steady;
  }

  get owner(): Living | undefined {
    return this.#owner;
  }

  readonly clock: Clock = { now: () => new Date(this.wall), steady: () => this.#steady };

  /** Somebody sets the clock. */
  set(byMs: number): void {
    this.#aheadMs += Math.round(byMs);
  }

  /** @param owner whose doing it is; nothing happens once that is over */
  after(ms: number, happen: () => void, owner = this.#owner): Happening {
    const happening = {
      at: this.#steady + Math.max(0, Math.ceil(ms)),
      order: this.#order++,
      owner,
      isCancelled: false,
      happen,
    };
    this.#push(happening);
    return happening;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(ms, resolve);
    });
  }

  /** Begins something that a process does on its own. */
  begin(owner: Living, work: () => Promise<void>): void {
    this.after(0, () => void work(), owner);
  }

  /** Until that moment, or the end of all that was to happen. @returns whether there is more */
  async runUntil(steady: number): Promise<boolean> {
    for (;;) {
      const next = this.#waiting[0];
      if (next === undefined) return false;
      if (next.at > steady) {
        this.#steady = steady;
        return true;
      }
      this.#pop();
      const { owner } = next;
      if (next.isCancelled || owner?.isOver) continue;
      if (owner !== undefined && owner.frozenUntil > next.at) {
        const at = Math.min(Math.ceil(owner.frozenUntil), next.at + MOST_AT_ONCE_MS);
        this.#push(Object.assign(next, { at, order: this.#order++ }));
        continue;
      }
      this.#steady = Math.max(this.#steady, next.at);
      this.#owner = owner;
      next.happen();
      // All that follows at once from it, before anything else happens.
      await new Promise<void>((resolve) => soon(resolve));
      this.#owner = undefined;
    }
  }

  /** Puts this time in place of the thread's own, waits included; other threads keep theirs. */
  reign(random: () => number): void {
    const wall = () => this.wall;
    const RealDate = Date;
    globalThis.Date = class extends RealDate {
      constructor(...values: unknown[]) {
        super(...((values.length === 0 ? [wall()] : values) as [number]));
      }
      static override now(): number {
        return wall();
      }
    } as DateConstructor;
    Object.defineProperty(performance, 'now', { value: () => this.#steady, configurable: true });
    Math.random = random;
    const cancel = (timer?: Happening) => {
      if (timer !== undefined) timer.isCancelled = true;
    };
    const again = (happening: Happening, ms: number, work: () => void) => {
      happening.happen = () => {
        work();
        if (!happening.isCancelled)
          this.#push(Object.assign(happening, { at: this.#steady + Math.ceil(ms), order: this.#order++ }));
      };
    };
    const timer = (happening: Happening) =>
      Object.assign(happening, { unref: () => happening, ref: () => happening });
    Object.assign(globalThis, {
      setTimeout: (work: () => void, ms = 0) => timer(this.after(ms, work)),
      clearTimeout: cancel,
      setInterval: (work: () => void, ms: number) => {
        const happening = this.after(ms, work);
        again(happening, ms, work);
        return timer(happening);
      },
      clearInterval: cancel,
    });
    Object.assign(timers, {
      setTimeout: async (ms = 0, value?: unknown) => {
        await this.sleep(ms);
        return value;
      },
    });
    syncBuiltinESMExports();
  }

  #push(happening: Happening): void {
    const heap = this.#waiting;
    let place = heap.length;
    heap.push(happening);
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (!isBefore(happening, heap[above]!)) break;
      heap[place] = heap[above]!;
      place = above;
    }
    heap[place] = happening;
  }

  #pop(): void {
    const heap = this.#waiting;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let place = 0;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && isBefore(heap[below + 1]!, heap[below]!)) below++;
      if (!isBefore(heap[below]!, last)) break;
      heap[place] = heap[below]!;
      place = below;
    }
    heap[place] = last;
  }
}

function isBefore(a: Happening, b: Happening): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
