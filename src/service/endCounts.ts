import { numberText } from '../countText.js';

/** How many exams came to which end. */
export class EndCounts {
  readonly #counts = new Map<string, number>();

  constructor(ends: Iterable<string> = []) {
    for (const end of ends) this.add(end);
  }

  add(end: string): void {
    this.#counts.set(end, (this.#counts.get(end) ?? 0) + 1);
  }

  has(end: string): boolean {
    return this.#counts.has(end);
  }

  /** All of them. */
  get exams(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /** `3 delivered, 1 failed`, in the order in which ends came first; empty where none did. */
  toString(): string {
    return [...this.#counts].map(([end, count]) => `${numberText(count)} ${end}`).join(', ');
  }

  toJSON(): Record<string, number> {
    return Object.fromEntries(this.#counts);
  }
}
