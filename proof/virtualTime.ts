import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';
import type { Clock } from '../src/ledger/index.js';

/**
 * A process's time of its own: nothing passes but what somebody lets pass. Waiting takes no time and lets it pass.
 * Once begun it lasts until the process ends.
 */
export class VirtualTime {
  /** Since 1970, by the clock that can be set; and by the one that cannot. */
  #wall = 0;
  #steady = 0;

  restart(start: Date): void {
    this.#wall = start.getTime();
    this.#steady = 1_000_000;
  }

  get wall(): number {
    return this.#wall;
  }

  get steady(): number {
    return this.#steady;
  }

  readonly clock: Clock = { now: () => new Date(this.#wall), steady: () => this.#steady };

  pass(ms: number): void {
    this.#wall += Math.ceil(ms);
    this.#steady += Math.ceil(ms);
  }

  /** Somebody sets the clock. */
  set(byMs: number): void {
    this.#wall += byMs;
  }

  /** Puts this time in place of the process's own, waits included; other threads keep theirs. */
  reign(random: () => number): void {
    const wall = () => this.#wall;
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
    const sleep = async (ms = 0, value?: unknown) => {
      this.pass(ms);
      return value;
    };
    Object.assign(timers, { setTimeout: sleep });
    syncBuiltinESMExports();
  }
}
