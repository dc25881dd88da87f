import { LedgerError } from '../src/ledger/index.js';
import { PATIENCE_MS, patiently } from '../src/ledger/postgres/patience.js';
import type { LedgerStatements } from '../src/ledger/statements.js';
import type { Step, Store } from '../src/ledger/steps/index.js';
import type { Uniform } from '../src/random.js';
import type { VirtualTime } from './virtualTime.js';

/**
 * Where a connection is cut: before anything was done, between two statements, or with the answer to the commit, which
 * took effect. Of a thousand times while the weather is bad.
 */
const CUTS = { before: 5, within: 10, 'answer lost': 10 } as const;

export type Cut = keyof typeof CUTS;

/** A transaction has no more statements than that, mostly. */
const STATEMENTS = 6;

/** What one takes while the server is slow, at most. */
const SLOW_MS = 20_000;

/** What a process has taken by a ticket. */
interface Taken {
  id: number;
  ticket: string;
}

/**
 * A ledger's server that is away at times, slow, full, or cuts connections, above a database that is none of it. How
 * long a process waits for it, and what it then runs again, is as it is.
 */
export class ModelledServer {
  readonly cuts = new Map<Cut, number>();
  /** Connections are cut. */
  hasCuts = true;
  isAway = false;
  isFull = false;
  isSlow = false;
  readonly #time: VirtualTime;
  readonly #random: Uniform;
  /** By which ticket each exam was taken last: a column of that server's tables alone. */
  readonly #tickets = new Map<number, string>();

  constructor(parts: { time: VirtualTime; random: Uniform }) {
    this.#time = parts.time;
    this.#random = parts.random;
  }

  /**
   * A store as a process has it beyond the network.
   *
   * @param isNamed whether an object names a file: then that server removes it for nobody
   */
  beyond(store: Store, isNamed: (file: string) => boolean): Store {
    return {
      now: () => this.#patiently(() => this.#asked(() => store.now())),
      look: (work) => this.#patiently(() => this.#asked(() => store.look(work))),
      transact: (work) => this.#patiently((again) => this.#transacted(store, work, again)),
      bytes: {
        put: (all, study) => this.#patiently(() => this.#written(() => store.bytes.put(all, study))),
        read: (stored, uid) => this.#patiently(() => this.#asked(() => store.bytes.read(stored, uid))),
        remove: async (files) => {
          const gone = files.filter((file) => !isNamed(file));
          if (files.length > 0) await this.#patiently(() => this.#written(() => store.bytes.remove(gone)));
        },
      },
      close: () => store.close(),
    };
  }

  #patiently<T>(work: (again: boolean) => Promise<T>): Promise<T> {
    return patiently(work, { patienceMs: PATIENCE_MS, server: 'the model', isClosed: () => false });
  }

  /** What changes nothing: where its connection was cut makes no difference. */
  async #asked<T>(work: () => Promise<T>): Promise<T> {
    await this.#arrival();
    if (this.#cut() !== undefined) throw connectionLost();
    return work();
  }

  async #written<T>(work: () => Promise<T>): Promise<T> {
    await this.#arrival();
    this.#refuseFull();
    const cut = this.#cut();
    if (cut === 'before' || cut === 'within') throw connectionLost();
    const answer = await work();
    if (cut !== undefined) throw connectionLost();
    return answer;
  }

  async #transacted<T>(store: Store, work: (step: Step) => Promise<T>, again: boolean): Promise<T> {
    await this.#arrival();
    this.#refuseFull();
    const cut = this.#cut();
    if (cut === 'before') throw connectionLost();
    const taken: Taken[] = [];
    const committed = store.transact(async (step) => {
      const cutAfter = cut === 'within' ? Math.floor(this.#random() * STATEMENTS) : Number.POSITIVE_INFINITY;
      const answer = await work({
        ...step,
        statements: cutStatements(this.#withTickets(step.statements, again, taken), cutAfter),
      });
      if (cut === 'within') throw connectionLost();
      return answer;
    });
    const answer = await committed.catch((error) => {
      throw cut === 'within' ? connectionLost() : error;
    });
    for (const { id, ticket } of taken) this.#tickets.set(id, ticket);
    if (cut === 'answer lost') throw connectionLost();
    return answer;
  }

  /** As that server's own statement does it: whoever asks again is given what it took. */
  #withTickets(statements: LedgerStatements, again: boolean, taken: Taken[]): LedgerStatements {
    const isHeldBy = async (id: number) => {
      const { state } = await statements.findById(id);
      return state === 'claimed' || state === 'delivering';
    };
    return {
      ...statements,
      claimNext: async (among, bindings) => {
        const { ticket } = bindings;
        if (again)
          for (const [id, one] of this.#tickets) if (one === ticket && (await isHeldBy(id))) return id;
        const id = await statements.claimNext(among, bindings);
        if (id !== undefined) taken.push({ id, ticket });
        return id;
      },
    };
  }

  async #arrival(): Promise<void> {
    if (this.isSlow) await this.#time.sleep(this.#random() * SLOW_MS);
    if (this.isAway) throw connectionLost();
  }

  #refuseFull(): void {
    if (this.isFull) throw new LedgerError('ledger-disk-full', 'Modelled: the ledger finds no room.');
  }

  #cut(): Cut | undefined {
    if (!this.hasCuts) return undefined;
    let left = this.#random() * 1000;
    for (const [cut, often] of Object.entries(CUTS) as [Cut, number][]) {
      if (left < often) {
        this.cuts.set(cut, (this.cuts.get(cut) ?? 0) + 1);
        return cut;
      }
      left -= often;
    }
    return undefined;
  }
}

/** The driver's own error. */
function connectionLost(): Error {
  return Object.assign(new Error('Modelled: the connection is gone'), { code: 'ECONNRESET' });
}

/** Of which only so many are answered. */
function cutStatements(statements: LedgerStatements, cutAfter: number): LedgerStatements {
  if (cutAfter === Number.POSITIVE_INFINITY) return statements;
  let answered = 0;
  return new Proxy(statements, {
    get(target, name) {
      const statement = Reflect.get(target, name) as (...args: unknown[]) => unknown;
      return (...args: unknown[]) => {
        if (answered++ >= cutAfter) throw connectionLost();
        return statement(...args);
      };
    },
  });
}
