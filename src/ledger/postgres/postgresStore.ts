import type { Clock } from '../ledger.js';
import { isOlder } from '../olderLedger.js';
import { thisProcessAmongMachines } from '../owner.js';
import type { LedgerPlace } from '../place.js';
import type { ReadStore, Step, Store } from '../steps/index.js';
import { KeptBytes } from './keptBytes.js';
import { Server, type Transaction } from './ledgerServer.js';
import { PATIENCE_MS } from './patience.js';
import { serverAddress } from './serverAddress.js';
import { namedServerError } from './serverErrors.js';
import { statementsIn } from './statementsIn.js';
import { TABLES } from './tables.js';
import { migrate, tableVersion } from './tableVersion.js';

/**
 * Opens the ledger in a database, making its tables if they are not there.
 *
 * @param clock the server has its own; another one is for tests. The steady clock is the machine's.
 * @throws LedgerError `ledger-unsupported`, `ledger-unreachable`, `ledger-denied`, `ledger-untrusted`,
 * `ledger-missing`, `ledger-foreign`, `ledger-newer`, `ledger-in-use`, `ledger-busy`, `ledger-disk-full`
 */
export async function openPostgres(
  place: LedgerPlace,
  { steady, now }: Pick<Clock, 'steady'> & Partial<Clock>,
  patienceMs = PATIENCE_MS,
): Promise<Store> {
  const server = new Server(serverAddress(place), patienceMs);
  const bytes = new KeptBytes(server);
  await opened(server, async () => {
    await migrate(server);
    await bytes.sweep();
  });
  const owner = thisProcessAmongMachines();
  const timeOf = (transaction: Transaction) => now?.().getTime() ?? transaction.now;
  const step = (transaction: Transaction): Step => ({
    statements: statementsIn(transaction),
    now: timeOf(transaction),
    steady: steady(),
    owner,
  });
  return {
    now: () => server.look(async (transaction) => new Date(timeOf(transaction))),
    look: (work) => server.look(async (transaction) => work(step(transaction))),
    transact: (work) => server.transact((transaction) => work(step(transaction))),
    bytes,
    close: () => server.close(),
  };
}

/** Opens the ledger to look at it. Undefined where there is none. @throws LedgerError `ledger-older`, as above */
export async function openPostgresToRead(place: LedgerPlace): Promise<ReadStore | undefined> {
  const server = new Server(serverAddress(place), PATIENCE_MS);
  const version = await opened(server, () => server.connected((client) => tableVersion(client, server.text)));
  if (version !== TABLES.length) await server.close();
  if (version === undefined) return undefined;
  if (version < TABLES.length) throw isOlder(`The ledger in ${server.text}`);
  return {
    now: () => server.look(async ({ now }) => new Date(now)),
    look: (work) => server.look(async (transaction) => work(statementsIn(transaction))),
    close: () => server.close(),
  };
}

/** Whether opening the ledger would make no table. */
export async function isPostgresThere(place: LedgerPlace): Promise<boolean> {
  const server = new Server(serverAddress(place), PATIENCE_MS);
  const version = await opened(server, () => server.connected((client) => tableVersion(client, server.text)));
  await server.close();
  return version !== undefined;
}

/** Somebody waits: what cannot be opened is said at once. */
async function opened<T>(server: Server, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await server.close();
    throw namedServerError(error, server.text);
  }
}
