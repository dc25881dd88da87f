import type { Clock } from '../ledger.js';
import type { Owner } from '../owner.js';
import type { ByteStore } from '../spool.js';
import type { ReadStore, Step, Store } from '../steps/index.js';
import type { Database } from './database.js';
import { statementsOn } from './statementsOn.js';

/** One SQLite file, with the objects' bytes in a spool beside it. */
export function sqliteStore(parts: {
  database: Database;
  spool: ByteStore;
  clock: Clock;
  owner: Owner;
}): Store {
  const { database, spool, clock, owner } = parts;
  const statements = statementsOn(database);
  const inTurn = oneAfterTheOther(database.file);
  const step = (): Step => ({ statements, now: clock.now().getTime(), steady: clock.steady(), owner });
  return {
    now: async () => clock.now(),
    look: (work) => inTurn(async () => work(step())),
    transact: (work) => inTurn(() => database.transact(() => work(step()))),
    bytes: spool,
    close: () => inTurn(async () => database.close()),
  };
}

/** A SQLite file that is only looked at. */
export function sqliteReadStore(database: Database): ReadStore {
  const statements = statementsOn(database);
  return {
    now: async () => new Date(),
    look: async (work) => work(statements),
    close: async () => database.close(),
  };
}

/** The last piece of work on each file. */
const TURNS = new Map<string, Promise<unknown>>();

/**
 * One connection has one transaction at a time: what is asked meanwhile would become part of it. A second connection of
 * the same process would wait for the first, and keep it from going on while it waits.
 */
function oneAfterTheOther(file: string): <T>(work: () => Promise<T>) => Promise<T> {
  return (work) => {
    const mine = (TURNS.get(file) ?? Promise.resolve()).then(work);
    const ended = mine.then(
      () => {},
      () => {},
    );
    TURNS.set(file, ended);
    ended.then(() => {
      if (TURNS.get(file) === ended) TURNS.delete(file);
    });
    return mine;
  };
}
