import { LRUCache } from 'lru-cache';
import { networkOf } from './requestOrigin.js';

/** From how many failures on there is a pause, and how long it grows. */
interface Limit {
  free: number;
  /** Seconds; the first pause, which doubles with each further failure. */
  first: number;
  longest: number;
}

const LIMITS: Record<'pair' | 'address' | 'user', Limit> = {
  /** One user from one address. */
  pair: { free: 5, first: 30, longest: 3600 },
  /** One address, whomever it tries to be: several people may share it. */
  address: { free: 20, first: 30, longest: 3600 },
  /** One user from everywhere. Short: whoever keeps guessing must not lock that user out. */
  user: { free: 50, first: 5, longest: 60 },
};

const REMEMBERED = 20_000;
const FORGOTTEN_AFTER_MS = 24 * 3600 * 1000;
/** Hashing takes time and memory, and of Node's four threads for files and names the service needs some, too. */
const MOST_AT_ONCE = 2;
/** Programs that ask at the same time wait for each other, and not for long. */
const MOST_WAITING = 16;
const LONGEST_WAIT_MS = 5000;

/** Nothing is tried for some seconds: after too many guesses, or because others are being tried. */
export interface Pause {
  pause: number;
  isBusy: boolean;
}

interface Failures {
  count: number;
  /** Milliseconds of the monotonic clock. */
  until: number;
}

/**
 * Holds off who guesses passwords. A guess counts as wrong until it is known to be right, so that many at the same
 * time are not many free ones. What is remembered is bounded, and forgotten after a day.
 */
export class Guesses {
  readonly #failures = new LRUCache<string, Failures>({ max: REMEMBERED, ttl: FORGOTTEN_AFTER_MS });
  readonly #now: () => number;
  #underWay = 0;
  /** Each takes over the place of one that is done. */
  readonly #waiting = new Set<() => void>();

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /**
   * Tries a guess.
   *
   * @param isRight is asked only where there is no pause
   * @returns whether it was right, or for how long nothing is tried
   */
  async try(
    user: string,
    address: string,
    isRight: () => Promise<boolean>,
  ): Promise<{ right: boolean } | Pause> {
    const keys = keysOf(user, address);
    const early = this.#pauseFor(keys);
    if (early !== undefined) return early;
    if (!(await this.#enter())) return { pause: 1, isBusy: true };
    let right = false;
    try {
      // Others may have failed meanwhile.
      const pause = this.#pauseFor(keys);
      if (pause !== undefined) return pause;
      for (const key of keys) this.#count(key);
      right = await isRight();
    } finally {
      this.#leave();
      if (right) this.#takeBack(keys);
    }
    return { right };
  }

  #pauseFor(keys: readonly Key[]): Pause | undefined {
    const left = Math.max(...keys.map(([, key]) => this.#failures.get(key)?.until ?? 0)) - this.#now();
    return left > 0 ? { pause: Math.ceil(left / 1000), isBusy: false } : undefined;
  }

  /** Whether there was a place in time. */
  async #enter(): Promise<boolean> {
    if (this.#underWay < MOST_AT_ONCE) {
      this.#underWay++;
      return true;
    }
    if (this.#waiting.size >= MOST_WAITING) return false;
    return new Promise((resolve) => {
      const proceed = () => {
        clearTimeout(timer);
        resolve(true);
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(proceed);
        resolve(false);
      }, LONGEST_WAIT_MS);
      this.#waiting.add(proceed);
    });
  }

  #leave(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#underWay--;
    else {
      this.#waiting.delete(next);
      next();
    }
  }

  /** Seconds for which this address has to wait; 0: it may go on. For ways in that tell no user beforehand. */
  pauseOf(address: string): number {
    return this.#pauseFor([addressKey(address)])?.pause ?? 0;
  }

  /** Counts an attempt of which nobody knows whose it was. */
  failed(address: string): void {
    this.#count(addressKey(address));
  }

  #count([kind, key]: Key): void {
    const { free, first, longest } = LIMITS[kind];
    const count = (this.#failures.get(key)?.count ?? 0) + 1;
    const pause = count < free ? 0 : Math.min(longest, first * 2 ** Math.min(20, count - free));
    this.#failures.set(key, { count, until: pause === 0 ? 0 : this.#now() + 1000 * pause });
  }

  /** The pair is trusted again; what address and user did before stays. */
  #takeBack(keys: readonly Key[]): void {
    for (const [kind, key] of keys) {
      const known = this.#failures.get(key);
      if (kind === 'pair' || known === undefined || known.count <= 1) this.#failures.delete(key);
      else this.#failures.set(key, { count: known.count - 1, until: 0 });
    }
  }
}

/** Whose failures are counted together. */
type Key = [kind: keyof typeof LIMITS, key: string];

function keysOf(user: string, address: string): Key[] {
  return [['pair', `pair ${networkOf(address)} ${user}`], addressKey(address), ['user', `user ${user}`]];
}

function addressKey(address: string): Key {
  return ['address', `address ${networkOf(address)}`];
}
