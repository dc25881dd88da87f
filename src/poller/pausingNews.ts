import type { Pausing } from '../ledger/index.js';
import type { Log } from './log.js';

/** Says of a pause that somebody ordered once that it has begun, and once that it has ended. */
export class PausingNews {
  readonly #log: Pick<Log, 'warn'>;
  #told: Pausing | undefined;

  constructor(log: Pick<Log, 'warn'>) {
    this.#log = log;
  }

  tell(pausing: Pausing | undefined): void {
    const before = this.#told;
    this.#told = pausing;
    if (before?.since.getTime() === pausing?.since.getTime()) return;
    if (pausing === undefined) this.#log.warn({}, 'Exams are taken up again');
    else
      this.#log.warn(
        { by: pausing.by, since: pausing.since },
        'Paused: no exam is taken up; new ones are looked for all the same',
      );
  }
}
