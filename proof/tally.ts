import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Finding, Stretch } from './fuzz.js';

interface Counts {
  seed: number;
  /** By target, from input 0 on. */
  inputs: Record<string, number>;
  findings: Finding[];
}

/** What has been read with one seed over several runs, in a file: each run goes on where the last one ended. */
export class Tally {
  readonly #file: string;
  readonly #counts: Counts;
  /** Read before what lies in front of it was. */
  readonly #ahead = new Map<string, { count: number; findings: readonly Finding[] }>();

  private constructor(file: string, counts: Counts) {
    this.#file = file;
    this.#counts = counts;
  }

  /** @param seed of a tally that is begun; one that is there keeps its own */
  static open(file: string, seed: number): Tally {
    if (!existsSync(file)) return new Tally(file, { seed, inputs: {}, findings: [] });
    return new Tally(file, JSON.parse(readFileSync(file, 'utf8')));
  }

  get seed(): number {
    return this.#counts.seed;
  }

  get total(): number {
    return Object.values(this.#counts.inputs).reduce((sum, count) => sum + count, 0);
  }

  inputsOf(target: string): number {
    return this.#counts.inputs[target] ?? 0;
  }

  /** @param first of the inputs that were read. They count once all before them are read. */
  add({ target, first, count }: Stretch, findings: readonly Finding[]): void {
    this.#ahead.set(`${target} ${first}`, { count, findings });
    for (;;) {
      const key = `${target} ${this.inputsOf(target)}`;
      const next = this.#ahead.get(key);
      if (next === undefined) break;
      this.#ahead.delete(key);
      if (next.count === 0) break;
      this.#counts.inputs[target] = this.inputsOf(target) + next.count;
      this.#counts.findings.push(...next.findings);
    }
    writeFileSync(`${this.#file}.new`, `${JSON.stringify(this.#counts, null, 2)}\n`);
    renameSync(`${this.#file}.new`, this.#file);
  }
}
