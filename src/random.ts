import { createHash } from 'node:crypto';

/*
 * Random numbers that are the same for the same seed on every machine. Two algorithms, because what is made from them
 * must stay what it is: trainings and evaluations from a number, drawn mammograms from words.
 */

/** The next number of a sequence, uniform from 0 up to but without 1. */
export type Uniform = () => number;

/** Uniform in [low, high). */
export function between(next: Uniform, low: number, high: number): number {
  return low + (high - low) * next();
}

/** A sequence from words (sfc32, seeded from their SHA-256). */
export function uniformFrom(...words: (string | number)[]): Uniform {
  const digest = createHash('sha256').update(words.join('\u0000')).digest();
  let a = digest.readInt32LE(0);
  let b = digest.readInt32LE(4);
  let c = digest.readInt32LE(8);
  let counter = digest.readInt32LE(12);
  return () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
}

/** A sequence from a number (mulberry32) that can be taken up again where it stands, and what is drawn from it. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** Where the sequence stands; a new one from here goes on in the same way. */
  get position(): number {
    return this.#state;
  }

  /** Uniform, from 0 up to but without 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  between(low: number, high: number): number {
    return between(() => this.next(), low, high);
  }

  /** A whole number from 0 up to but without `count`. */
  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  /** Normally distributed with mean 0 (Box and Muller). */
  normal(deviation: number): number {
    return deviation * Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }

  /** The same items in another order (Fisher and Yates). */
  shuffled<Item>(items: readonly Item[]): Item[] {
    const result = [...items];
    for (let last = result.length - 1; last > 0; last--) {
      const other = this.below(last + 1);
      [result[last], result[other]] = [result[other]!, result[last]!];
    }
    return result;
  }
}
