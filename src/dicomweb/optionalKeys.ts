import type { QueryKeys } from './client.js';
import { PacsError } from './errors.js';

/** Query keys that not every server takes, and which of them one server has turned out not to understand. */
export class OptionalKeys {
  readonly #notUnderstood = new Set<string>();

  /**
   * Asks, and on 400 asks again with one optional key less each time. Only an answer shows what was not understood: a
   * server that refuses everything for a while is asked as before after that.
   *
   * @param optional in the order in which they are done without
   * @throws PacsError as `ask` does
   */
  async asked<Answer>(
    keys: QueryKeys,
    optional: QueryKeys,
    ask: (keys: QueryKeys) => Promise<Answer>,
  ): Promise<Answer> {
    const usual = Object.entries(optional).filter(([key]) => !this.#notUnderstood.has(key));
    for (let left = 0; ; left++) {
      try {
        const answer = await ask({ ...keys, ...Object.fromEntries(usual.slice(left)) });
        for (const [key] of usual.slice(0, left)) this.#notUnderstood.add(key);
        return answer;
      } catch (error) {
        const isRefused = error instanceof PacsError && error.status === 400;
        if (!isRefused || left === usual.length) throw error;
      }
    }
  }
}
