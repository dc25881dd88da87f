import type { Reason } from './leftOut.js';
import { UIDS_IN_TEXT } from './uidsInText.js';

/** Reasons that a reader has before them already: of many exams in the same trouble one sentence is enough. */
export class SaidOnce {
  readonly #said = new Set<string>();

  /** The sentence; from the second time on, with whatever UIDs in it, its code alone. */
  text({ code, reason }: Partial<Reason>): string | undefined {
    if (code === undefined || reason === undefined) return reason ?? code;
    const plain = `${code} ${reason.replace(UIDS_IN_TEXT, '')}`;
    if (this.#said.has(plain)) return code;
    this.#said.add(plain);
    return reason;
  }
}
