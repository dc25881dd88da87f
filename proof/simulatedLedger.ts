import { type Ledger, LedgerError } from '../src/ledger/index.js';
import type { ByteStore, StoredBytes } from '../src/ledger/spool.js';
import { Database, namedFiles, sqliteStore } from '../src/ledger/sqlite/index.js';
import { type Store, storedLedger } from '../src/ledger/steps/index.js';
import type { Uniform } from '../src/random.js';
import type { ModelledServer } from './modelledServer.js';
import type { Living, VirtualTime } from './virtualTime.js';

/** Children first. */
const TABLES = ['events', 'objects', 'exams', 'pause'];
const WRITING_MS = 50;
/** As in the spool: what no row names is swept away when it is so old. */
const ORPHAN_AGE_MS = 3_600_000;

/** A disk in memory, which is full at times. What is on it outlives the processes. */
class ModelledDisk implements ByteStore {
  isFull = false;
  fullTimes = 0;
  readonly #time: VirtualTime;
  readonly #files = new Map<string, { bytes: Uint8Array; at: number }>();
  #made = 0;

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  async put(all: readonly Uint8Array[], study: string): Promise<StoredBytes[]> {
    await this.#time.sleep(WRITING_MS);
    if (this.isFull) {
      this.fullTimes++;
      throw new LedgerError('ledger-disk-full', `Modelled: the results for ${study} find no room.`);
    }
    return all.map((bytes) => {
      const file = `${++this.#made}.dcm`;
      this.#files.set(file, { bytes: bytes.slice(), at: this.#time.steady });
      return { file, size: bytes.length, crc32: 0 };
    });
  }

  async read({ file }: StoredBytes, sopInstanceUID: string): Promise<Uint8Array> {
    const found = this.#files.get(file);
    if (found === undefined)
      throw new LedgerError(
        'ledger-object-damaged',
        `The kept bytes of object ${sopInstanceUID} cannot be read.`,
      );
    return found.bytes;
  }

  async remove(files: readonly string[]): Promise<void> {
    for (const file of files) this.#files.delete(file);
  }

  sweep(named: ReadonlySet<string>): void {
    for (const [file, { at }] of this.#files)
      if (!named.has(file) && this.#time.steady - at > ORPHAN_AGE_MS) this.#files.delete(file);
  }
}

/** The ledger as it is, on a database in memory that several processes share; each in a container of its own. */
export class SimulatedLedger {
  readonly disk: ModelledDisk;
  readonly #database: Database;
  readonly #time: VirtualTime;
  readonly #server: ModelledServer | undefined;
  #containers = 0;

  /**
   * @param database of an earlier simulation is emptied: making its tables takes longer than all else
   * @param server beyond which the processes have it; left out: a file of theirs
   */
  constructor(database: Database, time: VirtualTime, server?: ModelledServer) {
    this.#database = database;
    this.#time = time;
    this.#server = server;
    this.disk = new ModelledDisk(time);
    for (const table of TABLES) database.run(`DELETE FROM ${table}`, {});
  }

  static database(): Database {
    return Database.open(':memory:');
  }

  /** For a process that begins. */
  open(): Ledger {
    const store = this.#store();
    const isNamed = (file: string) => namedFiles(this.#database).includes(file);
    return storedLedger(this.#server?.beyond(store, isNamed) ?? store);
  }

  /** For whoever looks on, whatever befalls the server. */
  openBeside(): Ledger {
    return storedLedger(this.#store());
  }

  #store(): Store {
    this.disk.sweep(new Set(namedFiles(this.#database)));
    const container = ++this.#containers;
    return sqliteStore({
      database: this.#database,
      spool: this.disk,
      clock: this.#time.clock,
      owner: { host: `container ${container}`, boot: 'one', space: `${container}`, pid: 1, started: '1' },
    });
  }

  /** Bytes that still wait for their confirmation. */
  get waitingFiles(): number {
    return namedFiles(this.#database).length;
  }
}

/** What may happen to a process between two steps. */
export interface Fates {
  random: Uniform;
  life: Living;
  time: VirtualTime;
  kill(): void;
  freeze(): void;
  /** It has taken up an exam. */
  taken(): void;
}

const KILLED = 0.008;
/** Where it does most harm: with results that nobody knows of yet, and amid a delivery. */
const FROZEN: Readonly<Record<string, number>> = {
  keepObjects: 0.3,
  objectsToDeliver: 0.2,
  sent: 0.1,
  confirm: 0.05,
};
const FROZEN_ELSEWHERE = 0.005;

/** The same ledger, between whose steps a process is killed or frozen now and then. */
export function fatefulLedger(ledger: Ledger, { random, life, time, kill, freeze, taken }: Fates): Ledger {
  const pass = async (step: string) => {
    const fate = random();
    const frozen = FROZEN[step] ?? FROZEN_ELSEWHERE;
    if (fate < KILLED) kill();
    else if (fate < KILLED + frozen) {
      freeze();
      await time.sleep(0);
    }
    if (life.isOver) await new Promise<never>(() => {});
  };
  return new Proxy(ledger, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function' || !OF_A_CLAIM.has(name)) return value;
      return async (...args: unknown[]) => {
        await pass(String(name));
        const answer: unknown = await value.apply(target, args);
        if (name === 'claimNext' && answer !== undefined) taken();
        await pass(String(name));
        return answer;
      };
    },
  });
}

/** Steps that change what the next process finds. */
const OF_A_CLAIM = new Set<string | symbol>([
  'claimNext',
  'claimedWith',
  'keepObjects',
  'objectsToDeliver',
  'sent',
  'confirm',
  'close',
  'withdraw',
  'fail',
  'observe',
  'due',
]);
